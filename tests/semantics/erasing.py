"""What a client leaves in sources, the commands of erasing, and where a word of his stands: topics, tables."""

import asyncio
import json
from typing import Any

import msgspec
from click.testing import CliRunner, Result

from schemas.codec import event_id
from schemas.meetings import Utterance
from schemas.sources import Recording, SegmentNote, Transcript, Word
from schemas.topics import FOREVER, TOPICS
from streams.cli import main
from tests.installation import Installation

LEAD, OTHER = "1001", "1002"
CHAT, OTHERS_CHAT = "-1000000001001", "-1000000001002"
WORD, OTHERS_WORD = "ромашкосекрет", "лютикосекрет"
NOW = 1_790_000_000_000


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


async def holds(here: Installation, name: str, word: str) -> bool:
    """Whether a topic has the word in any record."""
    topic = next(topic for topic in TOPICS if topic.name == name)
    return any(word.encode() in (record.value or b"") for record in await here.read(topic))
