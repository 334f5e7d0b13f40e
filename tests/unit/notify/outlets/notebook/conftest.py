"""An Open Notebook with a password, and the outlet that fills it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from streams.notify.outlets.notebook import Notebooks
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.unit.notify.outlets.notebook.meetings import PASSWORD, Clock, notebooks_of


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FakeOpenNotebook]:
    """An Open Notebook with a password."""
    async with FakeOpenNotebook(PASSWORD, seconds=0.005) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """For the ages of unfinished jobs."""
    return Clock()


@pytest_asyncio.fixture
async def notebooks(server: FakeOpenNotebook, clock: Clock) -> AsyncIterator[Notebooks]:
    """The outlet, with a short patience."""
    outlet = notebooks_of(server, clock=clock)
    yield outlet
    await outlet.close()
