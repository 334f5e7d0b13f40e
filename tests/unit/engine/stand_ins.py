"""What a settler works with, made small: a broker, a Faust stream and its events."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from schemas.codec import Codec
from schemas.failed import DeadLetter
from streams.engine.budget import Ledger, Limits
from streams.engine.kafka import Output, Placed
from streams.engine.retry import World
from streams.engine.settle import Batch, Outcome, Settler

LETTER: Codec[DeadLetter] = Codec(DeadLetter)


@dataclass
class Broker:
    """A producer that keeps what it is given; `faults` are raised one by one before it takes anything."""

    taken: list[list[Output]] = field(default_factory=list)
    faults: Iterable[Exception] = ()

    def __post_init__(self) -> None:
        self._coming = iter(self.faults)

    async def send(self, outputs: list[Output]) -> None:
        """Take all or nothing."""
        if outputs and (fault := next(self._coming, None)) is not None:
            raise fault
        if outputs:
            self.taken.append(list(outputs))

    async def place(self, outputs: list[Output]) -> list[Placed]:
        """As `send`; where they lie does not matter here."""
        await self.send(outputs)
        return [Placed(0, len(outputs))]

    @property
    def values(self) -> list[bytes | None]:
        """Values of all outputs that are no dead letters, in order."""
        return [output.value for sent in self.taken for output in sent if output.topic != "dead.letters"]

    @property
    def letters(self) -> list[DeadLetter]:
        """The dead letters, read."""
        return [letter for value in self.of("dead.letters") if isinstance(letter := LETTER.decode(value), DeadLetter)]

    def of(self, topic: str) -> list[bytes | None]:
        """Values of a topic, in order."""
        return [output.value for sent in self.taken for output in sent if output.topic == topic]


class Stream:
    """What Faust's stream is to a settler: events to iterate and a list of what was acked."""

    def __init__(self, *batches: range, partition: int = 0, values: Sequence[bytes] = ()) -> None:
        self._events = [event(offsets, partition, values=values) for offsets in batches]
        self.acked: list[Any] = []

    def noack(self) -> "Stream":
        """Faust's name for "I ack by hand"."""
        return self

    async def events(self) -> Any:
        """The batches, one event each."""
        for event_ in self._events:
            yield event_

    async def ack(self, event_: Any) -> None:
        """Remember the batch as done."""
        self.acked.append(event_.value[-1].offset)


def event(offsets: range, partition: int = 0, generation: int = 1, values: Sequence[bytes] = ()) -> Any:
    """A Faust event with a batch of records whose values are their offsets, or these."""
    records = [
        SimpleNamespace(offset=n, value=value, key=b"k", timestamp=1000 + n, partition=partition, headers=())
        for n, value in zip(offsets, values or (str(n).encode() for n in offsets), strict=True)
    ]
    return SimpleNamespace(value=records, message=SimpleNamespace(partition=partition, generation_id=generation))


async def at_once(_seconds: float) -> None:
    """A pause that takes no time."""


def settler(
    process: Callable[[Batch], Awaitable[Outcome]],
    broker: Broker,
    ledger: Ledger | None = None,
    owned: Callable[[Batch], bool] = lambda _: True,
    fatal: list[Exception] | None = None,
    world: World | None = None,
    discard: Callable[[int], None] = lambda _: None,
) -> Settler:
    """A settler of `source.wms`."""
    ended = fatal if fatal is not None else []
    return Settler(
        "pipeline.source.wms",
        "source.wms",
        process,
        broker,  # type: ignore[arg-type]
        ledger or Ledger(Limits()),
        owned=owned,
        fatal=ended.append,
        attempts=3,
        discard=discard,
        world=world or World(sleep=at_once),
    )
