"""The embedded broker with `broker.sasl`: it asks everybody, and its own workers know what to say."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from schemas.topics import TOPICS
from streams import settings
from streams.embedded import broker
from streams.embedded.jars import fetch
from streams.engine.connect import client_options
from streams.engine.faust_app import _credentials
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader
from streams.engine.topics import apply
from streams.settings.login import password_of, reaching
from tests import living

FEW = [topic for topic in TOPICS if topic.name == "source.wms"]


@pytest_asyncio.fixture(scope="module")
async def asking(
    tmp_path_factory: pytest.TempPathFactory, free_ports: Callable[[], tuple[int, int]]
) -> AsyncIterator[settings.Settings]:
    """Settings of a running broker that asks for a password."""
    port, _ = free_ports()
    folder = tmp_path_factory.mktemp("asking") / "kafka"
    options = settings.Broker(folder=folder, port=port, heap_mb=256, sasl=True)
    plain = settings.Kafka(bootstrap=f"127.0.0.1:{port}")
    loaded = settings.Settings(broker=options, kafka=reaching(plain, options))
    async with broker.of(loaded, await fetch()):
        yield loaded


async def test_its_own_people_get_in(asking: settings.Settings) -> None:
    """With the kept password topics are made, a record goes in and comes out, also as Faust reads it."""
    await apply(asking.kafka, FEW)
    outputs = Outputs(asking.kafka)
    await outputs.send([Output("source.wms", b"k", b"v")])
    await outputs.stop()
    read = [record.value async for record in Reader(asking.kafka, FEW[0]).read(range(FEW[0].partitions))]
    assert read == [b"v"]
    credentials = _credentials(asking.kafka)
    assert (credentials.mechanism.value, credentials.protocol.value) == ("PLAIN", "SASL_PLAINTEXT")


@pytest.mark.parametrize("password", [None, "wrong"])
async def test_nobody_else_gets_in(asking: settings.Settings, password: str | None) -> None:
    """Without the password, or with a wrong one, no client is served."""
    login = {"security": "PLAINTEXT"} if password is None else {"password": SecretStr(password)}
    admin = AIOKafkaAdminClient(**client_options(asking.kafka.model_copy(update=login)) | {"request_timeout_ms": 2000})
    try:
        with pytest.raises((KafkaError, OSError, TimeoutError)):
            async with asyncio.timeout(120):
                await admin.start()
    finally:
        await admin.close()


TOPIC = b"__cluster_metadata"
QUESTION = struct.pack(">hhih1sb", 55, 0, 1, 1, b"x", 0) + bytes([2, len(TOPIC) + 1, *TOPIC, 2, 0, 0, 0, 0, 0, 0, 0])
"""Kafka's protocol: DescribeQuorum, which broker and controller both answer to whom they let in."""


@pytest.mark.parametrize("after", [0, 1])
async def test_neither_port_answers_a_stranger(asking: settings.Settings, after: int) -> None:
    """The broker and its controller hang up on who asks without a password; no client library stands between."""
    reader, writer = await asyncio.open_connection("127.0.0.1", asking.broker.port + after)
    writer.write(struct.pack(">i", len(QUESTION)) + QUESTION)
    async with asyncio.timeout(120):
        assert await reader.read(1) == b""
    writer.close()


def test_only_its_owner_reads_the_password(asking: settings.Settings) -> None:
    """The password and the broker's settings that hold it are for the owner only; a second look finds the same one."""
    folder: Path = asking.broker.folder
    for name in ("password", "server.properties"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert password_of(asking.broker) == asking.kafka.password.get_secret_value()
    assert len(password_of(asking.broker)) >= 32
    assert {path.name for path in living.open_to_others(folder)} <= {"lock"}
