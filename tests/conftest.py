"""Fixtures of all tests. The broker starts when a test first asks for it, once per session."""

import random
import socket
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from streams.embedded.broker import Broker
from streams.embedded.jars import fetch

FREE_PORTS = range(20_000, 32_000)
"""Below Linux's ports of outgoing connections (from 32768): none of those takes the port of a killed broker."""


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


@pytest.fixture(scope="session")
def free_ports() -> Callable[[], tuple[int, int]]:
    """Gives two ports of loopback that nobody listens on now: a broker's and its controller's, one after the other."""
    dice = random.SystemRandom()

    def pick() -> tuple[int, int]:
        while True:
            port = dice.choice(FREE_PORTS)
            if not _listening(port) and not _listening(port + 1):
                return port, port + 1

    return pick


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
