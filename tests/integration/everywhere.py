"""Two clients who leave unique words in every source, with people, with the assistant, and in files."""

from pathlib import Path

import msgspec
from msgspec.structs import replace

from processors.commands import canon
from schemas.assistant import AssistantAsked, Remembered
from schemas.codec import EVENT, event_id
from schemas.commands import Command, CommandChange, Standing, Trigger
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
    IDENTITIES,
    LEAD_EVENTS,
    LEAD_UNASSIGNED,
    OBJECTIONS,
    RECORDINGS,
    TELEGRAM,
    TRANSCRIPTS,
    WMS,
    TopicSpec,
)
from streams.engine.clock import wall_clock
from tests.installation import Installation, until
from tests.semantics.erasing import recording

LEAD, OTHER = "1001", "1002"
CHAT, OTHERS_CHAT = "-1000000001001", "-1000000001002"
WORD, OTHERS_WORD = "ромашкосекрет", "лютикосекрет"
ROOT = Path(__file__).parents[2]


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
