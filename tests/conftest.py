"""Fixtures of all tests. The broker starts when a test first asks for it, once per session."""

from collections.abc import AsyncIterator, Callable

import hypothesis
import pytest
import pytest_asyncio

from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from tests.ports import free_pair

# The same examples in every run: a change is judged by what it changes, on a machine of any speed. `make proof` looks
# for new ones.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("new", max_examples=1000, deadline=None)
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="session")
def free_ports() -> Callable[[], tuple[int, int]]:
    """Gives two ports of loopback that nobody listens on now: a broker's and its controller's, one after the other."""
    return free_pair


@pytest_asyncio.fixture(scope="session")
async def broker(
    tmp_path_factory: pytest.TempPathFactory, free_ports: Callable[[], tuple[int, int]]
) -> AsyncIterator[Broker]:
    """The real Kafka of this session. Who kills it starts it again."""
    folder = tmp_path_factory.mktemp("kafka")
    port, controller_port = free_ports()
    jars = await fetch()
    async with Broker(folder, port, controller_port, heap_mb=384, jars=jars, output=folder / "broker.log") as running:
        yield running


@pytest.fixture(scope="session")
def bootstrap(broker: Broker) -> str:
    """Address of the session's broker."""
    return broker.bootstrap
