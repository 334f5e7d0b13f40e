"""Fixtures of all tests. The broker starts when a test first asks for it, once per session."""

import functools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path

import hypothesis
import pytest
import pytest_asyncio

from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from tests import living
from tests.ports import free_pair

# The same examples in every run: a change is judged by what it changes, on a machine of any speed. `make proof` looks
# for new ones, by the profile that it names.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile(
    "new", max_examples=1000, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("same")

TESTS = Path(__file__).parent
UNIT = TESTS / "unit"
REAL = {UNIT / part for part in ("store", "transcribe", "web")}
"""Unit tests on chDB, Vosk and Chromium: half a minute a file."""
MEMORY, ROOM_BYTES = Path("/dev/shm"), 8 << 30
ON_PROCESSES = {*(TESTS / part for part in ("integration", "semantics", "prosody", "chaos")), *REAL}
"""Tests on several processes, whose turns nobody chooses, get a second go (decision 0122)."""
LAST_LINES = 25
"""Of each worker's log are shown when its test fails."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take a minute come first: the last to begin is a short one, so that no process idles at the end."""
    items.sort(key=lambda item: _turn(item.path))
    for item in items:
        if ON_PROCESSES & set(item.path.parents) and not _is_proof(item):
            item.add_marker(pytest.mark.flaky(reruns=1))


def _is_proof(item: pytest.Item) -> bool:
    """Whether `make proof` runs it: there a single failure is what is looked for."""
    return item.get_closest_marker("proof") is not None or hypothesis.is_hypothesis_test(getattr(item, "obj", None))


@functools.cache
def _turn(file: Path) -> int:
    above = set(file.parents)
    return 0 if UNIT not in above else 1 if REAL & above else 2


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """The recorder takes others' rights from all that its process writes: not from what later tests write, too."""
    mask = os.umask(0o022)
    os.umask(mask)  # there is no other way to read it
    try:
        return (yield)
    finally:
        os.umask(mask)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails tells the last that its workers said: what fails once in a thousand runs must say why."""
    report = yield
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if report.failed and folder is not None:
        logs = [file for file in living.files(folder) if file.suffix == ".log"]
        for log in sorted(file for file in logs if not file.stem.isdigit()):  # segments of Kafka
            lines = log.read_text(errors="replace").splitlines()
            report.sections.append((f"{log.relative_to(folder)}", "\n".join(lines[-LAST_LINES:])))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that got a second go is told with all that its first one said: nobody may take it for a good one."""
    for report in terminalreporter.getreports("rerun"):
        terminalreporter.section(f"second go: {report.nodeid}")
        terminalreporter.line(report.longreprtext)
        for title, text in report.sections:
            terminalreporter.section(title, sep="-")
            terminalreporter.line(text)


@pytest.fixture(scope="session")
def free_ports() -> Callable[[], tuple[int, int]]:
    """Gives two ports of loopback that nobody listens on now: a broker's and its controller's, one after the other."""
    return free_pair


@pytest_asyncio.fixture(scope="session")
async def broker(
    tmp_path_factory: pytest.TempPathFactory, free_ports: Callable[[], tuple[int, int]]
) -> AsyncIterator[Broker]:
    """The real Kafka of this session, with its data in memory where there is room: each test has a hundred and sixty
    partitions made, with several files each that are synced. Who kills it starts it again."""
    output = tmp_path_factory.mktemp("kafka") / "broker.log"
    port, controller_port = free_ports()
    jars = await fetch()
    with tempfile.TemporaryDirectory(prefix="leadpulse-kafka-", dir=_in_memory()) as folder:
        async with Broker(Path(folder), port, controller_port, heap_mb=384, jars=jars, output=output) as running:
            yield running


def _in_memory() -> Path | None:
    """A folder in memory; none where the brokers of one run would fill it."""
    has_room = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    return MEMORY if has_room else None


@pytest.fixture(scope="session")
def bootstrap(broker: Broker) -> str:
    """Address of the session's broker."""
    return broker.bootstrap
