"""Three minutes of load over all entrances with 21 random kills, stops and broker restarts: 0 lost, 0 doubled."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.embedded.broker import Broker
from tests.semantics.chaos import deal
from tests.semantics.chaos_load import Plan
from tests.semantics.chaos_run import run
from tests.semantics.test_chaos import mortal

__all__ = ["mortal"]

RECORDINGS = tuple(f"{number}.wav" for number in range(20))


@pytest.mark.proof
@pytest.mark.timeout(900)
async def test_chaos_of_three_minutes(
    mortal: Broker, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The seed is new each time and told when it fails."""
    seed = random.SystemRandom().randrange(1 << 30)
    plan = Plan(seed, 180, deal(random.Random(seed), workers=18, brokers=3), RECORDINGS)
    record_property("seed", seed)
    for name, count in (await run(mortal, tmp_path, plan, to_no_lag=90)).items():
        record_property(name, count)
