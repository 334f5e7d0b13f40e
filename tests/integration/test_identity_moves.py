"""A chat that was linked to the wrong client, on real Kafka with `pipeline` and `store`."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from schemas.topics import IDENTITIES, TELEGRAM
from tests.installation import Installation
from tests.integration.test_store import QUICK, becomes
from tests.semantics.test_relink import link, update

CHAT = -1001


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics and folders of one test."""
    async with Installation(bootstrap, tmp_path, QUICK) as installation:
        yield installation


async def test_unlinked_and_linked_to_another(home: Installation) -> None:
    """Its messages leave the history of the wrong client, wait, and stand in that of the right one, each once."""
    home.worker("store")
    home.worker("pipeline")
    await home.outputs.send([link(CHAT, "100")])
    await home.settled("pipeline", IDENTITIES)
    await home.produce(TELEGRAM, [(str(CHAT), update(CHAT, n, f"сообщение {n}")) for n in range(3)])
    of = "SELECT count() FROM events FINAL WHERE kind = 'message' AND lead_id = '{}'"
    await becomes(home, of.format(100), 3)
    await home.outputs.send([link(CHAT, None)])
    await becomes(home, of.format(100), 0)
    await becomes(home, "SELECT count() FROM unassigned FINAL WHERE topic = 'lead.events'", 3)
    await home.outputs.send([link(CHAT, "200")])
    await becomes(home, of.format(200), 3)
    await home.outputs.send([link(CHAT, "100")])
    await becomes(home, of.format(100), 3)
    await becomes(home, of.format(200), 0)
