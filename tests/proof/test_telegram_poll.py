"""Long poll: the count of kills that issue 12 asks for."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.test_telegram_poll import TAKES_OVER, killed


@pytest.mark.proof
async def test_twenty_kills(bootstrap: str, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """None lost, none twice; another one reads within 15 s of each kill."""
    seconds = await killed(bootstrap, tmp_path, kills=20)
    record_property("take_over_seconds", sorted(round(one, 1) for one in seconds))
    assert max(seconds) <= TAKES_OVER
