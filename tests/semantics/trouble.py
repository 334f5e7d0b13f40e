"""A worker that copies `source.wms` to `lead.events` and gets into the trouble named by TROUBLE. Run by the tests."""

import asyncio
import os
import sys
from pathlib import Path

from schemas.topics import LEAD_EVENTS, RECORDINGS, WMS
from streams.engine import log, progress
from streams.engine.kafka import Output
from streams.engine.settle import Batch, Outcome
from streams.engine.worker import Worker
from streams.settings import load

TROUBLE = os.environ["TROUBLE"]
STARTED = Path(os.environ["STARTED"])
"""Touched when the process is inside a batch, so that the test knows when to strike."""


async def copy(batch: Batch) -> Outcome:
    """Copy; then, by TROUBLE, never come back or raise on a record."""
    STARTED.touch()
    if TROUBLE == "hang":
        await asyncio.sleep(3600)
    if TROUBLE == "hang-first" and batch.partition == 0:
        await asyncio.sleep(3600)
    for record in batch.records:
        if TROUBLE == "raise" and record.value == b"poison":
            raise ValueError("this record breaks the process")
    return Outcome(outputs=[Output(LEAD_EVENTS.name, record.key, record.value) for record in batch.records])


async def crash() -> None:
    """Raise as soon as a batch is in work."""
    while not STARTED.exists():
        await asyncio.sleep(0.05)
    raise RuntimeError("a part of the worker crashes")


def lose_the_first(worker: Worker) -> None:
    """The first batch vanishes inside Faust, as it does when a rebalance catches it between consumer and agent."""
    deliver = worker.app.topics.on_message

    async def lose_once(message: object) -> None:
        if STARTED.exists():
            await deliver(message)
        STARTED.touch()

    worker.app.topics.on_message = lose_once


def main() -> int:
    """Run until told to stop."""
    log.configure("trouble")
    jobs = os.environ.get("JOBS") == "1"
    worker = Worker("pipeline", load(), jobs=jobs, wait_empty=os.environ.get("WAIT_EMPTY") == "1")
    worker.consume(RECORDINGS if jobs else WMS, copy)
    if TROUBLE == "hang" and os.environ.get("CRASH") == "1":
        worker.background("crash", crash)
    if TROUBLE == "drop":
        lose_the_first(worker)
    if TROUBLE == "no-share":  # a leader that knows no topics gives nothing to anybody
        worker.app.assignor._get_copartitioned_groups = lambda *_: {}
        progress.REBALANCE_S = 4.0  # nobody else's session has to run out here
    return asyncio.run(worker.run())


if __name__ == "__main__":
    sys.exit(main())
