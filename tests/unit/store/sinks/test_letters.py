"""Dead letters and their answers in tables: which are open, who closed the others, each once."""

import msgspec

from schemas.codec import Codec
from schemas.failed import DeadLetter
from streams.store.database import Database
from streams.store.sinks.letters import failure_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.records import NOW, batch

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
