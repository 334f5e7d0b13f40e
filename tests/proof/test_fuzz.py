"""Ten thousand spoilt payloads over the entrances, and three thousand spoilt files; the seed is new each time."""

import logging
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.gateway import fuzz as entrances
from tests.unit.loading import fuzz as files

PAYLOADS, FILES = 10_000, 3000
"""The first is the count that was asked for."""


@pytest.mark.proof
async def test_ten_thousand_payloads(
    caplog: pytest.LogCaptureFixture, record_property: Callable[[str, object], None]
) -> None:
    """No 500, no good one lost, no token in a log."""
    caplog.set_level(logging.DEBUG)
    seed = random.SystemRandom().randrange(1 << 30)
    for name, count in sorted((await entrances.run(PAYLOADS, seed)).items()):
        record_property(name, count)
    assert not [secret for secret in entrances.SECRETS if secret in caplog.text]


@pytest.mark.proof
def test_three_thousand_files(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Each is read or told; never a fault of ours."""
    seed = random.SystemRandom().randrange(1 << 30)
    for name, count in sorted(files.run(FILES, seed, tmp_path).items()):
        record_property(name, count)
