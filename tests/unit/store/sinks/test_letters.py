"""Dead letters and their answers in tables: which are open, who closed the others, each once."""

import msgspec

from schemas.codec import Codec
from schemas.failed import DeadLetter
from streams.store.database import Database
from streams.store.sinks.dead_letters import ERASED, DeadLetterSink
from streams.store.sinks.letters import failure_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import DAY, NOW, batch

LETTER = DeadLetter("source.wms", 1, 7, NOW, "pipeline", "ValidationError", "no qty", b"{}")


def answered(offset: int, how: str, by: str) -> DeadLetter:
    """A person's answer."""
    told = msgspec.structs.replace(LETTER, offset=offset, payload=b"", error="", by=by)
    return msgspec.structs.replace(told, answer=how)


async def test_a_letter_and_its_answer(database: Database) -> None:
    """Whoever only claims has not answered; an answer that is stored twice is one; the last one counts."""
    letters = [msgspec.structs.replace(LETTER, offset=offset) for offset in (7, 8, 9)]
    told = [answered(7, "claimed", "anna"), answered(8, "claimed", "anna"), answered(8, "replayed", "anna")]
    told += [answered(9, "dropped", "bob"), answered(9, "released", "bob")]
    sink = Sink(database, Codec[DeadLetter](DeadLetter), failure_rows)
    records = [msgspec.json.encode(one) for one in (*letters, *told)]
    for first in (0, 100):
        await sink(batch("dead.letters", records, first=first))
    rows = await database.read("SELECT offset, answer, answered_by FROM failures_current ORDER BY offset")
    assert list(rows) == [(7, "", ""), (8, "replayed", "anna"), (9, "dropped", "bob")]


async def test_what_comes_again_is_the_same_row(database: Database) -> None:
    """Of the day when it came first, closed as it was; whoever counts heaps hears of it once. In one batch and in
    two."""
    heard: list[DeadLetter] = []
    sink = DeadLetterSink(database, lambda stored: heard.extend(letter for letter, _ in stored))
    told = [LETTER, LETTER, answered(7, "dropped", "bob")]
    await sink(batch("dead.letters", [msgspec.json.encode(one) for one in told]))
    first = await database.read("SELECT ingested_at FROM failures")
    await sink(batch("dead.letters", [msgspec.json.encode(LETTER)], first=50, at=NOW + DAY))
    assert heard == [LETTER, told[2]]
    assert await database.read("SELECT ingested_at FROM failures FINAL") == first
    assert await database.read("SELECT answer FROM failures_current") == [("dropped",)]


async def test_messages_of_one_record_are_rows_of_their_own(database: Database) -> None:
    """Each with its answer."""
    both = [msgspec.structs.replace(LETTER, topic="notify.outbox", item=item) for item in ("a1", "a1/head")]
    told = msgspec.structs.replace(both[1], answer="replayed", by="anna", payload=b"")
    await DeadLetterSink(database)(batch("dead.letters", [msgspec.json.encode(one) for one in (*both, told)]))
    rows = await database.read("SELECT item, answer FROM failures_current ORDER BY item")
    assert list(rows) == [("a1", ""), ("a1/head", "replayed")]


async def test_of_who_was_erased_nothing_is_kept(database: Database) -> None:
    """That it came, and where; neither its words nor an error that quotes them. Others' are as they were."""
    his = msgspec.structs.replace(LETTER, offset=8, payload=b'{"chat": "-100"}', error="-100 is no number")
    sink = DeadLetterSink(database, denied=lambda payload: b"-100" in payload)
    await sink(batch("dead.letters", [msgspec.json.encode(one) for one in (LETTER, his)]))
    rows = await database.read("SELECT offset, payload, error FROM failures ORDER BY offset")
    assert list(rows) == [(7, "{}", "no qty"), (8, "", ERASED)]
