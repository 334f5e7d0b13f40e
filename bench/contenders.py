"""One run of one contender in a process of its own: `python -m bench.contenders NAME BOOTSTRAP EVENTS`.

Prints one JSON line: CPU µs per event and events a second, from the first batch to the last event.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field

import msgspec
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from bench.job import DECODE_WINDOW, DECODER, ENCODE, STATE_TOPIC, TOPIC, Window, step
from processors.rules import builtin
from schemas.topics import LEAD_EVENTS, LEAD_STATE, TopicSpec
from streams.engine.ends import Ends
from streams.engine.kafka import MOST_BYTES, PARTITIONS, Output
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Outcome
from streams.engine.state import LeadStates
from streams.engine.worker import Worker
from streams.pipeline.fold import Fold
from streams.settings import Kafka, Metrics, Pipeline, Settings


@dataclass
class Meter:
    """Counts events, and measures from the first batch on."""

    events: int
    seen: int = 0
    rejected: int = 0
    alerts: int = 0
    began: tuple[float, float] = field(default=(0.0, 0.0))

    def start(self) -> None:
        """The first batch is here."""
        if not self.seen:
            self.began = time.process_time(), time.perf_counter()

    def result(self) -> str:
        """The line that the bench reads."""
        cpu, wall = time.process_time() - self.began[0], time.perf_counter() - self.began[1]
        return json.dumps(
            {
                "us": round(cpu / self.seen * 1e6, 2),
                "per_s": int(self.seen / wall),
                "events": self.seen,
                "rejected": self.rejected,
                "alerts": self.alerts,
            }
        )


async def raw(bootstrap: str, meter: Meter) -> None:
    """An aiokafka loop with everything in memory: the floor."""
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap,
        group_id=f"bench-raw-{os.getpid()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    windows: dict[str, Window] = {}
    while meter.seen < meter.events:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            meter.start()
            for record in records:
                _fold(windows, record, meter)
            meter.seen += len(records)
    line = meter.result()
    await consumer.stop()
    print(line, flush=True)


def _fold(windows: dict[str, Window], record: object, meter: Meter) -> str | None:
    try:
        event = DECODER.decode(record.value)  # type: ignore[attr-defined]
    except msgspec.DecodeError:
        meter.rejected += 1
        return None
    window = windows.get(event.lead_id)
    if window is None:
        window = windows[event.lead_id] = Window()
    if step(window, event, record.offset) is not None:  # type: ignore[attr-defined]
        meter.alerts += 1
    return event.lead_id


def _worker(bootstrap: str, prefix: str) -> Worker:
    """A worker as in production, under a group of its own."""
    settings = Settings(
        kafka=Kafka(bootstrap=bootstrap, prefix=prefix),
        metrics=Metrics(pipeline=0),
        pipeline=Pipeline(dead_letter_window=1_000_000),
    )
    worker = Worker("pipeline", settings, wait_empty=True)
    worker.app.conf.id = f"bench-{os.getpid()}"
    return worker


async def ours(bootstrap: str, meter: Meter) -> None:
    """Our worker: Faust over `batches://`, settled and acked; a state record per touched lead and batch."""
    worker = _worker(bootstrap, "")
    partitions: dict[int, dict[str, Window]] = {}

    async def process(batch: Batch) -> Outcome:
        meter.start()
        windows = partitions.setdefault(batch.partition, {})
        touched = {lead for record in batch.records if (lead := _fold(windows, record, meter)) is not None}
        return Outcome(
            state=[Output(STATE_TOPIC, lead.encode(), ENCODE(windows[lead]), batch.partition) for lead in touched]
        )

    await _measure(worker, TopicSpec(TOPIC, "lead", 4), process, meter)


class _Forgetful(Reader):
    """Finds no state: behind the fences of the round before, every event would be a repeat that costs nothing."""

    async def read(
        self, partitions: Iterable[int], deadline: float = 120.0, since: int = 0, at: int = 0
    ) -> AsyncGenerator[ConsumerRecord, None]:
        """Nothing."""
        records: list[ConsumerRecord] = []
        for record in records:
            yield record


async def product(bootstrap: str, meter: Meter) -> None:
    """The same frame with the product's own fold: days, ids of 24 h, signals, alerts."""
    worker = _worker(bootstrap, "bench.")
    fold = Fold(LeadStates(_Forgetful(worker.settings.kafka, LEAD_STATE), Ends(worker.settings.kafka)), builtin())

    async def process(batch: Batch) -> Outcome:
        meter.start()
        outcome = await fold(batch)
        meter.rejected += len(outcome.rejected)
        outcome.rejected.clear()  # as in the other contenders: counted, not sent
        return outcome

    await _measure(worker, LEAD_EVENTS, process, meter)


async def _measure(worker: Worker, topic: TopicSpec, process: object, meter: Meter) -> None:
    done = asyncio.Event()

    async def counted(batch: Batch) -> Outcome:
        outcome: Outcome = await process(batch)  # type: ignore[operator]
        meter.seen += len(batch.records)
        if meter.seen > meter.events:  # a batch that is done twice, or halved, is no measure
            raise SystemExit(f"{meter.seen} of {meter.events} records were processed")
        if meter.seen == meter.events:
            done.set()
        return outcome

    async def finish() -> None:
        await done.wait()
        await asyncio.sleep(0.05)  # the last batch's records are being acknowledged
        print(meter.result(), flush=True)
        os._exit(0)

    for spec in (
        topic,
        TopicSpec(STATE_TOPIC, "lead", topic.partitions),
    ):  # the engine knows only an installation's own
        PARTITIONS.setdefault(spec.name, spec.partitions)
        MOST_BYTES.setdefault(spec.name, spec.max_bytes)
    worker.consume(topic, counted)
    worker.background("finish", finish)
    await worker.run()


def quix(bootstrap: str, meter: Meter) -> None:
    """Quix Streams, state in RocksDB with a changelog topic."""
    from quixstreams import Application

    app = Application(
        broker_address=bootstrap,
        consumer_group=f"bench-quix-{os.getpid()}",
        auto_offset_reset="earliest",
        state_dir=tempfile.mkdtemp(prefix="bench-quix-"),
        loglevel="ERROR",
        commit_interval=5.0,
    )

    def fold(value: bytes, _key: object, _ts: object, _headers: object, state: object) -> None:
        meter.start()
        meter.seen += 1
        try:
            event = DECODER.decode(value)
        except msgspec.DecodeError:
            meter.rejected += 1
            return
        stored = state.get_bytes("w")  # type: ignore[attr-defined]
        window = DECODE_WINDOW(stored) if stored else Window()
        window.applied = -1  # Quix keeps the offset fence itself
        if step(window, event, 0) is not None:
            meter.alerts += 1
        state.set_bytes("w", ENCODE(window))  # type: ignore[attr-defined]

    topic = app.topic(TOPIC, value_deserializer="bytes", key_deserializer="bytes")
    app.dataframe(topic).apply(fold, stateful=True, metadata=True)
    app.run(count=meter.events, timeout=120)
    print(meter.result(), flush=True)


def main() -> None:
    """Run the contender named on the command line."""
    name, bootstrap, events = sys.argv[1], sys.argv[2], int(sys.argv[3])
    meter = Meter(events)
    if name == "quix":
        quix(bootstrap, meter)
    else:
        asyncio.run({"raw": raw, "ours": ours, "product": product}[name](bootstrap, meter))


if __name__ == "__main__":
    main()
