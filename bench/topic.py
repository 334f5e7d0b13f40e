"""The events of the bench: seeded, Zipf leads, 0.5 % broken records, 2 % repeats. The same for all contenders."""

import asyncio
import json
import time

import numpy as np
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.job import LEADS, PARTITIONS, STATE_TOPIC, TOPIC
from schemas import codec
from schemas.events import Baseline, DayFigures, Reservation
from schemas.topics import DAY_MS, LEAD_EVENTS, LEAD_PARTITIONS
from streams.engine.kafka import partition_of
from streams.engine.topics import apply
from streams.settings import Kafka

HISTORY_DAYS = 60


async def make(bootstrap: str, events: int) -> int:
    """Create the topics and fill them. Returns the number of records on the product's topic (history included).

    An installation's own topics are there too: a worker waits for those it may need.
    """
    for prefix in ("", "bench."):
        await apply(Kafka(bootstrap=bootstrap, prefix=prefix))
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    compact = {"cleanup.policy": "compact"}
    await admin.create_topics(
        [NewTopic(TOPIC, PARTITIONS, 1), NewTopic(STATE_TOPIC, PARTITIONS, 1, topic_configs=compact)]
    )
    await admin.close()
    leads = np.minimum(np.random.default_rng(1).zipf(1.1, events), LEADS).tolist()
    began = int(time.time() * 1000) - events * 50
    history = [_history(lead, began) for lead in range(1, LEADS + 1)]
    await _produce(bootstrap, TOPIC, PARTITIONS, _bench_events(leads, began))
    await _produce(bootstrap, "bench." + LEAD_EVENTS.name, LEAD_PARTITIONS, history + _product_events(leads, began))
    return events + len(history)


def _bench_events(leads: list[int], began: int) -> list[tuple[bytes, bytes]]:
    out: list[tuple[bytes, bytes]] = []
    for number, lead in enumerate(leads):
        key = b"%d" % lead
        value = json.dumps(
            {
                "source": "wms",
                "event_id": f"e{number:09d}",
                "lead_id": f"L{lead:06d}",
                "kind": "reservation",
                "ts": began + number * 50,
                "qty": 1 + lead % 3,
                "sku": f"SKU-{number % 977:05d}",
                "doc": f"WH-R-{number:07d}",
                "warehouse": "MSK-1",
            },
            separators=(",", ":"),
        ).encode()
        out.append(_spoiled(number, out, key, value))
    return out


def _product_events(leads: list[int], began: int) -> list[tuple[bytes, bytes]]:
    out: list[tuple[bytes, bytes]] = []
    for number, lead in enumerate(leads):
        event = Reservation(
            event_id=f"{number:016x}",
            lead_id=str(lead),
            ts=began + number * 50,
            source="wms",
            doc=f"WH-R-{number:07d}",
            qty=1 + lead % 3,
            warehouse="MSK-1",
        )
        out.append(_spoiled(number, out, b"%d" % lead, codec.encode(event)))
    return out


def _spoiled(number: int, out: list[tuple[bytes, bytes]], key: bytes, value: bytes) -> tuple[bytes, bytes]:
    if number % 200 == 7:
        return key, b'{"source":"wms","event_id":1'
    if number % 50 == 3 and out:
        return out[-1]
    return key, value


def _history(lead: int, began: int) -> tuple[bytes, bytes]:
    """Sixty days of a client who reserves about as much as the bench will have him do: a few real signals."""
    last = began // DAY_MS - 2
    days = [
        DayFigures(day, 2 + (lead * day) % 7, 4 + (lead * day) % 23, messages=day % 3)
        for day in range(last - HISTORY_DAYS + 1, last + 1)
    ]
    event = Baseline(
        event_id=codec.event_id("bench", lead),
        lead_id=str(lead),
        ts=began,
        source="store",
        first_day=days[0].day,
        last_day=last,
        days=days,
    )
    return b"%d" % lead, codec.encode(event)


async def _produce(bootstrap: str, topic: str, partitions: int, records: list[tuple[bytes, bytes]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=1 << 18, compression_type="lz4")
    await producer.start()
    batches = {partition: producer.create_batch() for partition in range(partitions)}
    sent = []
    for key, value in records:
        at = partition_of(LEAD_EVENTS.name, key) % partitions
        if batches[at].append(key=key, value=value, timestamp=None) is None:
            sent.append(await producer.send_batch(batches[at], topic, partition=at))
            batches[at] = producer.create_batch()
            batches[at].append(key=key, value=value, timestamp=None)
    for at, batch in batches.items():
        sent.append(await producer.send_batch(batch, topic, partition=at))
    await asyncio.gather(*sent)
    await producer.stop()
