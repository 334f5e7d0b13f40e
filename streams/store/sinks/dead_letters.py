"""`dead.letters` into ClickHouse: each letter once, and none about a letter; of who was erased without his words."""

import logging
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from schemas.codec import Codec
from schemas.errors import Transient
from schemas.failed import DeadLetter
from streams.engine.dead_letters import Place, place_of
from streams.engine.settle import Batch, Outcome
from streams.store.database import Database
from streams.store.sinks.letters import failure_rows
from streams.store.sinks.rows import Record
from streams.store.sinks.sink import Sink, Stored

log = logging.getLogger(__name__)

_LETTER: Codec[DeadLetter] = Codec(DeadLetter)

ERASED = "от удалённого клиента"
"""In place of what was wrong."""
_STORED = """
SELECT topic, partition, offset, agent, toUnixTimestamp64Milli(ts), item FROM failures
WHERE (topic, partition, offset) IN {places:Array(Tuple(String, UInt32, UInt64))}"""


async def unheard_of(database: Database, good: Sequence[tuple[DeadLetter, Record]]) -> list[tuple[DeadLetter, Record]]:
    """The answers, and the letters that no row tells of: one that came again after a kill would get a later day, and be
    counted in the reports of both. Raises `Transient`, `StatementFailed`."""
    places = {(letter.topic, letter.partition, letter.offset) for letter, _ in good if not letter.answer}
    known: set[Place] = set(await database.read(_STORED, {"places": [*places]})) if places else set()
    new: list[tuple[DeadLetter, Record]] = []
    for letter, record in good:
        if letter.answer or place_of(letter) not in known:
            new.append((letter, record))
        if not letter.answer:
            known.add(place_of(letter))
    return new


class DeadLetterSink:
    """`dead.letters`. What cannot be stored stays in Kafka only: a dead letter about a dead letter would never end.
    `stored` hears of each letter once, also of one that was written twice. `denied`: whether a payload names somebody
    who was erased; neither it nor the error, which may quote it, is stored then."""

    def __init__(
        self,
        database: Database,
        stored: Stored[DeadLetter] = lambda _: None,
        denied: Callable[[bytes], bool] = lambda _: False,
    ) -> None:
        self._database, self._denied = database, denied
        self._sink = Sink(database, _LETTER, failure_rows, stored)

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`. Rejects nothing."""
        outcome = Outcome()
        good = [(self._without_erased(letter), record) for record, letter in outcome.readable(batch, _LETTER)]
        try:
            await self._sink.store(batch, await unheard_of(self._database, good), outcome)
        except Transient:
            raise
        except Exception as error:
            if len(batch.records) > 1:
                raise
            log.error(
                "dead letter not stored",
                extra={"offset": batch.records[0].offset, "error": type(error).__name__},
            )
            return Outcome()
        for record, why in outcome.rejected:
            log.error("dead letter unreadable", extra={"offset": record.offset, "error": why.error_class})
        return Outcome()

    def _without_erased(self, letter: DeadLetter) -> DeadLetter:
        return replace(letter, payload=b"", error=ERASED) if self._denied(letter.payload) else letter
