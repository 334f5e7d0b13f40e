"""SIGKILL of `store` in mid-load: ClickHouse holds each event once, whatever the borders of redelivered batches."""

from pathlib import Path

from tests.installation import Installation
from tests.semantics.store_load import killed
from tests.semantics.store_verdict import judge


async def test_store_killed_three_times_in_mid_load(bootstrap: str, tmp_path: Path) -> None:
    """Events, alerts and money are stored once, and days, baselines and sums are exact, also those of earlier days."""
    async with Installation(bootstrap, tmp_path) as here:
        assert (await judge(here, await killed(here, kills=3, seed=11)))["alerts"]
