"""The entrance of the videobridge in a real server, with the fake bridge before it and a shelf for Kafka behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType

from schemas.audio import (
    AudioAlive,
    AudioBlock,
    AudioClosed,
    AudioGap,
    AudioOpened,
    AudioUnreadable,
)
from streams.engine.clock import wall_clock
from streams.gateway import live_meetings
from streams.gateway.live_holes import Sign
from tests.unit.gateway.live_door import SCRIPT, Live

BEARER = {"Authorization": "Bearer right"}


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    async with Live(tmp_path) as one:
        yield one


def chunks(live: Live, who: str) -> list[int]:
    return [packet.chunk for block in live.of(AudioBlock) if block.endpoint == who for packet in block.packets]


@pytest.mark.parametrize("habits", [{}, {"strings": False}, {"old": True}, {"red": frozenset({"a1"})}])
async def test_every_packet_that_is_sent_is_kept_under_its_speaker(live: Live, habits: dict[str, Any]) -> None:
    """Whatever the bridge's age; with loss and another order; then the end of the session."""
    bridge = live.bridge(**habits)
    await bridge.run()
    await until(lambda: bool(live.of(AudioClosed)))
    for who in ("a1", "b1"):
        assert chunks(live, who) == [frame.number for frame in bridge.sent if frame.who == who]
    opus = {frame.opus for frame in SCRIPT.frames}
    assert all(packet.opus in opus for block in live.of(AudioBlock) for packet in block.packets)
    opened, closed = live.of(AudioOpened), live.of(AudioClosed)
    assert opened[0].room == "lead-7" and closed[0].ended
    assert [one.bridge for one in opened] == ([""] if habits.get("old") else ["", "2.3.300"])
    assert live.shelf.taken.index(closed[0]) == len(live.shelf.taken) - 1
    assert not live.of(AudioGap) and not live.of(AudioUnreadable)


async def test_the_clock_of_packets_is_the_wall_clock(live: Live) -> None:
    """Within 100 ms, though the bridge tells no origin and packets are up to 40 ms late."""
    bridge = live.bridge()
    await bridge.run()
    await until(lambda: bool(live.of(AudioClosed)))
    numbers = {(frame.who, frame.number): frame.at_ms for frame in SCRIPT.frames}
    last = live.of(AudioBlock)[-1]
    for packet in last.packets:
        spoken = bridge.started_at * 1000 + numbers[last.endpoint, packet.chunk]
        assert abs(last.zero + packet.ts / 48 - spoken) < 100


async def test_a_new_ssrc_goes_on_under_the_same_name(live: Live) -> None:
    """Its numbers begin elsewhere; nothing between is lost."""
    await live.bridge(new_ssrc={"a1": 1.0}, loss=0).run()
    await until(lambda: bool(live.of(AudioClosed)))
    kept = chunks(live, "a1")
    assert {chunk // 1000 for chunk in kept} == {31, 38} and len(kept) == len(set(kept))


async def test_nobody_comes_in_without_the_token_nor_to_no_meeting(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are said before the upgrade; who has not proven himself does not learn which meetings there are."""
    monkeypatch.setattr(live_meetings, "PATIENCE_S", 0.2)
    assert await live.status("/live/x?meeting=m-1") == 401
    assert await live.status("/live/x?meeting=nobody", Authorization="Bearer wrong") == 401
    assert await live.status("/live/x?meeting=nobody", **BEARER) == 404
    assert await live.status("/live/x", **BEARER) == 404
    assert await live.status("/live/1a6f316d", **BEARER) == 101, "by Jitsi's own id, too"
    assert await live.status("/live/x?meeting=m-1", **BEARER) == 101


async def test_a_meeting_is_known_while_it_goes_on(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a little longer; one that begins just now is waited for; and while nobody can say, a name is enough."""
    monkeypatch.setattr(live_meetings, "PATIENCE_S", 0.5)
    live.happened("meeting_ended", wall_clock() - 10_000)
    assert await live.status("/live/x?meeting=m-1", **BEARER) == 101
    live.happened("meeting_ended", wall_clock() - 600_000)
    assert await live.status("/live/x?meeting=m-1", **BEARER) == 404
    asyncio.get_running_loop().call_later(0.2, lambda: live.happened("joined", meeting="m-2"))
    assert await live.status("/live/x?meeting=m-2", **BEARER) == 101
    live.meetings.loaded.clear()
    assert await live.status("/live/x?meeting=m-3", **BEARER) == 101


async def test_who_objects_is_not_kept_from_then_on(live: Live) -> None:
    """Neither what still comes nor a connection that is made anew."""
    running = asyncio.ensure_future(live.bridge().run())
    await until(lambda: bool(live.of(AudioBlock)))
    live.happened("objected")
    await asyncio.sleep(0.6)
    before = len(live.of(AudioBlock))
    await running
    await until(lambda: bool(live.of(AudioClosed)))
    assert len(live.of(AudioBlock)) == before
    assert await live.status("/live/x?meeting=m-1", **BEARER) == 404


async def test_there_are_so_many_connections_and_no_more(live: Live) -> None:
    """And a place that is free is taken again."""
    async with ClientSession() as client:
        url = f"http://127.0.0.1:{live.port}/live/x?meeting=m-1"
        open_ones = [await client.ws_connect(url, headers=BEARER) for _ in range(3)]
        assert await live.status("/live/x?meeting=m-1", **BEARER) == 429
        await open_ones[0].close()
        await until(lambda: bool(live.of(AudioClosed)))
        assert await live.status("/live/x?meeting=m-1", **BEARER) == 101


async def test_pongs_come_at_once_though_kafka_is_away(live: Live) -> None:
    """And though what comes is no message at all; what is too large ends the connection."""
    live.shelf.away = True
    async with ClientSession() as client:
        ws = await client.ws_connect(f"http://127.0.0.1:{live.port}/live/x?meeting=m-1", headers=BEARER)
        for number, said in enumerate(("rubbish", "{}", '{"event":"no-such"}', '{"event":"media"}', "[" * 5000)):
            await ws.send_str(said)
            await ws.send_bytes(b"\0\1")
            await ws.send_str(f'{{"event":"ping","id":{number}}}')
            assert await ws.receive_json(timeout=3) == {"event": "pong", "id": number}
        await ws.send_str('{"event":"info","version":"' + "x" * 70_000 + '"}')
        assert (await ws.receive(timeout=10)).type is WSMsgType.CLOSE
    live.shelf.away = False
    await until(lambda: bool(live.of(AudioClosed)))


async def test_the_silent_twin_is_left_alone(live: Live) -> None:
    """Both are open until the bridge ends them; the media come once."""
    bridge = live.bridge(ping_s=0.2, ping_timeout_s=0.2, loss=0)
    original, deaf = live.entrance._listen, [True]

    async def frozen(ws, connection) -> None:  # type: ignore[no-untyped-def]
        if deaf.pop() if deaf else False:
            await asyncio.sleep(2)
        await original(ws, connection)

    live.entrance._listen = frozen  # type: ignore[method-assign]
    await bridge.run()
    assert bridge.connections == 3
    await until(lambda: len(live.of(AudioClosed)) == 3)
    kept = [(block.endpoint, packet.chunk) for block in live.of(AudioBlock) for packet in block.packets]
    assert len(kept) == len(set(kept))
    with_media = {block.connection for block in live.of(AudioBlock)}
    assert len(with_media) == 2 and len({one.connection for one in live.of(AudioOpened)}) == 3


async def test_what_nobody_kept_is_a_gap(live: Live) -> None:
    """The bridge was away without a word; not where it had said that the session is over."""
    await live.bridge().run(end=False)
    await until(lambda: bool(live.of(AudioClosed)))
    await asyncio.sleep(0.4)
    await live.bridge().run()
    (gap,) = live.of(AudioGap)
    assert gap.why == "silent" and 300 <= gap.until - gap.since < 30_000
    await asyncio.sleep(0.4)
    await live.bridge().run()
    assert len(live.of(AudioGap)) == 1


async def test_a_restart_is_a_gap_from_the_last_sign(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which the topic knows, as soon as it can be read."""
    monkeypatch.setattr("streams.gateway.live_holes.AGAIN_S", 0.1)
    live.tail.faults, live.tail.sign = 2, Sign(wall_clock() - 4000, False)
    await live.bridge().run()
    (gap,) = live.of(AudioGap)
    assert gap.why == "restarted" and gap.since == live.tail.sign.at and 4000 <= gap.until - gap.since < 30_000


async def test_a_session_that_was_over_leaves_no_gap(live: Live) -> None:
    """Before the restart it had ended."""
    live.tail.sign = Sign(wall_clock() - 4000, True)
    await live.bridge().run()
    assert live.tail.asked == 1 and not live.of(AudioGap)


async def test_a_silent_connection_says_that_it_stands(live: Live) -> None:
    """So that the next gap begins there and not at the last word."""
    async with ClientSession() as client:
        ws = await client.ws_connect(f"http://127.0.0.1:{live.port}/live/x?meeting=m-1", headers=BEARER)
        await until(lambda: bool(live.of(AudioAlive)))
        await ws.close()


async def test_encryption_is_said_to_a_person(live: Live) -> None:
    """Once, by the room; whose sound can be read is kept all the same."""
    await live.bridge(encrypted=frozenset({"a1"})).run()
    await until(lambda: bool(live.of(AudioClosed)))
    assert [(one.endpoint, one.why) for one in live.of(AudioUnreadable)] == [("a1", "encrypted")]
    assert {block.endpoint for block in live.of(AudioBlock)} == {"b1"}
    assert ("begins", "sound_unreadable", "lead-7", "включено сквозное шифрование") in live.ops.told


async def test_the_end_of_the_process_loses_nothing(tmp_path: Path) -> None:
    """Bridges are told to come again; what was in a block and the end of the connection are kept."""
    async with Live(tmp_path) as live:
        running = asyncio.ensure_future(live.bridge(loss=0).run())
        await until(lambda: bool(live.of(AudioBlock)))
    assert live.of(AudioClosed)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
