"""Words that go back into the room they were said in."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
from aiokafka import ConsumerRecord

from schemas.audio import AudioOpened
from schemas.said import Said
from schemas.sources import Word
from schemas.topics import SAID
from streams.engine.reader import Reader
from streams.gateway.live_captions import LATE_MS, Captions, caption
from streams.settings import Kafka
from tests.unit.gateway.live_door import Live

NOW = 1_795_244_470_000


def said(meeting: str = "m-1", end: int = NOW, connection: str = "") -> Said:
    words = [Word("мы", 0, 200, 0.9), Word("уходим", 250, 900, 0.7)]
    return Said(meeting, "lead-7", connection, "a1-a0", "a1", 48_000, 96_000, end - 900, end, words, "Анна")


def record(one: Said) -> ConsumerRecord:
    return cast(ConsumerRecord, SimpleNamespace(value=msgspec.json.encode(one), offset=0))


async def test_a_turn_goes_to_its_own_room_alone(tmp_path: Path) -> None:
    async with Live(tmp_path) as here:
        bridge = here.bridge(loss=0)
        running = asyncio.ensure_future(bridge.run())
        async with asyncio.timeout(30):
            while not here.of(AudioOpened):
                await asyncio.sleep(0.02)
            await here.entrance.show(said("another"))
            await here.entrance.show(said())
            while not bridge.results:
                await asyncio.sleep(0.02)
        await running
        assert [result["participant"] for result in bridge.results] == [{"id": "a1"}]
        await here.entrance.show(said())  # nobody is there any more


async def test_what_is_late_or_no_turn_is_left_out() -> None:
    shown: list[Said] = []

    async def show(one: Said) -> None:
        shown.append(one)

    captions = Captions(Reader(Kafka(), SAID), show, lambda: NOW)
    for one in (said(end=NOW - LATE_MS - 1), said(end=NOW - LATE_MS)):
        await captions._take(record(one))
    await captions._take(cast(ConsumerRecord, SimpleNamespace(value=b"{", offset=0)))
    await captions._take(None)
    assert [one.end_ms for one in shown] == [NOW - LATE_MS]
    assert captions.loaded.is_set()


def test_the_form_is_the_bridges_and_the_web_clients() -> None:
    told = caption(said())
    assert told["event"] == told["type"] == "transcription-result"
    assert told["transcript"] == [{"text": "мы уходим", "confidence": 0.8}]
    assert (told["timestamp"], told["is_interim"], told["language"]) == (NOW - 900, False, "ru-RU")
