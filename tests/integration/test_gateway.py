"""`leadpulse worker gateway` as a process, between real HTTP and the real broker."""

import asyncio
import hashlib
import hmac
import json
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from itertools import count
from pathlib import Path

import aiohttp
import msgspec
import pytest

from schemas.sources import Inbound
from schemas.topics import TELEGRAM, WMS
from streams.embedded.broker import Broker
from streams.engine.kafka import Output, partition_of
from streams.engine.topics import apply
from tests.installation import Installation, until
from tests.integration.gateway_line import ADDRESS, started
from tests.ports import free_port
from tests.unit.gateway.strangers import FORGED, SLOW_HEAD, STRANGER, Slow, at_the_right_address

BEARER = {"Authorization": "Bearer right"}
SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret"}


def event(number: int = 1) -> bytes:
    """A canonical warehouse event of client 1066, with spaces that must survive."""
    payload = {
        "id": f"e{number}",
        "type": "reservation_created",
        "ts": "2026-11-20T12:03:11+03:00",
        "client": {"kind": "wms_customer", "value": "1066"},
        "doc": {"id": f"R-{number}"},
        "lines": [{"sku": "футболка", "qty": 10}],
    }
    return json.dumps(payload, ensure_ascii=False, indent=2).encode()


def signed(body: bytes) -> dict[str, str]:
    """The header by which the system `signed` proves a body."""
    return {"X-Leadpulse-Signature": "sha256=" + hmac.new(b"key", body, hashlib.sha256).hexdigest()}


async def test_what_is_answered_200_stands_in_the_topic(bootstrap: str, tmp_path: Path) -> None:
    """Exact bytes, source, key and partition, for both entrances; what was refused is not there, and good goes on."""
    async with Installation(bootstrap, tmp_path) as installation, started(installation) as gateway:
        await until(gateway.ready, 20, "gateway is ready")
        assert await gateway.post("/hooks/wms/main", event(1), BEARER) == (200, {"accepted": 1})
        assert (await gateway.post("/hooks/wms/main", event(2), {}))[0] == 401
        assert (await gateway.post("/hooks/wms/nobody", event(2), BEARER))[0] == 401
        assert (await gateway.post("/hooks/wms/main", event(2)[:-2], BEARER))[0] == 400
        assert (await gateway.post("/hooks/wms/main", b"[" + event(2) + b",{}]", BEARER))[0] == 400
        assert (await gateway.post("/hooks/wms/main", b" " * (1 << 19), BEARER))[0] == 413
        assert (await gateway.post("/hooks/none", event(2), BEARER))[0] == 404
        assert await gateway.post(f"/hooks/wms/signed/{ADDRESS}", event(3), signed(event(3))) == (200, {"accepted": 1})
        both = b"[" + event(4) + b"," + event(5) + b"]"
        assert await gateway.post("/hooks/wms/main", both, BEARER) == (200, {"accepted": 2})

        records = await installation.read(WMS)
        assert {(record.key, record.partition) for record in records} == {
            (b"wms_customer:1066", partition_of(WMS.name, b"wms_customer:1066"))
        }
        assert [msgspec.json.decode(record.value, type=Inbound).source for record in records] == [
            "main",
            "signed",
            "main",
            "main",
        ]
        assert await gateway.payloads() == [event(1), event(3), event(4), event(5)]

        update = '{"update_id": 1, "message": {"chat": {"id": -100}, "text": "мы уходим"} }'.encode()
        assert await gateway.post("/hooks/telegram/curator", update, SECRET) == (200, {})
        assert (await gateway.post("/hooks/telegram/curator", update, BEARER))[0] == 401
        (record,) = await installation.read(TELEGRAM)
        assert (record.key, record.value) == (b"-100", b'{"source":"curator","payload":' + update + b"}")
    log = (tmp_path / "gateway-0.log").read_text()
    assert "уходим" not in log
    assert "right" not in log
    assert ADDRESS not in log


async def test_slow_strangers_and_a_stop_cost_nobody_an_answer(bootstrap: str, tmp_path: Path) -> None:
    """Beside 260 slow connections (forged, wrong, no head, at the right address) 100 requests are taken, none is told
    to come again. Then SIGTERM among 300: each that got 200 is in Kafka, and no other; the next finds nobody.
    """
    async with (
        Installation(bootstrap, tmp_path) as installation,
        started(installation, LEADPULSE_GATEWAY__ACK_TIMEOUT="60") as gateway,
        AsyncExitStack() as slow,
    ):
        await until(gateway.ready, 20, "gateway is ready")
        for part in [FORGED] * 140 + [STRANGER, SLOW_HEAD, at_the_right_address(ADDRESS)] * 40:
            await slow.enter_async_context(Slow(gateway.port, part))
        accepted = []
        for number in range(100):
            assert (await gateway.post("/hooks/wms/main", event(number), BEARER))[0] == 200
            accepted.append(event(number))

        async def post(number: int) -> None:
            with suppress(aiohttp.ClientError):
                if (await gateway.post("/hooks/wms/main", event(number), BEARER))[0] == 200:
                    accepted.append(event(number))

        posts = [asyncio.ensure_future(post(number)) for number in range(100, 400)]
        while len(accepted) < 150:
            await asyncio.sleep(0.001)
        gateway.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*posts)
        assert len(accepted) > 150
        assert sorted(await gateway.payloads()) == sorted(accepted)
        with pytest.raises(aiohttp.ClientConnectionError):
            await gateway.post("/hooks/wms/main", event(400), BEARER)


async def test_senders_at_once_share_produce_requests(bootstrap: str, tmp_path: Path) -> None:
    """300 single records for one partition at once: the broker is asked a few times, not 300, and order is kept."""
    async with Installation(bootstrap, tmp_path) as installation:
        producer = await installation.outputs._started()
        asked = 0
        plain = producer.client.send

        async def counted(node: int, request: object, **options: object) -> object:
            nonlocal asked
            asked += type(request).__name__.startswith("Produce")
            return await plain(node, request, **options)

        producer.client.send = counted
        outputs = [Output(WMS.name, b"one client", b"%d" % number) for number in range(300)]
        await asyncio.gather(*[installation.outputs.send([output]) for output in outputs])
        assert [record.value for record in await installation.read(WMS)] == [output.value for output in outputs]
    assert 0 < asked < 30


async def test_without_kafka_every_request_is_503(tmp_path: Path) -> None:
    """Nobody listens at the broker's address: alive, not ready, and each sender is told to come again."""
    installation = Installation(f"127.0.0.1:{free_port()}", tmp_path)
    async with started(installation, LEADPULSE_GATEWAY__ACK_TIMEOUT="1") as gateway:
        assert await gateway.post("/hooks/wms/main", event(), BEARER) == (
            503,
            {"error": "not stored, try again: no answer from Kafka"},
        )
        assert await gateway.away()


async def test_topics_may_come_later(bootstrap: str, tmp_path: Path) -> None:
    """A gateway that starts before `topics apply` refuses, creates nothing, and opens by itself afterwards."""
    installation = Installation(bootstrap, tmp_path)
    async with started(installation) as gateway:
        assert (await gateway.post("/hooks/wms/main", event(), BEARER))[0] == 503
        report = await apply(installation.settings.kafka)
        assert WMS.name in report.created
        await until(gateway.ready, 20, "gateway is ready")
        assert (await gateway.post("/hooks/wms/main", event(), BEARER))[0] == 200
    await installation.__aexit__()


async def test_a_killed_broker_costs_no_accepted_event(broker: Broker, tmp_path: Path) -> None:
    """kill -9 of Kafka under a gateway: 503 while it is away, 200 again by itself; all that got 200 is in the topic."""
    async with Installation(broker.bootstrap, tmp_path) as installation, started(installation) as gateway:
        await until(gateway.ready, 20, "gateway is ready")
        numbers = count()
        accepted = []

        async def post() -> int:
            number = next(numbers)
            status, _ = await gateway.post("/hooks/wms/main", event(number), BEARER)
            if status == 200:
                accepted.append(event(number))
            return status

        assert await post() == 200
        broker.kill()
        try:
            assert await post() == 503
            await until(gateway.away, 20, "gateway says that Kafka is away", pause=0.1)
            assert await post() == 503
        finally:
            await broker.start()
        await until(lambda: answers(post, 200), 30, "gateway takes events again", pause=0.1)
        assert await gateway.ready()
        assert set(accepted) <= set(await gateway.payloads())


async def answers(post: Callable[[], Awaitable[int]], status: int) -> bool:
    """Whether the next post gets this status."""
    return await post() == status
