"""The access log to notices for the head: reading by night, or of very many clients (`processors.privacy.reading`)."""

from collections.abc import Iterable

from alerting.outbox import Wish
from alerting.reading import render_reading
from alerting.render import Rendered
from processors.privacy.reading import Watch
from schemas.codec import Codec
from schemas.people import AccessEntry
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Outcome
from streams.notify.telegram.shelf import Shelf
from streams.notify.telling import Known, Record, Telling

BEFORE = 5000
"""Lines of the log that are read before the first batch: an hour of all our people, so that a restart forgets none."""


class Readings(Telling[AccessEntry]):
    """One message a night and user, and one an hour and user."""

    codec = Codec(AccessEntry)

    def __init__(self, shelf: Shelf, log: Reader) -> None:
        super().__init__(shelf)
        self._log, self._watch, self._next = log, Watch(), -1

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient` while the log or the outbox cannot be read, or the outbox not written."""
        first = batch.records[0].offset
        if first != self._next:  # a start, or another owner had it meanwhile, or the batch comes again
            watch = Watch()
            async for record in self._log.read([batch.partition], since=max(0, first - BEFORE)):
                entry = self.codec.decode(record.value) if record.offset < first else None
                if isinstance(entry, AccessEntry):
                    watch.take(entry)
            self._watch = watch
        self._next = -1
        outcome = await super().__call__(batch)
        self._next = batch.records[-1].offset + 1
        return outcome

    def wishes(self, record: Record, value: AccessEntry, known: Known) -> Iterable[Wish]:
        for noticed in self._watch.take(value):
            if not known(noticed.key):
                text = Rendered(render_reading(noticed))
                yield Wish(noticed.key, "head", 1, record.offset, record.timestamp, text, rings=True)
