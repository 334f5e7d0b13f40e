"""What the tests of `notify` start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.fakes.telegram import FakeTelegram
from tests.installation import Installation
from tests.integration.notify_line import CURATOR, OTHER, SHARED, TOKEN, Line, logs


@pytest_asyncio.fixture
async def line(bootstrap: str, tmp_path: Path) -> AsyncIterator[Line]:
    """Fresh topics, a fresh fake, no worker yet."""
    async with (
        FakeTelegram(TOKEN, {CURATOR, OTHER, SHARED}) as telegram,
        Installation(bootstrap, tmp_path) as installation,
    ):
        yield Line(installation, telegram)
    assert "secret" not in logs(tmp_path)
