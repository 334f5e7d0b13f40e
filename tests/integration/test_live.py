"""A meeting's sound through `leadpulse worker gateway` as a process: killed, and with its broker killed."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from schemas.audio import AUDIO_RECORD, AudioBlock, AudioClosed, AudioGap, AudioRecord
from schemas.codec import Rejected
from schemas.sources import RoomReport
from schemas.topics import AUDIO, RECORDINGS
from streams.embedded.broker import Broker
from streams.engine.clock import wall_clock
from tests.fakes.bridge import Bridge, Habits
from tests.fakes.bridge_script import Script, Turn
from tests.installation import Installation, Started, until
from tests.ports import free_port

TALK = "мы уходим к другому складу потому что у вас всё время теряется товар и никто не отвечает на вопросы"
SCRIPT = Script.of(
    [Turn("a1", 0.2, TALK), Turn("b1", 2, TALK, "ru+m3"), Turn("a1", 9, TALK), Turn("b1", 10, TALK, "ru+m3")]
)


def report(happening: str) -> tuple[str, bytes]:
    """Of the room, for `source.recordings`."""
    said = RoomReport(f"{happening}-1", happening, wall_clock(), "lead-7", "m-1", lead_id="7")  # type: ignore[arg-type]
    return said.room, msgspec.json.encode(said)


@asynccontextmanager
async def gateway(installation: Installation, port: int, folder: Path) -> AsyncIterator[Started]:
    """A process that lets bridges in."""
    (folder / "live-token").write_text("right\n")
    process = installation.worker(
        "gateway",
        {
            "LEADPULSE_GATEWAY__PORT": str(port),
            "LEADPULSE_GATEWAY__LIVE_TOKEN_FILE": str(folder / "live-token"),
            "LEADPULSE_GATEWAY__LIVE_SPOOL": str(folder / "spool" / "live"),
        },
    )
    try:
        yield process
    finally:
        installation.end(process, signal.SIGTERM)


async def answers(port: int) -> bool:
    """Whether the entrance is there, and refuses who has no token."""
    async with aiohttp.ClientSession() as client:
        try:
            async with client.get(f"http://127.0.0.1:{port}/live/x?meeting=m-1") as answer:
                return answer.status == 401
        except aiohttp.ClientError:
            return False


async def records(installation: Installation) -> list[AudioRecord]:
    """What stands on the topic."""
    found = [AUDIO_RECORD.decode(record.value) for record in await installation.read(AUDIO)]
    assert not any(isinstance(one, Rejected) for one in found)
    return found  # type: ignore[return-value]


def kept(found: list[AudioRecord]) -> set[tuple[str, int]]:
    """Microphones and numbers of packets."""
    return {(one.endpoint, packet.chunk) for one in found if isinstance(one, AudioBlock) for packet in one.packets}


async def test_a_killed_gateway_loses_a_second_and_says_so(bootstrap: str, tmp_path: Path) -> None:
    """The next process lets the bridge of the running meeting in again, and what is missing lies within the gap."""
    port = free_port()
    async with Installation(bootstrap, tmp_path) as installation:
        await installation.produce(RECORDINGS, [report("meeting_started")])
        bridge = Bridge(
            f"ws://127.0.0.1:{port}/live/{{meeting}}", SCRIPT, meeting="m-1", token="right", habits=Habits(loss=0)
        )
        async with gateway(installation, port, tmp_path) as process:
            await until(lambda: answers(port), 60, "the entrance is there")
            running = asyncio.ensure_future(bridge.run(connected=60))
            while bridge.script_ms() < 3000:
                await asyncio.sleep(0.05)
            process.kill()
            process.wait()
        async with gateway(installation, port, tmp_path):
            await running

            async def ended() -> bool:
                return any(isinstance(one, AudioClosed) and one.ended for one in await records(installation))

            await until(ended, 60, "the session is over")
        found = await records(installation)
        gaps = [one for one in found if isinstance(one, AudioGap)]
        assert [gap.why for gap in gaps] == ["restarted"]
        (gap,) = gaps
        sent = {(frame.who, frame.number): frame.at_ms for frame in bridge.sent}
        missing = [at for key, at in sent.items() if key not in kept(found)]
        began = bridge.started_at * 1000
        beside = [at for at in missing if not gap.since - 1200 <= began + at <= gap.until + 200]
        assert not beside, (gap, began)
        assert len(missing) <= 2 * 75, "more than a second of two microphones, and what was on its way"
        log = (tmp_path / "gateway-0.log").read_text()
        assert "right" not in log and "lead-7" not in log


async def test_a_broker_that_was_away_loses_nothing(broker: Broker, tmp_path: Path) -> None:
    """Killed in mid-meeting and back: every packet that was sent is there, once, without a gap; every ping had its
    answer."""
    port = free_port()
    async with Installation(broker.bootstrap, tmp_path) as installation:
        await installation.produce(RECORDINGS, [report("meeting_started")])
        habits = Habits(loss=0, ping_s=1, ping_timeout_s=3)
        bridge = Bridge(f"ws://127.0.0.1:{port}/live/{{meeting}}", SCRIPT, meeting="m-1", token="right", habits=habits)
        async with gateway(installation, port, tmp_path):
            await until(lambda: answers(port), 60, "the entrance is there")
            running = asyncio.ensure_future(bridge.run(connected=60))
            while bridge.script_ms() < 2000:
                await asyncio.sleep(0.05)
            broker.kill()
            await broker.ended()
            try:
                await running
            finally:
                await broker.start()
            assert bridge.connections == 1, "a ping was not answered"

            async def ended() -> bool:
                return any(isinstance(one, AudioClosed) and one.ended for one in await records(installation))

            await until(ended, 120, "everything is on the topic")
        found = await records(installation)
        assert kept(found) == {(frame.who, frame.number) for frame in bridge.sent}
        assert not [one for one in found if isinstance(one, AudioGap)]


async def test_a_frozen_gateway_is_left_and_found_again(bootstrap: str, tmp_path: Path) -> None:
    """The bridge makes twins then. Both are borne, nothing is there twice, nothing of what came later is missing."""
    port = free_port()
    async with Installation(bootstrap, tmp_path) as installation:
        await installation.produce(RECORDINGS, [report("meeting_started")])
        habits = Habits(loss=0, ping_s=1, ping_timeout_s=1)
        bridge = Bridge(f"ws://127.0.0.1:{port}/live/{{meeting}}", SCRIPT, meeting="m-1", token="right", habits=habits)
        async with gateway(installation, port, tmp_path) as process:
            await until(lambda: answers(port), 60, "the entrance is there")
            running = asyncio.ensure_future(bridge.run(connected=60))
            while bridge.script_ms() < 2000:
                await asyncio.sleep(0.05)
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(5)
            process.send_signal(signal.SIGCONT)
            await running

            async def ended() -> bool:
                return any(isinstance(one, AudioClosed) and one.ended for one in await records(installation))

            await until(ended, 60, "the session is over")
        found = await records(installation)
        said = [(one.endpoint, p.chunk) for one in found if isinstance(one, AudioBlock) for p in one.packets]
        assert len(said) == len(set(said)) and bridge.connections >= 3
        late = [frame for frame in bridge.sent if frame.at_ms > 9500]
        assert late and {(frame.who, frame.number) for frame in late} <= set(said), "after it all is as before"
