"""A receiver of webhooks, the outlet that sends to it, and one clock for both."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from streams.notify.outlets.webhooks import WebhookSender
from streams.settings import Webhooks
from tests.fakes.n8n import FakeN8n
from tests.unit.notify.outlets.webhooks.deliveries import HOURS, SECRET, Clock


@pytest.fixture
def clock() -> Clock:
    """One for both sides."""
    return Clock()


@pytest_asyncio.fixture
async def n8n(clock: Clock) -> AsyncIterator[FakeN8n]:
    """The receiver."""
    async with FakeN8n(SECRET, clock=clock) as running:
        yield running


@pytest_asyncio.fixture
async def sender(n8n: FakeN8n, clock: Clock) -> AsyncIterator[WebhookSender]:
    """The outlet, with a short patience."""
    outlet = WebhookSender(Webhooks(url=n8n.url, secret=SECRET, timeout=2.0, give_up_hours=HOURS), clock=clock)
    yield outlet
    await outlet.close()
