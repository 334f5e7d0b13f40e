"""What `check` says of Kafka: it answers, its topics are right, it takes a record, its clock agrees with ours."""

import asyncio
import time

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas.errors import Transient
from schemas.topics import PROBE
from streams.engine import topics
from streams.engine.connect import client_options
from streams.settings import Settings

TIMEOUT = 10.0
"""Seconds that one question may take."""
SKEW_S = 5.0
"""Clocks that differ by more put events on the wrong side of an hour's tick, and of midnight."""


def kafka_faults(loaded: Settings) -> list[str]:
    """The broker answers, its topics are as `schemas.topics` says, and a record of ours is taken at about our time."""
    try:
        found = asyncio.run(asyncio.wait_for(topics.compare(loaded.kafka, loaded.retention.topics()), TIMEOUT))
    except (Transient, TimeoutError) as error:
        cause = type(error.__cause__ or error).__name__
        return [
            f"Kafka не отвечает по адресу {loaded.kafka.bootstrap} ({cause}): "
            "проверьте, запущена ли она (встроенную запускает `leadpulse up`) и верен ли kafka.bootstrap"
        ]
    faults = [f"тема {mismatch}" for mismatch in found.mismatches]
    if found.missing:
        names = ", ".join(spec.name for spec in found.missing)
        faults.append(f"нет тем: {names}; их создаёт `leadpulse topics apply`")
    drifted = [f"тема {name} — {'; '.join(changes)}" for name, changes in found.drift.items()]
    faults += [f"{text}; исправляет `leadpulse topics apply`" for text in drifted]
    return faults if PROBE in found.missing else faults + _clock_faults(loaded)


def _clock_faults(loaded: Settings) -> list[str]:
    try:
        skew = asyncio.run(asyncio.wait_for(_skew_s(loaded), TIMEOUT))
    except (KafkaError, OSError, TimeoutError) as error:
        return [f"Kafka отвечает, но не принимает записи ({type(error).__name__})"]
    return clock_faults(skew)


def clock_faults(skew_s: float) -> list[str]:
    """`skew_s`: seconds by which Kafka's clock is ahead of ours."""
    if abs(skew_s) < SKEW_S:
        return []
    what = "спешат" if skew_s > 0 else "отстают"
    return [
        f"часы Kafka {what} на {abs(skew_s):.0f} с по часам этой машины: включите сверку времени (NTP) на обеих машинах"
    ]


async def _skew_s(loaded: Settings) -> float:
    """The broker stamps what it appends with its own clock: a record that nobody reads tells it."""
    producer = AIOKafkaProducer(**client_options(loaded.kafka), acks="all")
    await producer.start()
    try:
        before = time.time()
        placed = await producer.send_and_wait(loaded.kafka.prefix + PROBE.name, b"", key=b"check")
        return float(placed.timestamp) / 1000 - (before + time.time()) / 2
    finally:
        await producer.stop()
