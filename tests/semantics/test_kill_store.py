"""SIGKILL of `store` in mid-load: ClickHouse holds each event once, whatever the borders of redelivered batches."""

from pathlib import Path

from tests.semantics.store_load import killed


async def test_store_killed_three_times_in_mid_load(bootstrap: str, tmp_path: Path) -> None:
    """Every event, signal and alert is stored once, counts and sums with FINAL are exact, and what is made of them."""
    assert (await killed(bootstrap, tmp_path, kills=3, seed=11))["alerts"]
