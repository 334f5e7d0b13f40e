"""Every source at once, short and seeded: away, at its limits, telling twice, out of order, and nonsense in between.

The whole table is `tests/proof/test_sources.py`.
"""

from pathlib import Path

from tests.semantics.sources_chaos import MANNERS, run


async def test_after_each_trouble_the_store_holds_what_happened(bootstrap: str, tmp_path: Path) -> None:
    """Chats by both ways, the portal, a warehouse that posts, two that are asked, a folder: every event once, of the
    right client, in its last version; what is no event is a dead letter; no log names a secret.
    """
    took = await run(bootstrap, tmp_path, 12, ("killed", "limits"), MANNERS, slowness=1.0)
    assert took["facts"] > 100
