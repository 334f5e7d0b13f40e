"""The fake videobridge itself: the truth of its script, and how it comes back. Its sound is tested by who hears it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from processors.bridge import Message, read
from schemas.audio import AudioBlock, AudioClosed, AudioOpened
from schemas.codec import Rejected
from tests.fakes.bridge import Bridge, Habits
from tests.fakes.bridge_script import Script, Turn

SCRIPT = Script.of([Turn("a1", 0.3, "мы уходим"), Turn("b1", 0.5, "подождите", "ru+m3", 900)])


class Ear:
    """A receiver that notes all and answers pings; `deaf` answers none, `drops`: closes after so many messages."""

    def __init__(self) -> None:
        self.heard: list[list[Message]] = []
        self.headers: list[str] = []
        self.deaf, self.drops = False, 0

    async def take(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        self.headers.append(request.headers.get("Authorization", "") + " " + request.path_qs)
        self.heard.append([])
        mine = self.heard[-1]
        async for one in ws:
            if one.type is not WSMsgType.TEXT:
                continue
            message = read(one.data)
            assert not isinstance(message, Rejected), one.data
            mine.append(message)
            if message.event == "ping" and not self.deaf:
                await ws.send_json({"event": "pong", "id": message.id})
            if self.drops and len(mine) >= self.drops:
                self.drops = 0
                await ws.close()
        return ws


@pytest.fixture
async def ear() -> AsyncIterator[tuple[Ear, str]]:
    """It, and where."""
    taker = Ear()
    app = web.Application()
    app.router.add_get("/live/{meeting}", taker.take)
    async with TestServer(app) as server:
        yield taker, f"ws://127.0.0.1:{server.port}/live/{{meeting}}"


def test_a_script_knows_who_said_what_when() -> None:
    """The records of an entrance that loses nothing hold every packet, by second and speaker."""
    assert [(word.who, word.text) for word in SCRIPT.words] == [("a1", "мы"), ("a1", "уходим"), ("b1", "подождите")]
    records = list(SCRIPT.records("m", 1000))
    assert isinstance(records[0], AudioOpened) and isinstance(records[-1], AudioClosed)
    packets = [packet for record in records if isinstance(record, AudioBlock) for packet in record.packets]
    assert len(packets) == len(SCRIPT.frames) and all(packet.opus for packet in packets)


async def test_it_is_as_a_bridge_was_measured(ear: tuple[Ear, str]) -> None:
    """Loss, another order, a new SSRC under the same name, what ours is called, a word at the end."""
    taker, url = ear
    habits = Habits(loss=0.1, new_ssrc={"a1": 0.5})
    bridge = Bridge(url, SCRIPT, meeting="m-1", token="secret", habits=habits)
    await bridge.run()
    assert taker.headers == ["Bearer secret /live/1a6f316d?meeting=m-1"]
    (heard,) = taker.heard
    assert heard[0].event == "info" and heard[-1].event == "session-end"
    assert [m.start.endpoint for m in heard if m.start] == ["a1", "b1", "a1"]
    chunks = [m.media.chunk for m in heard if m.media and m.media.tag == "b1-a0"]
    assert chunks != sorted(chunks), "no reordering"
    assert 0 < len(set(chunks)) < len([frame for frame in SCRIPT.frames if frame.who == "b1"]), "no loss"


async def test_who_drops_it_has_it_again_with_another_clock(ear: tuple[Ear, str]) -> None:
    """Nothing is kept meanwhile, and the clock begins at 0."""
    taker, url = ear
    taker.drops = 20
    bridge = Bridge(url, SCRIPT, meeting="m-1")
    await bridge.run()
    assert len(taker.heard) == 2
    first = next(m.media for m in taker.heard[1] if m.media)
    assert first.timestamp < 48_000


async def test_who_answers_no_ping_gets_twins(ear: tuple[Ear, str]) -> None:
    """Two connections, of which one carries the media."""
    taker, url = ear
    taker.deaf = True
    bridge = Bridge(url, SCRIPT, meeting="m-1", habits=Habits(ping_s=0.2, ping_timeout_s=0.2))
    running = asyncio.ensure_future(bridge.run())
    while bridge.connections < 3:
        await asyncio.sleep(0.02)
    taker.deaf = False
    await running
    assert sum(any(m.media for m in heard) for heard in taker.heard[1:3]) == 1
