"""A webhook of a system that is asked: nothing in it is believed, and its documents come at once."""

import asyncio
from contextlib import suppress
from pathlib import Path

import msgspec

from schemas.sources import Inbound
from schemas.topics import WMS
from schemas.wms import WmsPayload
from streams.engine.kafka import Output
from streams.engine.retry import World
from streams.gateway.bells import BELLS, BellEntrance
from streams.gateway.http import Server
from tests.fakes.moysklad import FakeMoysklad, document
from tests.unit.gateway.door import ADDRESS, SETTINGS
from tests.unit.gateway.test_moysklad import NOW, Clock, poll


async def test_a_webhook_brings_the_documents_and_a_lost_one_only_waits(tmp_path: Path) -> None:
    """Tries of one webhook and many together are one round, which reads no stock; a stranger wakes nobody."""
    clock, sent, rounds = Clock(), list[Output](), list[bool]()
    ended = asyncio.Event()

    async def send(outputs: list[Output]) -> None:
        sent.extend(outputs)

    async with FakeMoysklad(clock) as fake:
        fake.stock = {("Ромашка", "A-0"): (10, 0)}
        asked = poll(fake, clock, tmp_path, webhook_secret=ADDRESS)
        bell, real = asked.bell(), asked.round
        assert bell is not None

        async def round_(*given: object, stock: bool = True) -> None:
            await real(send, round((NOW + 60 * len(rounds)) * 1000), stock=stock)
            rounds.append(stock)
            ended.set()

        asked.round = round_  # type: ignore[method-assign,assignment]
        running = asyncio.create_task(asked.run(send, lambda: 0, World(sleep=lambda _: asyncio.sleep(0.5))))
        try:
            async with asyncio.timeout(60):
                server = Server({BELLS: BellEntrance(SETTINGS, {"moysklad": bell}).take}, SETTINGS)
                address = f"http://127.0.0.1:{await server.start()}/hooks/polls/moysklad/"
                await ended.wait()
                assert not await fake.notify(address + "of-nobody-whom-we-know", "r-0")
                assert not await fake.notify(address.replace("moysklad", "other") + ADDRESS, "r-0")
                fake.documents["demand"] = [document("demand", 1, NOW - 30)]
                ended.clear()
                for id_ in ("r-1", "r-1", "r-2"):
                    assert await fake.notify(address + ADDRESS, id_)
                await ended.wait()
                await server.stop()
            assert not await fake.notify(address + ADDRESS, "r-3")  # the gateway is down: it is dropped
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
        fake.documents["demand"].append(document("demand", 2, NOW + 90))
        await real(send, round((NOW + 300) * 1000))
        await asked.client.close()
    assert rounds == [True, False]
    events = [
        msgspec.json.decode(msgspec.json.decode(one.value or b"", type=Inbound).payload, type=WmsPayload)
        for one in sent
        if one.topic == WMS.name
    ]
    assert [event.doc.id for event in events if event.type == "shipment"] == ["demand-1", "demand-2"]
