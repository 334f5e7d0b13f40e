"""P1 whole: unique words in every source, all workers at work and their outlets; the client is erased with SIGKILL in
the middle of the act. Then no table, topic that is kept, file or log has a word of his, and nothing brings him back."""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from processors.commands import canon
from schemas.assistant import AssistantAsked, Remembered
from schemas.codec import EVENT, Rejected, event_id
from schemas.commands import Command, CommandChange, Standing, Trigger
from schemas.erasures import STEPS
from schemas.events import Author, Note
from schemas.meetings import Utterance
from schemas.privacy import Consent
from schemas.sources import Identity, RoomReport, SegmentNote, Transcript, Word
from schemas.topics import (
    ASSISTANT_ASKED,
    ASSISTANT_MEMORY,
    BITRIX,
    COMMAND_EVENTS,
    COMMAND_STATE,
    CONSENTS,
    DEAD_LETTERS,
    ERASURES,
    FOREVER,
    IDENTITIES,
    LEAD_EVENTS,
    LEAD_UNASSIGNED,
    OBJECTIONS,
    RECORDINGS,
    TELEGRAM,
    TOPICS,
    TRANSCRIPTS,
    WMS,
    TopicSpec,
)
from streams.cli.run import WORKERS
from streams.engine.clock import wall_clock
from streams.engine.erasures import ERASURE
from streams.erasing.act import Signed, verified
from tests.fakes import n8n
from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation, until
from tests.semantics.erasing import leadpulse, recording, rows, standing

LEAD, OTHER = "1001", "1002"
CHAT, OTHERS_CHAT = "-1000000001001", "-1000000001002"
WORD, OTHERS_WORD = "ромашкосекрет", "лютикосекрет"
CURATORS, REPORTS_CHAT = -100600, -100700
ROOT = Path(__file__).parents[2]
KILLED = ("tables", "transcripts", "messages", "waiting", "links", "files", "outlets")
"""Steps before which the command may be killed."""


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """All workers, with a fake Telegram and webhooks; the store as in production, confined."""
    (tmp_path / "storage").mkdir()
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(FakeTelegram(chats={CURATORS, REPORTS_CHAT}))
        hooks = await stack.enter_async_context(n8n.FakeN8n("key"))
        environ = {
            "LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "storage"),
            "LEADPULSE_SPEECH__SPOOL": str(tmp_path / "spool"),
            "LEADPULSE_TELEGRAM__API": telegram.url,
            "LEADPULSE_TELEGRAM__TOKEN": telegram.token,
            "LEADPULSE_TELEGRAM__CURATOR_CHAT": str(CURATORS),
            "LEADPULSE_TELEGRAM__REPORT_CHAT": str(REPORTS_CHAT),
            "LEADPULSE_TELEGRAM__UPDATES": "poll",
            "LEADPULSE_WEBHOOKS__URL": hooks.url,
            "LEADPULSE_WEBHOOKS__SECRET": hooks.secret,
        }
        installation = await stack.enter_async_context(Installation(bootstrap, tmp_path, environ))
        for name in WORKERS:
            installation.worker(name)
        yield installation


def message(number: int, chat: str, word: str, text: str, at: int) -> bytes:
    """An update of the bot; `at` ms UTC."""
    said = {
        "message_id": number,
        "date": at // 1000,
        "chat": {"id": int(chat), "type": "supergroup", "title": f"{word} × склад"},
        "from": {"id": 7712345, "first_name": word, "is_bot": False},
        "text": f"{word} {text}",
    }
    return msgspec.json.encode({"source": "bot", "payload": {"update_id": number, "message": said}})


def broken(chat: str, word: str) -> bytes:
    """A message that no normalizer can use: it lies with the dead letters."""
    said = {"message_id": "нет", "chat": {"id": int(chat)}, "text": word, "date": "когда-то"}
    return msgspec.json.encode({"source": "bot", "payload": {"update_id": 1, "message": said}})


def example(topic: str, name: str, lead: str, word: str) -> bytes:
    """A record of the examples, of this client and with this word."""
    text = (ROOT / "schemas/examples" / topic / f"{name}.json").read_text()
    for old, new in (("12345", lead), ("777", lead), ("Ромашка", word), ("Иван", word), ("недоволен", word)):
        text = text.replace(old, new)
    return text.replace("WH-R-69404", word).encode()


def of_sources(lead: str, chat: str, word: str, at: int) -> list[tuple[TopicSpec, str, bytes]]:
    """What each source brings of the client."""
    of = replace(recording(f"r{lead}.mp4", lead), participants=[word])
    said = [Utterance(0, 900, f"{word} обещал прислать счёт", word), Utterance(1000, 1900, "мы уходим от вас", word)]
    words = Transcript(
        of, 1, "vosk", "m", [Word(word, 0, 900, 1.0)], segments=[SegmentNote(0, 2000, "vosk", "m")], utterances=said
    )
    came = RoomReport(f"j{lead}", "joined", at, f"lead-{lead}", f"m{lead}", lead, name=word)
    number = int(lead)
    return [
        (TELEGRAM, chat, message(number + 5, chat, word, "мы уходим к другому складу", at)),
        (TELEGRAM, chat, broken(chat, word)),
        (BITRIX, f"lead:{lead}", example("source.bitrix", "lead", lead, word)),
        (BITRIX, f"comment:{lead}", example("source.bitrix", "comment", lead, word)),
        (WMS, f"lead:{lead}", example("source.wms", "reservation_of_lead", lead, word)),
        (RECORDINGS, f"lead-{lead}", msgspec.json.encode(came)),
        (RECORDINGS, of.recording_id, msgspec.json.encode(of)),
        (TRANSCRIPTS, of.recording_id, msgspec.json.encode(words)),
    ]


async def planted(here: Installation, lead: str, chat: str, word: str) -> None:
    """In every source, and what people and the program itself add to it."""
    now = wall_clock()
    await here.produce(TELEGRAM, [(chat, message(int(lead), chat, word, "есть вопрос", now))])

    async def waits() -> bool:
        records = await here.read(LEAD_UNASSIGNED)
        return any(word.encode() in (record.value or b"") for record in records)

    await until(waits, 60, "the first message waits for its client")
    identity = Identity("tg_chat", chat, lead, "x")
    await here.produce(IDENTITIES, [(f"tg_chat:{chat}", msgspec.json.encode(identity))])
    consent = Consent(person_id=f"{lead:0>16}", name=word, leads=[lead], at=now, by="x")
    await here.produce(CONSENTS, [(consent.person_id, msgspec.json.encode(consent))])
    report = RoomReport(f"o{lead}", "objected", now, f"lead-{lead}", "m", lead, name=word)
    await here.produce(OBJECTIONS, [(report.id, msgspec.json.encode(report))])
    for topic, key, value in of_sources(lead, chat, word, now):
        await here.produce(topic, [(key, value)])
    common = {"event_id": event_id("note", lead), "lead_id": lead, "ts": now, "source": "page"}
    note = Note("n" * 16, Author("5", "Мария", client=False), f"{word} любит порядок", **common)  # type: ignore[arg-type]
    await here.produce(LEAD_EVENTS, [(lead, EVENT.encode(note))])
    await thought_of(here, lead, word, now)
    path = here.folder / "storage" / lead / f"r{lead}.mp4"
    path.parent.mkdir(exist_ok=True)
    path.write_text(word)


async def thought_of(here: Installation, lead: str, word: str, now: int) -> None:
    """A command that was refused, what the assistant remembers, and a line to it."""
    params = {"text": f"{word}, акт завтра"}
    command = Command(
        command_id=canon.command_id("note.add", lead, "1", params),
        name="note.add",
        version=1,
        lead_id=lead,
        params=dict(params),
        trigger=Trigger(kind="event", id="1", words=word, client=True),
        confidence_percent=82,
        proposed_at=now,
        expires_at=now + 1,
        proposer="agent/rules",
    )
    body = canon.encoded(command)
    refused = Standing(
        command_id=command.command_id, body=body.decode(), digest=canon.digest(body), state="refused", at=now, why=word
    )
    kept = Remembered(memory_id="1", about=f"lead/{lead}", kind="refusal", text=f"{word}: рано", at=now)
    line = AssistantAsked(
        asked_id=f"q{lead}", who="web/x", name="Ольга", text=f"что у {word}?", via="page", at=now, lead_id=lead
    )
    change = CommandChange(
        change_id=f"c{lead}", command_id=command.command_id, lead_id=lead, name="note.add", at=now, before="asking",
        standing=refused,
    )  # fmt: skip
    await here.produce(COMMAND_STATE, [(command.command_id, msgspec.json.encode(refused))])
    await here.produce(COMMAND_EVENTS, [(lead, msgspec.json.encode(change))])
    await here.produce(ASSISTANT_MEMORY, [(f"lead/{lead}/1", msgspec.json.encode(kept))])
    await here.produce(ASSISTANT_ASKED, [("web/x", msgspec.json.encode(line))])


@pytest.mark.parametrize("kills", [1, pytest.param(len(KILLED), marks=pytest.mark.proof)])
async def test_nothing_is_left(here: Installation, kills: int, record_property: Callable[[str, object], None]) -> None:
    """Everywhere of two clients; one is erased, by a command that is killed before it is done and given again."""
    record_property("kills", kills)

    async def up() -> bool:
        return (await leadpulse(here, "sql", "SELECT 1")).exit_code == 0

    await planted(here, LEAD, CHAT, WORD)
    await planted(here, OTHER, OTHERS_CHAT, OTHERS_WORD)

    async def stored() -> bool:
        tables = [await rows(here, word) for word in (WORD, OTHERS_WORD)]
        wanted = {"events", "said", "passages", "transcripts", "cards", "alerts", "signals", "unassigned", "consents"}
        wanted |= {"command_events", "assistant_lines"}
        return all(wanted <= each.keys() for each in tables)

    await until(up, 60, "the store answers", pause=1.0)
    await until(stored, 120, "both are in the tables, with alerts", pause=1.0)

    async def told() -> bool:
        kept = await standing(here, WORD)
        files = list((here.folder / "exports" / LEAD).glob("*.md"))
        return bool(kept) and bool(files) and await here.count(DEAD_LETTERS) >= 2

    await until(told, 90, "it is told in Telegram, minutes are in a file, the broken one lies with the dead", pause=1.0)
    asked = await leadpulse(here, "ask", LEAD, f"что сказал {WORD} о складе?")
    assert asked.exit_code == 0, asked.output
    assert (await leadpulse(here, "report", "--send")).exit_code == 0

    async def asked_and_reported() -> bool:
        return {"questions", "reports"} <= (await rows(here, WORD)).keys()

    await until(asked_and_reported, 60, "the question and the report are stored", pause=1.0)
    others = await rows(here, OTHERS_WORD)

    request = await leadpulse(here, "erase", "request", LEAD, "--reason", "заявление", "--by", "Ольга")
    assert request.exit_code == 0, request.output + repr(request.exception)
    number = request.stdout.split()[1].rstrip(".")
    assert (await leadpulse(here, "erase", "confirm", number, "--by", "Глеб")).exit_code == 0
    dice = random.Random(kills)
    for step in sorted(dice.sample(KILLED, kills), key=STEPS.index):
        await killed_before(here, number, step)
    acts = here.folder / "acts"
    done = await leadpulse(here, "erase", "run", number, "--act", str(acts), "--by", "Анна")
    assert done.exit_code == 0, done.output + repr(done.exception)

    made = msgspec.json.decode((acts / f"{number}.json").read_bytes(), type=Signed)
    verified(made)
    until_days = json.loads(made.act)["topics_until"]
    await nothing_is_left(here, until_days)
    letters = await here.count(DEAD_LETTERS)
    for topic, key, value in of_sources(LEAD, CHAT, WORD, wall_clock() - 600_000):
        await here.produce(topic, [(key, value)])
    await here.produce(TELEGRAM, [(CHAT, message(int(LEAD), CHAT, WORD, "есть вопрос", wall_clock() - 600_000))])
    await here.produce(TELEGRAM, [(OTHERS_CHAT, message(9, OTHERS_CHAT, OTHERS_WORD, "всё хорошо", wall_clock()))])

    async def came() -> bool:
        return (await rows(here, OTHERS_WORD))["events"] > others["events"]

    await until(came, 60, "the other's next message is stored", pause=1.0)
    for topic in (TELEGRAM, BITRIX, WMS, RECORDINGS, TRANSCRIPTS):
        await here.settled("pipeline", topic)
    assert await here.count(DEAD_LETTERS) > letters, "the broken one lies with the dead again, without his words"
    await here.settled("store", DEAD_LETTERS)
    await nothing_is_left(here, until_days)
    now = await rows(here, OTHERS_WORD)
    assert all(now[table] >= others[table] for table in others if table != "reports")


async def killed_before(here: Installation, number: str, step: str) -> None:
    """Start the work, and end it with SIGKILL once all steps before `step` are kept."""
    acts = str(here.folder / "acts")
    process = here.start("streams.cli", "erase", "run", number, "--act", acts, "--by", "Anna")
    wanted = set(STEPS[: STEPS.index(step)])

    async def there() -> bool:
        found = [ERASURE.decode(record.value) for record in await here.read(ERASURES) if record.key == number.encode()]
        last = found[-1]
        assert not isinstance(last, Rejected)
        return wanted <= {one.step for one in last.done}

    await until(there, 60, f"all is done before {step}", pause=0.05)
    await asyncio.to_thread(here.end, process)


async def nothing_is_left(here: Installation, until_days: dict[str, str]) -> None:
    """In tables, dead letters' list included; in topics but those whose end the act names; in files and logs."""
    assert await rows(here, WORD) == {}
    query = f"SELECT count() FROM failures WHERE position(payload, '{WORD}') > 0 OR position(error, '{WORD}') > 0"
    done = await leadpulse(here, "sql", query, "--json")
    letters = json.loads(done.stdout)["rows"]
    assert letters == [[0]], letters
    assert await standing(here, WORD) == {}
    assert await standing(here, CHAT) == {}
    holding = {topic.name for topic in TOPICS if await holds(here, topic, WORD)}
    assert holding <= until_days.keys(), holding - until_days.keys()
    assert LEAD_UNASSIGNED.name not in holding
    assert all(topic.retention_ms != FOREVER or topic.cleanup == "compact" for topic in TOPICS if topic.name in holding)
    walk = os.walk(here.folder)  # bears that chDB deletes its parts meanwhile
    files = [Path(at) / name for at, _, names in walk if "chdb" not in Path(at).parts for name in names]
    said = [str(path) for path in files if WORD.encode() in path.read_bytes() or WORD in path.name]
    assert said == []


async def holds(here: Installation, topic: TopicSpec, word: str) -> bool:
    """Whether a topic has the word in any record, from its first offset."""
    return any(word.encode() in (record.value or b"") + (record.key or b"") for record in await here.read(topic))
