"""The invented company with its page."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from streams.store.clickhouse import load_engine
from tests.unit.store.conftest import opened
from tests.unit.store.copies import given_back, lent
from tests.unit.web.company import standing
from tests.unit.web.page import Page


@pytest_asyncio.fixture
async def company(chdb_folder: Path, tmp_path: Path) -> AsyncIterator[Page]:
    """Filled and listening."""
    store = lent(chdb_folder)
    load_engine(store)
    async with opened(store) as database, standing(tmp_path, database, store, int(time.time() * 1000)) as here:
        yield here
    given_back(store)


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody stores is not waited for: these tests have no pipeline."""
    monkeypatch.setattr("streams.web.asking.PATIENCE_S", 0.6)
