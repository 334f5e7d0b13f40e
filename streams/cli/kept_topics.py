"""Topics of Kafka that nothing else can give again: saved by `leadpulse backup`, written back into an empty Kafka.

These are the topics kept for ever (links, cards, state, what waits for its client, outboxes, finished segments). All
others are read again from their sources, or are already in the store.
"""

import base64
import json
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from processors.state import decode_state, encode_state
from schemas.errors import Refused, Transient
from schemas.topics import FOREVER, LEAD_STATE, TOPICS, TopicSpec
from streams.engine.beside import KEY, decode_beside, encode_beside
from streams.engine.connect import client_options
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader
from streams.engine.state import MARK
from streams.settings import Kafka

KEPT: tuple[TopicSpec, ...] = tuple(topic for topic in TOPICS if topic.retention_ms == FOREVER)
AT_ONCE = 500
"""Records that are sent together."""
UNREAD = -1
"""The fence of a state that has folded nothing: in a new Kafka offsets begin anew."""


async def cluster_of(kafka: Kafka) -> str:
    """Which topics these are: Kafka's id of itself, our prefix. Others have other offsets. Raises `Transient`."""
    admin = AIOKafkaAdminClient(**client_options(kafka))
    try:
        await admin.start()
        return f"{(await admin.describe_cluster())['cluster_id']}/{kafka.prefix}"
    except (KafkaError, OSError) as error:
        raise Transient(f"Kafka не отвечает ({kafka.bootstrap}): {error!r}") from error
    finally:
        await admin.close()


async def save(kafka: Kafka, topic: TopicSpec) -> tuple[bytes, int]:
    """Its records as lines of JSON, and how many; of a compacted topic the last of each key. Raises `Transient`."""
    kept: dict[tuple[int, bytes], bytes] = {}
    async for record in Reader(kafka, topic).read(range(topic.partitions)):
        key = record.key or b""
        of = (record.partition, key if topic.cleanup == "compact" else key + b"\0%d" % record.offset)
        kept.pop(of, None)
        if record.value is not None:
            kept[of] = _line(record.partition, record.key, record.value)
    return b"\n".join(kept.values()), len(kept)


def _line(partition: int, key: bytes | None, value: bytes) -> bytes:
    coded = [None if part is None else base64.b64encode(part).decode() for part in (key, value)]
    return json.dumps([partition, *coded]).encode()


async def write_back(kafka: Kafka, topic: TopicSpec, lines: bytes) -> int:
    """Put saved records on an empty topic; how many. Raises `Transient`."""
    outputs, done = Outputs(kafka), 0
    try:
        for some in batched_lines(lines):
            sent = [_output(topic, *json.loads(line)) for line in some]
            await outputs.send(sent)
            done += len(sent)
    finally:
        await outputs.stop()
    return done


def batched_lines(lines: bytes) -> Iterable[list[bytes]]:
    """So many at once."""
    whole = lines.splitlines()
    return (whole[at : at + AT_ONCE] for at in range(0, len(whole), AT_ONCE))


def _output(topic: TopicSpec, partition: int, key: str | None, value: str) -> Output:
    name, said = base64.b64decode(key or ""), base64.b64decode(value)
    if topic.name == LEAD_STATE.name:
        said = _unfenced(name.decode(), said)
    return Output(topic.name, name, said, partition)


def _unfenced(key: str, value: bytes) -> bytes:
    """A state that takes any record for news: with its old fence it would pass over all of a new Kafka's, up to where
    the old one was. Ids of events in it hold back what it knows already."""
    if key == KEY:
        beside = decode_beside(value)
        beside.applied = UNREAD
        return encode_beside(beside)
    if MARK in key:
        return value
    state = decode_state(value)
    state.applied = UNREAD
    return encode_state(state)


async def is_empty(kafka: Kafka, topics: Iterable[TopicSpec]) -> bool:
    """Whether nothing ever stood on these topics. Raises `Transient`."""
    consumer = AIOKafkaConsumer(**client_options(kafka), enable_auto_commit=False)
    try:
        await consumer.start()
        tps = [TopicPartition(kafka.prefix + topic.name, p) for topic in topics for p in range(topic.partitions)]
        return not any((await consumer.end_offsets(tps)).values())
    except (KafkaError, OSError) as error:
        raise Transient(f"Kafka не отвечает ({kafka.bootstrap}): {error!r}") from error
    finally:
        await consumer.stop()


async def rewind(kafka: Kafka, group: str, offsets: dict[str, dict[int, int]]) -> int:
    """Set a group that nobody is in back to these offsets, or to the first that is still there; how many partitions.
    Raises `Refused` when somebody is in it, `Transient`."""
    consumer = AIOKafkaConsumer(**client_options(kafka), group_id=group, enable_auto_commit=False)
    try:
        await consumer.start()
        wanted = {TopicPartition(kafka.prefix + name, p): at for name, of in offsets.items() for p, at in of.items()}
        first = await consumer.beginning_offsets(list(wanted))
        consumer.assign(list(wanted))
        await consumer.commit({tp: max(at, first[tp]) for tp, at in wanted.items()})
        return len(wanted)
    except KafkaError as error:
        raise Refused(f"не удалось вернуть процесс store назад в Kafka; остановлен ли он? ({error!r})") from error
    except OSError as error:
        raise Transient(f"Kafka не отвечает ({kafka.bootstrap}): {error!r}") from error
    finally:
        await consumer.stop()
