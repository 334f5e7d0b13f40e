"""The six ways in which stock Faust loses events (research/streaming.md, A1), through our transport and settle loop."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from schemas.failed import DeadLetter
from schemas.topics import DEAD_LETTERS, LEAD_EVENTS, RECORDINGS, WMS, TopicSpec
from tests.installation import Installation, until

PROGRAM = "tests.semantics.trouble"


@pytest.fixture
async def here(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """A fresh installation."""
    async with Installation(bootstrap, tmp_path, {"STARTED": str(tmp_path / "started")}) as installation:
        yield installation


async def in_work(here: Installation) -> None:
    """Wait until the program is inside a batch."""

    async def started() -> bool:
        return (here.folder / "started").exists()

    await until(started, 30, "the program takes a batch")


async def send(here: Installation, values: list[bytes], topic: TopicSpec = WMS) -> None:
    """Records with keys that spread over the partitions."""
    await here.produce(topic, [(f"k{number}", value) for number, value in enumerate(values)])


async def outcome(here: Installation, topic: TopicSpec = WMS) -> tuple[list[bytes], list[bytes]]:
    """Copied values and dead-lettered payloads after everything is committed."""
    await here.settled("pipeline", topic)
    dead = [msgspec.json.decode(record.value, type=DeadLetter) for record in await here.read(DEAD_LETTERS)]
    return sorted(record.value for record in await here.read(LEAD_EVENTS)), sorted(d.payload for d in dead)


VALUES = [b"value %d" % number for number in range(10)]


async def test_raise_in_the_agent_loses_only_the_poison(here: Installation) -> None:
    """Cases 1 and 2: a record that breaks the process becomes a dead letter, its batch neighbours go through."""
    here.start(PROGRAM, environ={"TROUBLE": "raise"})
    await send(here, [*VALUES[:5], b"poison", *VALUES[5:]])
    copied, dead = await outcome(here)
    assert copied == VALUES
    assert dead == [b"poison"]


@pytest.mark.parametrize("jobs", ["0", "1"])
async def test_kill_while_one_is_slow_and_others_are_done(here: Installation, jobs: str) -> None:
    """Case 3: nothing behind a batch still in work is committed, so SIGKILL loses nothing."""
    topic = RECORDINGS if jobs == "1" else WMS
    slow = here.start(PROGRAM, environ={"TROUBLE": "hang-first", "JOBS": jobs})
    await send(here, VALUES, topic)
    await in_work(here)
    here.end(slow, signal.SIGKILL)
    here.start(PROGRAM, environ={"TROUBLE": "none", "JOBS": jobs})
    copied, _ = await outcome(here, topic)
    assert set(copied) == set(VALUES)


async def test_bad_records_among_good_ones_and_sigterm(here: Installation) -> None:
    """Case 4: a graceful stop in the middle of bad records loses no good one."""
    first = here.start(PROGRAM, environ={"TROUBLE": "raise"})
    mixed = [value for good in VALUES for value in (good, b"poison")]
    await send(here, mixed)
    await in_work(here)
    assert here.end(first, signal.SIGTERM) == 0
    here.start(PROGRAM, environ={"TROUBLE": "raise"})
    copied, dead = await outcome(here)
    assert set(copied) == set(VALUES)
    assert set(dead) == {b"poison"}


@pytest.mark.parametrize("wait_empty", ["0", "1"])
async def test_crash_of_another_part_with_a_batch_in_work(here: Installation, wait_empty: str) -> None:
    """Case 5: a crash of the app does not acknowledge the batch in work; the exit code tells of the crash."""
    crashing = here.start(PROGRAM, environ={"TROUBLE": "hang", "CRASH": "1", "WAIT_EMPTY": wait_empty})
    await send(here, VALUES)
    assert crashing.wait(120) == 1
    here.start(PROGRAM, environ={"TROUBLE": "none"})
    copied, _ = await outcome(here)
    assert set(copied) == set(VALUES)


@pytest.mark.parametrize("wait_empty", ["0", "1"])
async def test_sigterm_with_a_batch_in_work(here: Installation, wait_empty: str) -> None:
    """Case 6: SIGTERM ends the worker in time and leaves the batch in work unacknowledged."""
    hanging = here.start(PROGRAM, environ={"TROUBLE": "hang", "WAIT_EMPTY": wait_empty})
    await send(here, VALUES)
    await in_work(here)
    assert here.end(hanging, signal.SIGTERM) == 0
    here.start(PROGRAM, environ={"TROUBLE": "none"})
    copied, _ = await outcome(here)
    assert set(copied) == set(VALUES)
