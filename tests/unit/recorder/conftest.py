"""Benches for the agent's tests, whose failed markers have their turn again at once."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from recorder import agent as agent_module
from recorder import openfiles
from tests.unit.recorder.bench import Bench


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed marker has its turn again at once."""
    monkeypatch.setattr(agent_module, "RETRY_FIRST_S", 0.0)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else is on the host: other processes run these tests too, and have files of the same names open."""
    listed = openfiles._names

    def ours(folder: Path) -> list[str]:
        if folder != Path("/proc"):
            return listed(folder)
        me = psutil.Process()
        return [str(process.pid) for process in (me, *me.children(recursive=True))]

    monkeypatch.setattr(openfiles, "_names", ours)


@pytest.fixture
async def benches(tmp_path: Path) -> AsyncIterator[Callable[..., Bench]]:
    """Makes benches with settings of the test's own, and ends their child processes."""
    made: list[Bench] = []

    def make(**options: Any) -> Bench:
        made.append(Bench(tmp_path, **options))
        return made[-1]

    yield make
    for bench in made:
        await bench.crew.close()


@pytest.fixture
def bench(benches: Callable[..., Bench]) -> Bench:
    return benches()
