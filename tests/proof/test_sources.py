"""The whole table of sources and troubles."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.semantics.sources_chaos import MANNERS, TROUBLES, run

SLOW_S = 10.0
"""Of every answer, and of every body that is posted."""


@pytest.mark.proof
@pytest.mark.timeout(1800)
async def test_every_source_under_every_trouble(
    bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The seed is new each time; by trouble, the seconds from its end until the store is right again."""
    seed = random.SystemRandom().randrange(1 << 30)
    record_property("seed", seed)
    for name, seconds in (await run(bootstrap, tmp_path, seed, TROUBLES, MANNERS, SLOW_S)).items():
        record_property(name, seconds)
