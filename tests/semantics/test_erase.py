"""P1: a client is erased on a real broker and a real store, whatever he left where; and he does not come back."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from schemas.cards import ClientCard
from schemas.privacy import Consent
from schemas.sources import Identity, RoomReport
from schemas.speech import FinishedRecording
from schemas.topics import (
    CLIENTS,
    CONSENTS,
    FOREVER,
    IDENTITIES,
    LEAD_EVENTS,
    LEAD_UNASSIGNED,
    MEETING_TRACKS,
    OBJECTIONS,
    OUTBOX,
    RECORDINGS,
    SEGMENTS,
    TELEGRAM,
    TOPICS,
    TRANSCRIPTS,
)
from schemas.tracks import MeetingTracks
from streams.engine.kafka import Output, partition_of
from streams.engine.meetings import MARK
from streams.erasing.act import Signed, verified
from tests import living
from tests.installation import Installation, until
from tests.semantics.erasing import (
    CHAT,
    LEAD,
    NOW,
    OTHER,
    OTHERS_CHAT,
    OTHERS_WORD,
    WORD,
    holds,
    leadpulse,
    message,
    recording,
    rows,
    standing,
    transcript,
)


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation with a recordings folder."""
    (tmp_path / "storage").mkdir()
    async with Installation(
        bootstrap, tmp_path, {"LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage")}
    ) as installation:
        yield installation


async def planted(here: Installation) -> None:
    """The same of two clients, one of whom will be erased: a chat, one message before it was linked, a meeting, a card,
    a consent, an objection, a message in the outbox, files."""
    for lead, chat, word in ((LEAD, CHAT, WORD), (OTHER, OTHERS_CHAT, OTHERS_WORD)):
        await here.produce(TELEGRAM, [(chat, message(int(lead), chat, word))])
        card = ClientCard(lead_id=lead, source="hand", ts=NOW, name=word)
        await here.produce(CLIENTS, [(f"{lead}/hand", msgspec.json.encode(card))])
        consent = Consent(person_id=f"{lead:0>16}", name=word, leads=[lead], at=NOW, by="x")
        await here.produce(CONSENTS, [(consent.person_id, msgspec.json.encode(consent))])
        report = RoomReport(f"o{lead}", "objected", NOW, f"lead-{lead}", "m", lead, name=word)
        await here.produce(OBJECTIONS, [(report.id, msgspec.json.encode(report))])
        of = recording(f"{word}.mp4", lead)
        await here.produce(RECORDINGS, [(of.recording_id, msgspec.json.encode(of))])
        await here.produce(TRANSCRIPTS, [(of.recording_id, transcript(of, word))])
        mark = msgspec.json.encode(FinishedRecording(of, 1, NOW))
        partition = partition_of(SEGMENTS.name, of.recording_id.encode())
        await here.outputs.send([Output(SEGMENTS.name, f"{of.recording_id}/out".encode(), mark, partition)])
        of_meeting = MARK.encode(MeetingTracks(f"m{lead}", f"lead-{lead}-{word}", 0, NOW, 1))
        await here.produce(MEETING_TRACKS, [(f"m{lead}", of_meeting)])
        item = {
            "key": f"k{lead}",
            "topic": "t",
            "to": f"lead:{lead}",
            "version": 1,
            "offset": 0,
            "ts": NOW,
            "text": word,
        }
        await here.produce(OUTBOX, [(f"k{lead}", msgspec.json.encode(item))])
        for path in (
            here.folder / "storage" / lead,
            here.folder / "exports" / lead,
            here.folder / "exports/telegram/d",
        ):
            path.mkdir(parents=True, exist_ok=True)
        (here.folder / "storage" / lead / f"{word}.mp4").write_text(word)
        (here.folder / "exports" / lead / "2026-01-01.md").write_text(word)
        (here.folder / "exports/telegram/d" / f"{lead}.csv").write_text(word)


async def link(here: Installation) -> None:
    """Both chats to their clients; what waited goes into their histories."""
    for lead, chat in ((LEAD, CHAT), (OTHER, OTHERS_CHAT)):
        identity = Identity("tg_chat", chat, lead, "x")
        await here.produce(IDENTITIES, [(f"tg_chat:{chat}", msgspec.json.encode(identity))])
        await here.produce(TELEGRAM, [(chat, message(int(lead) + 5, chat, WORD if lead == LEAD else OTHERS_WORD))])


async def test_he_is_erased_and_stays_so(here: Installation) -> None:
    """Planted everywhere, planned, asked for, confirmed by somebody else, erased: no word of him in any table, in any
    topic that is kept, in any file; the act is signed and names the day for the rest. What is imported again, and a
    store that is filled again, bring nothing back. The other client is as he was."""
    here.worker("store")
    here.worker("pipeline")
    await planted(here)

    async def waits() -> bool:
        return await here.count(LEAD_UNASSIGNED) >= 2

    await until(waits, 60, "both chats wait for their clients")
    await link(here)

    async def up() -> bool:
        return (await leadpulse(here, "sql", "SELECT 1")).exit_code == 0

    await until(up, 60, "the store answers", pause=1.0)

    async def stored() -> bool:
        tables = [await rows(here, word) for word in (WORD, OTHERS_WORD)]
        return all({"events", "said", "transcripts", "cards"} <= each.keys() for each in tables)

    await until(stored, 90, "both are in the tables", pause=1.0)
    before = await standing(here, OTHERS_WORD)
    assert before.keys() >= {"lead.unassigned", "clients", "consents", "transcript.segments", "notify.outbox"}
    assert "meeting.tracks" in before
    assert (await standing(here, WORD)).keys() == before.keys()
    others = await rows(here, OTHERS_WORD)

    plan = await leadpulse(here, "erase", "plan", LEAD, "--json")
    assert plan.exit_code == 0, plan.output
    places = json.loads(plan.stdout)["places"]
    assert places["таблица events"] > 0 and places["ждут привязки"] == 1 and places["файлы"] > 0
    asked = await leadpulse(here, "erase", "request", LEAD, "--reason", "заявление", "--by", "Ольга")
    assert asked.exit_code == 0, asked.output
    number = asked.stdout.split()[1].rstrip(".")
    assert (await leadpulse(here, "erase", "run", number)).exit_code == 1
    assert (await leadpulse(here, "erase", "confirm", number, "--by", "ольга ")).exit_code == 1
    assert (await leadpulse(here, "erase", "confirm", number, "--by", "Глеб")).exit_code == 0
    done = await leadpulse(here, "erase", "run", number, "--act", str(here.folder / "acts"), "--by", "Анна")
    assert done.exit_code == 0, done.output + repr(done.exception)

    assert await rows(here, WORD) == {}
    assert await standing(here, WORD) == {}
    assert await standing(here, CHAT) == {}
    told = [path for path in living.files(here.folder) if path.suffix in (".mp4", ".md", ".csv")]
    assert [path for path in told if WORD in path.read_text()] == []
    made = msgspec.json.decode((here.folder / "acts" / f"{number}.json").read_bytes(), type=Signed)
    verified(made)
    act = json.loads(made.act)
    lasting = {topic.name for topic in TOPICS if topic.retention_ms != FOREVER}
    assert {name for name in lasting if await holds(here, name, WORD)} <= act["topics_until"].keys()
    assert (act["requested_by"], act["confirmed_by"], act["executed_by"]) == ("Ольга", "Глеб", "Анна")
    assert "refs" not in act and WORD not in made.act and CHAT not in made.act
    page = (here.folder / "acts" / f"{number}.html").read_text()
    assert "Акт об удалении данных" in page and WORD not in page

    ends = await here.count(LEAD_EVENTS)
    await here.produce(TELEGRAM, [(CHAT, message(1001, CHAT, WORD)), (CHAT, message(1006, CHAT, WORD))])
    of = recording(f"{WORD}.mp4", LEAD)
    await here.produce(TRANSCRIPTS, [(of.recording_id, transcript(of, WORD))])
    await here.produce(RECORDINGS, [(of.recording_id, msgspec.json.encode(of))])
    await here.produce(TELEGRAM, [(OTHERS_CHAT, message(1010, OTHERS_CHAT, OTHERS_WORD))])

    async def came() -> bool:
        return (await rows(here, OTHERS_WORD))["events"] > others["events"]

    await until(came, 60, "the other's next message is stored", pause=1.0)
    assert await rows(here, WORD) == {}
    assert await standing(here, WORD) == {}
    new = (await here.read(LEAD_EVENTS))[ends:]
    assert not [record for record in new if record.key == LEAD.encode() and WORD.encode() in (record.value or b"")]
    now = await rows(here, OTHERS_WORD)
    assert all(now[table] >= others[table] for table in others)
    assert (await standing(here, OTHERS_WORD)).keys() == before.keys()
