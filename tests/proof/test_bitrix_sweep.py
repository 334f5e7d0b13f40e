"""A portal of 50 000 leads: read once, then a round and a nightly sweep that tell nothing."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.costs import forget_peak, peak_mb
from tests.fakes.bitrix import FakeBitrix
from tests.unit.notify.crm.test_rounds import BEFORE, DAY, MINUTE, NOON, Line

LEADS = 50_000


@pytest.mark.proof
async def test_an_unchanged_portal_tells_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """No record of 50 000 unchanged objects; a thousand calls of one limiter, and memory that does not grow with it."""
    async with FakeBitrix(per_second=1e6, burst=10**6) as fake:
        for n in range(1, LEADS + 1):
            fake.crm.put("lead", n, BEFORE, title=f"Лид {n}")
        line = Line(fake, tmp_path)
        began = time.monotonic()
        assert await line.rounds.round(NOON) == LEADS
        loaded, line.sent = time.monotonic(), []
        forget_peak()
        before = peak_mb(os.getpid())
        fake.calls.clear()
        assert await line.rounds.round(NOON + 5 * MINUTE) == 0
        await line.rounds.sweep(NOON + DAY)
        grown = peak_mb(os.getpid()) - before
        swept = time.monotonic()
        await line.close()
        assert line.sent == []
        record_property("first_load_s", round(loaded - began, 1))
        record_property("round_and_sweep_s", round(swept - loaded, 1))
        record_property("grown_mb", grown)
        assert fake.calls["crm.item.list"] <= LEADS // 50 + 20
        assert grown < 50
