"""The gateway is killed twenty times under 200 requests a second."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.semantics.door_load import killed


@pytest.mark.proof
async def test_twenty_kills_of_the_gateway(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Every 2xx is in the store, once; the seed is new each time."""
    seed = random.SystemRandom().randrange(1 << 30)
    record_property("seed", seed)
    for name, count in (await killed(bootstrap, tmp_path, kills=20, seed=seed)).items():
        record_property(name, count)
