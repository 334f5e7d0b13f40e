"""The store is killed twenty-five times under load."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installation import Installation
from tests.semantics.store_load import killed
from tests.semantics.store_verdict import judge


@pytest.mark.proof
async def test_twenty_five_kills_of_the_store(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """`FINAL` is what stands in Kafka, days, sums and money are those of `FINAL`; the seed is new each time."""
    seed = random.SystemRandom().randrange(1 << 30)
    record_property("seed", seed)
    async with Installation(bootstrap, tmp_path) as here:
        for name, count in (await judge(here, await killed(here, kills=25, seed=seed))).items():
            record_property(name, count)
