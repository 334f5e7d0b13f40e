"""P1: a client is erased on a real broker and a real store, whatever he left where; and he does not come back."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from schemas.cards import ClientCard
from schemas.codec import event_id
from schemas.meetings import Utterance
from schemas.privacy import Consent
from schemas.sources import Identity, Recording, RoomReport, SegmentNote, Transcript, Word
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
from streams.cli import main
from streams.engine.kafka import Output, partition_of
from streams.engine.meetings import MARK
from streams.erasing.act import Signed, verified
from tests.installation import Installation, until

LEAD, OTHER = "1001", "1002"
CHAT, OTHERS_CHAT = "-1000000001001", "-1000000001002"
WORD, OTHERS_WORD = "ромашкосекрет", "лютикосекрет"
NOW = 1_790_000_000_000


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation with a recordings folder."""
    (tmp_path / "storage").mkdir()
    async with Installation(
        bootstrap, tmp_path, {"LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage")}
    ) as installation:
        yield installation


def message(number: int, chat: str, text: str) -> bytes:
    """An update of the bot, with the client's chat, account and words."""
    said = {
        "message_id": number,
        "date": NOW // 1000 + number,
        "chat": {"id": int(chat), "type": "supergroup", "title": f"{text} × склад"},
        "from": {"id": 77, "first_name": text, "is_bot": False},
        "text": f"{text} где товар",
    }
    return msgspec.json.encode({"source": "bot", "payload": {"update_id": number, "message": said}})


def recording(name: str, lead: str) -> Recording:
    """Of his meeting."""
    return Recording(
        event_id("recording", "s", name),
        f"s-{name}",
        name,
        f"{lead}/{name}",
        1,
        "0" * 64,
        f"lead-{lead}",
        NOW + 60_000,
        60_000,
        NOW,
        "ok",
        lead,
    )


def transcript(of: Recording, word: str) -> bytes:
    """What was said in it."""
    said = [Utterance(0, 900, f"{word} обещал прислать счёт", word)]
    note = SegmentNote(0, 1000, "vosk", "m")
    return msgspec.json.encode(
        Transcript(of, 1, "vosk", "m", [Word(word, 0, 900, 1.0)], segments=[note], utterances=said)
    )


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


async def leadpulse(here: Installation, *arguments: str) -> Result:
    """A command in this process, in a thread: it has a loop of its own."""
    runner = CliRunner()
    return await asyncio.to_thread(
        lambda: runner.invoke(main, list(arguments), env=here.environ, prog_name="leadpulse")
    )


async def standing(here: Installation, *words: str) -> dict[str, int]:
    """Topics that are kept for ever in which one of the words stands now: in the newest record of a key, or in any that
    is there where nothing is compacted. A tombstone goes with the next compaction."""
    found: dict[str, int] = {}
    for topic in TOPICS:
        if topic.retention_ms != FOREVER:
            continue
        records = await here.read(topic)
        newest = {
            (record.partition, record.key if topic.cleanup == "compact" else record.offset): record
            for record in records
        }
        stand = [record.value + (record.key or b"") for record in newest.values() if record.value]
        hits = sum(any(word.encode() in text for word in words) for text in stand)
        found |= {topic.name: hits} if hits else {}
    return found


async def rows(here: Installation, *words: str) -> dict[str, int]:
    """Tables in which one of the words stands in any column of text."""

    async def ask(query: str) -> list[list[Any]]:
        done = await leadpulse(here, "sql", query, "--json")
        assert done.exit_code == 0, done.output
        answer: list[list[Any]] = json.loads(done.stdout)["rows"]
        return answer

    columns: dict[str, list[str]] = {}
    for table, column in await ask(
        "SELECT table, name FROM system.columns"
        " WHERE database NOT IN ('system', 'INFORMATION_SCHEMA', 'information_schema')"
        " AND type LIKE '%String%' AND table NOT IN ('failures', 'llm_calls')"
        " AND table IN (SELECT name FROM system.tables WHERE engine LIKE '%MergeTree')"
    ):
        columns.setdefault(table, []).append(column)
    assert {"events", "said", "transcripts", "unassigned", "cards"} <= columns.keys()
    parts = []
    for table, names in columns.items():
        where = " OR ".join(f"multiSearchAny(toString({name}), {list(words)})" for name in names)
        parts.append(f"SELECT '{table}' AS name, count() AS rows FROM {table} WHERE {where}")
    return {table: count for table, count in await ask(" UNION ALL ".join(parts)) if count}


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
    assert [
        p
        for p in here.folder.rglob("*")
        if p.is_file() and p.suffix in (".mp4", ".md", ".csv") and WORD in p.read_text()
    ] == []
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


async def holds(here: Installation, name: str, word: str) -> bool:
    """Whether a topic has the word in any record."""
    topic = next(topic for topic in TOPICS if topic.name == name)
    return any(word.encode() in (record.value or b"") for record in await here.read(topic))
