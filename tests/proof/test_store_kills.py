"""The store is killed twenty-five times under load."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.semantics.store_load import killed


@pytest.mark.proof
async def test_twenty_five_kills_of_the_store(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """`FINAL` is what stands in Kafka, days and sums are those of `FINAL`; the seed is new each time."""
    seed = random.SystemRandom().randrange(1 << 30)
    record_property("seed", seed)
    for name, count in (await killed(bootstrap, tmp_path, kills=25, seed=seed, night=True)).items():
        record_property(name, count)
