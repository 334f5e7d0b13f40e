"""A lead that was merged with another is asked for by its old number, too: over real HTTP and chDB."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from processors.cards import Cards
from processors.identity import Identities
from schemas.sources import Identity
from streams.settings import Store
from streams.store.database import Database
from streams.store.read.pages import Known
from tests.unit.store import fakes
from tests.unit.store.api_line import answer, serving
from tests.unit.store.samples import ALL_EVENTS, LEAD

OLD, OLDER = "77", "78"


@pytest_asyncio.fixture
async def merged(store: Store, database: Database, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A session on an API that knows of two numbers of one client, one of them by way of the other."""
    await fakes.Feed(database)(ALL_EVENTS)
    identities = Identities()
    identities.apply(f"lead:{OLD}", Identity("lead", OLD, LEAD))
    identities.apply(f"lead:{OLDER}", Identity("lead", OLDER, OLD))
    kept = store.model_copy(update={"api_token_file": tmp_path / "token"})
    async with serving(kept, database, Known(identities, Cards())) as port:
        headers = {"Authorization": f"Bearer {kept.api_token_file.read_text().strip()}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            yield session


PATHS = (
    *("history", "signals", "scores", "transcripts", "profile", "promises", "outcome", "risk", "card"),
    *("people", "timeline", "daily"),
)


async def test_an_old_number_is_still_the_clients(merged: aiohttp.ClientSession) -> None:
    """Everything that is asked of a lead is answered as of the client, and says whose it is; others are themselves."""
    for path in PATHS:
        asked = [await answer(merged, f"/api/leads/{lead}/{path}") for lead in (LEAD, OLD, OLDER, "79")]
        (_, real), (_, old), (_, older), (status, other) = asked
        assert status == 200
        for told in (old, older):
            told.pop("asked", None)
            assert told == real, path
        assert path == "people" or old["lead_id"] == LEAD != other["lead_id"] == "79"
    assert (await answer(merged, f"/api/leads/{OLD}/history"))[1]["events"]


@pytest.mark.parametrize("path", ["/api/search?q=товар", "/api/figures?since=2026-11-20&until=2026-11-22"])
async def test_a_search_for_an_old_number_is_of_the_client(merged: aiohttp.ClientSession, path: str) -> None:
    """It finds his words, and says whose they are; without a lead it says nothing."""
    _, real = await answer(merged, f"{path}&lead={LEAD}")
    _, old = await answer(merged, f"{path}&lead={OLD}")
    assert old == real
    assert old["lead_id"] == LEAD
    assert any(real[name] for name in ("found", "figures") if name in real)
    assert "lead_id" not in (await answer(merged, path))[1]


async def test_a_word_on_an_old_number_is_on_the_client(merged: aiohttp.ClientSession) -> None:
    """What a person says of it is an event of the client."""
    _, event = await answer(merged, f"/api/leads/{OLD}/outcome", json={"outcome": "left"})
    assert event["lead_id"] == LEAD
