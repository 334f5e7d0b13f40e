"""SIGKILL of the gateway under 200 requests a second at all its entrances. `tests/proof` has twenty."""

from pathlib import Path

from tests.semantics.door_load import killed


async def test_every_2xx_is_in_the_store_once(bootstrap: str, tmp_path: Path) -> None:
    """Three kills at moments that a seed decides: messages, shipments, reports of rooms, leads of the portal."""
    assert (await killed(bootstrap, tmp_path, kills=3, seed=12))["requests taken"] > 100
