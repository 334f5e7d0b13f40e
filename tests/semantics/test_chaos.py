"""Everything at once, short and seeded: load over all entrances, some faults, and nothing lost or doubled.

The long one is `tests/proof/test_chaos.py`.
"""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from tests.semantics.chaos_load import Plan
from tests.semantics.chaos_run import run


@pytest.fixture
async def mortal(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> AsyncIterator[Broker]:
    """A broker of its own: the session's is not for killing."""
    port, controller_port = free_ports()
    async with Broker(tmp_path / "kafka", port, controller_port, 384, await fetch(), tmp_path / "broker.log") as broker:
        yield broker


@pytest.mark.timeout(600)
async def test_short_chaos_loses_and_doubles_nothing(mortal: Broker, tmp_path: Path) -> None:
    """Four faults in twelve seconds, the broker's among them: everything once, in the log, the states and the store."""
    plan = Plan(9, 12, ("pipeline", "transcribe", "broker", "store"), ("1.wav", "2.wav"))
    await run(mortal, tmp_path, plan, to_no_lag=90)
