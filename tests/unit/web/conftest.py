"""The invented company with its page, once for the tests of a module that only look."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from streams.settings import Store
from streams.store.clickhouse import load_engine
from tests.unit.store.conftest import opened
from tests.unit.web.company import standing
from tests.unit.web.page import Page


@pytest_asyncio.fixture
async def company(chdb_folder: Path, tmp_path: Path) -> AsyncIterator[Page]:
    """Filled and listening."""
    store = Store(folder=chdb_folder, database=f"company_{tmp_path.name}".replace("-", "_"), api_port=0)
    load_engine(store)
    async with opened(store) as database, standing(tmp_path, database, store, int(time.time() * 1000)) as here:
        yield here


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody stores is not waited for: these tests have no pipeline."""
    monkeypatch.setattr("streams.web.asking.PATIENCE_S", 0.6)
