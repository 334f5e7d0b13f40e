"""What `check` says of the recordings: the agents of the Jibri hosts put their files where we look for them."""

import asyncio
import time
from collections.abc import Sequence
from heapq import nlargest
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from processors.russian.plural import RECORDS, count
from schemas.codec import Codec
from schemas.sources import FromJitsi, Recording
from schemas.topics import DAY_MS, RECORDINGS
from streams.cli.check_machine import recordings_faults, recordings_warnings
from streams.engine.connect import client_options, reachable
from streams.settings import Settings

TIMEOUT = 10.0
"""Seconds that one question may take."""
LAST = 20
"""So many of the newest recordings are looked for."""
DAYS = 7
"""Older ones may have been cleared away."""

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)


def faults(loaded: Settings) -> list[str]:
    """The folder is there, and something of what was told lately lies in it."""
    return recordings_faults(loaded) or disagreement(loaded.speech.recordings, told(loaded))[0]


def warnings(loaded: Settings) -> list[str]:
    """All of what was told lately lies there."""
    found = recordings_warnings(loaded)
    return found if recordings_faults(loaded) else found + disagreement(loaded.speech.recordings, told(loaded))[1]


def disagreement(folder: Path, recordings: Sequence[Recording]) -> tuple[list[str], list[str]]:
    """Faults and warnings of a folder that should hold these recordings, newest first."""
    missing = [recording for recording in recordings if not _is_there(folder / recording.path, recording.size)]
    if not missing:
        return [], []
    first = missing[0]
    where = f"{first.path} (узел {first.host})" if first.host else first.path
    if len(missing) == len(recordings):
        return [
            f"speech.recordings: в {folder} нет файлов, о которых сообщил агент записи, последний — {where}; "
            "папка LEADPULSE_RECORDER__TARGET на узле Jibri и speech.recordings должны быть одним хранилищем"
        ], []
    lack = f"{count(len(missing), RECORDS)} из последних {len(recordings)}"
    return [], [f"speech.recordings: в {folder} нет файла, или он другого размера: {lack}; последняя — {where}"]


def told(loaded: Settings) -> list[Recording]:
    """The newest recordings of the last days. None where Kafka is away: its own part tells that."""
    try:
        records = asyncio.run(asyncio.wait_for(_newest(loaded), TIMEOUT))
    except (KafkaError, OSError, TimeoutError):
        return []
    since = time.time() * 1000 - DAYS * DAY_MS
    found = [_FROM_JITSI.decode(record.value) for record in records if record.timestamp >= since]
    return [one for one in found if isinstance(one, Recording) and one.said_in is None]  # voices lie there by our hand


async def _newest(loaded: Settings) -> list[ConsumerRecord]:
    await reachable(loaded.kafka)
    parts = await _partitions(loaded)
    if not parts:  # aiokafka's consumer cannot even be stopped before it has waited for something
        return []
    consumer = AIOKafkaConsumer(**client_options(loaded.kafka), enable_auto_commit=False)
    try:
        await consumer.start()
        ends = await consumer.end_offsets(parts)
        starts = await consumer.beginning_offsets(parts)
        todo = {part for part in parts if starts[part] < ends[part]}
        consumer.assign(todo)
        for part in todo:
            consumer.seek(part, max(starts[part], ends[part] - LAST))
        records: list[ConsumerRecord] = []
        while todo:
            for batch in (await consumer.getmany(*todo, timeout_ms=500)).values():
                records += batch
            todo = {part for part in todo if await consumer.position(part) < ends[part]}
        return nlargest(LAST, records, key=lambda record: record.timestamp)
    finally:
        await consumer.stop()


async def _partitions(loaded: Settings) -> list[TopicPartition]:
    """Empty where there is no such topic."""
    topic = loaded.kafka.prefix + RECORDINGS.name
    admin = AIOKafkaAdminClient(**client_options(loaded.kafka))
    try:
        await admin.start()
        if topic not in await admin.list_topics():
            return []
        [described] = await admin.describe_topics([topic])
        return [TopicPartition(topic, part["partition"]) for part in described["partitions"]]
    finally:
        await admin.close()


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.is_file() and path.stat().st_size == size
    except OSError:
        return False
