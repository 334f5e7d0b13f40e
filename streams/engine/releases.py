"""What waits on `source.parked`, and what a person let go before its time."""

from collections.abc import Mapping

from aiokafka import TopicPartition
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError

from schemas.codec import Codec
from schemas.errors import Transient
from schemas.failed import Parked, Released
from schemas.topics import PARKED, RELEASES
from schemas.types import Millis
from streams.engine.group import committed
from streams.engine.kafka import Output, Outputs
from streams.engine.parking import over_output, returned, subject_of
from streams.engine.reader import Reader
from streams.settings import Kafka

_PARKED: Codec[Parked] = Codec(Parked)
_RELEASED: Codec[Released] = Codec(Released)

CHUNK = 500
"""Records that are sent together."""


async def released(kafka: Kafka) -> Mapping[str, int]:
    """By subject (topic/origin): the offset on `source.parked` before which its records went back. Raises
    `Transient`."""
    found: dict[str, int] = {}
    async for record in Reader(kafka, RELEASES).read(range(RELEASES.partitions)):
        told = _RELEASED.decode(record.value)
        if isinstance(told, Released):
            found[told.subject] = max(told.before, found.get(told.subject, 0))
    return found


async def waiting(kafka: Kafka) -> list[tuple[int, Parked]]:
    """The parked records with their offsets, oldest first: neither sent back by `notify` nor let go. Raises
    `Transient`."""
    gone = await released(kafka)
    found: list[tuple[int, Parked]] = []
    async for record in Reader(kafka, PARKED).read([0], since=await _settled(kafka)):
        parked = _PARKED.decode(record.value)
        if isinstance(parked, Parked) and record.offset >= gone.get(subject_of(parked), 0):
            found.append((record.offset, parked))
    return found


async def release(kafka: Kafka, records: list[tuple[int, Parked]], by: str, at: Millis) -> None:
    """Send these records of one origin back now; then it is written down, so that `notify` passes them over. After a
    kill in between they come again: ids make that the same events. Raises `Transient`."""
    outputs = Outputs(kafka)
    try:
        for first in range(0, len(records), CHUNK):
            await outputs.send([returned(parked) for _, parked in records[first : first + CHUNK]])
        offset, last = records[-1]
        told = Released(subject_of(last), offset + 1, by, at)
        written = Output(RELEASES.name, told.subject.encode(), _RELEASED.encode(told))
        await outputs.send([written, over_output(last, at)])
    finally:
        await outputs.stop()


async def _settled(kafka: Kafka) -> int:
    """Offset on `source.parked` before which `notify` has sent everything back."""
    try:
        offsets = await committed(kafka, f"{kafka.prefix}leadpulse-notify")
    except GroupCoordinatorNotAvailableError:  # nobody has ever read of this Kafka in a group
        return 0
    except (KafkaError, OSError) as error:
        raise Transient(f"cannot ask for the offsets of notify: {error!r}") from error
    return max(0, offsets.get(TopicPartition(kafka.prefix + PARKED.name, 0), 0))
