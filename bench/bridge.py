"""Sound of running meetings at the gateway: `python -m bench.bridge`.

Twenty people talk without a pause in five meetings, at the pace of speech, with levels, 2 % loss and jitter. What costs
the gateway a participant's hour, how much memory, and how long an order of the warehouse takes beside it. Compared with
orders while the same bridge speaks to somebody who throws all away, so that its own CPU is in both, twice each in turn.
The bridge and that other are processes of their own: `python -m bench.bridge speak PORT`, `… deaf PORT`.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import psutil
from aiohttp import web

from bench.load import Outcome, load
from bench.sender import event
from schemas.audio import AUDIO_RECORD, AudioBlock
from schemas.sources import RoomReport
from schemas.topics import AUDIO, RECORDINGS
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from streams.engine.clock import wall_clock
from tests.fakes.bridge_form import Form, Source
from tests.installation import Installation, until
from tests.ports import free_port

MEETINGS, SPEAKERS = 5, 4
RATE, SECONDS, WARM_S, TURNS = 20, 20.0, 3.0, 2
FRAME_S, OPUS = 0.02, 66
"""33 kbit/s is what was measured of an unmuted browser: 3.3 kB a second."""
GOAL_CPU_S, GOAL_SLOWER = 10.0, 2.0
"""CPU seconds of a participant's hour at the entrance; how much slower the slowest of a hundred orders may be."""
TOKEN = "bench-token"


async def bridge() -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-bridge-") as name:
        folder, port = Path(name), free_port()
        kafka = Broker(folder, free_port(), free_port(), 512, await fetch(), folder / "broker.log")
        async with kafka, Installation(kafka.bootstrap, folder / "installation") as installation:
            began = [_begun(number) for number in range(MEETINGS)]
            await installation.produce(RECORDINGS, [(one.room, msgspec.json.encode(one)) for one in began])
            worker = installation.worker("gateway", _environ(port, folder))
            await until(lambda: _answers(port), 60, "the gateway answers")
            gateway = psutil.Process(worker.pid)
            memory = gateway.memory_info().rss
            elsewhere, beside, deaf = Outcome(), Outcome(), free_port()
            async with _other("deaf", deaf):
                for _ in range(TURNS):
                    async with _other("speak", deaf):
                        await _orders(port, elsewhere)
                    async with _other("speak", port):
                        await _orders(port, beside)
            async with _other("speak", port):
                cpu, at = sum(gateway.cpu_times()[:2]), time.monotonic()
                await asyncio.sleep(SECONDS)
                cpu, seconds = sum(gateway.cpu_times()[:2]) - cpu, time.monotonic() - at
                grown = gateway.memory_info().rss - memory
            kept = [AUDIO_RECORD.decode(record.value) for record in await installation.read(AUDIO)]
    packets = sum(len(one.packets) for one in kept if isinstance(one, AudioBlock))
    streams = MEETINGS * SPEAKERS
    return {
        "streams": streams,
        "cpu_s_per_participant_hour": round(cpu / seconds / streams * 3600, 1),
        "memory_mb_for_all": round(grown / 2**20, 1),
        "packets": packets,
        "orders_elsewhere": elsewhere.row(),
        "orders_beside": beside.row(),
        "load": os.getloadavg(),
    }


def _begun(number: int) -> RoomReport:
    return RoomReport(f"r{number}", "meeting_started", wall_clock(), f"lead-{number}", f"m-{number}")


def _environ(port: int, folder: Path) -> dict[str, str]:
    return {
        "LEADPULSE_GATEWAY__PORT": str(port),
        "LEADPULSE_GATEWAY__LIVE_TOKEN": TOKEN,
        "LEADPULSE_GATEWAY__LIVE_SPOOL": str(folder / "spool"),
        "LEADPULSE_GATEWAY__WMS": json.dumps({"bench": {"token": TOKEN}}),
    }


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _answers(port: int) -> bool:
    async with aiohttp.ClientSession() as client:
        try:
            url, bearer = f"http://127.0.0.1:{port}/hooks/wms/bench", {"Authorization": f"Bearer {TOKEN}"}
            async with client.post(url, json=event(1, "first", 1), headers=bearer) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False


@asynccontextmanager
async def _other(what: str, port: int) -> AsyncIterator[None]:
    """A process of this bench, warm."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.bridge", what, str(port))
    try:
        await asyncio.sleep(WARM_S)
        yield
    finally:
        process.terminate()
        await process.wait()


async def _orders(port: int, outcome: Outcome) -> None:
    """Orders of a busy day, one a request by the clock."""
    turn = f"{port}-{outcome.statuses.total()}-{id(outcome)}"
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{port}/hooks/wms/bench"
    done = await load(url, headers, RATE, SECONDS, lambda n: json.dumps(event(n, f"{turn}-{n}", 1)).encode())
    outcome.seconds += done.seconds
    outcome.statuses += done.statuses


async def deaf(port: int) -> None:
    """Lets bridges in and throws away what they say, until ended."""

    async def take(request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        async for _ in ws:
            pass
        return ws

    app = web.Application()
    app.router.add_get("/live/{meeting}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


async def speak(port: int) -> None:
    """Until ended; whoever is not there yet is tried again."""
    await until(lambda: _listens(port), 60, "somebody listens")
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(_meeting(session, port, number) for number in range(MEETINGS)))


async def _meeting(session: aiohttp.ClientSession, port: int, number: int) -> None:
    url = f"http://127.0.0.1:{port}/live/x?meeting=m-{number}"
    form, chance = Form(), random.Random(number)
    sources = [Source(f"m{number}s{speaker}", speaker, 0) for speaker in range(SPEAKERS)]
    async with session.ws_connect(url, headers={"Authorization": f"Bearer {TOKEN}"}) as ws:
        await ws.send_str(form.info() or "")
        for source in sources:
            await ws.send_str(form.start(source))
        began, frame = time.monotonic(), 0
        while True:
            await asyncio.sleep(max(0.0, began + frame * FRAME_S - time.monotonic()))
            for source in chance.sample(sources, len(sources)):
                if chance.random() > 0.02:
                    await ws.send_str(form.media(source, frame, frame * 960, chance.randbytes(OPUS), 40))
            frame += 1


def main() -> int:
    """The figures."""
    if sys.argv[1:2] in (["speak"], ["deaf"]):
        asyncio.run((speak if sys.argv[1] == "speak" else deaf)(int(sys.argv[2])))
        return 0
    found = asyncio.run(bridge())
    print(json.dumps(found, indent=1))
    print(told(found))
    return 0


def told(found: dict[str, Any]) -> str:
    """A line of the table."""
    slower = found["orders_beside"]["p99_ms"] / max(1.0, found["orders_elsewhere"]["p99_ms"])
    return (
        f"sound of {found['streams']} speakers: {found['cpu_s_per_participant_hour']} s of CPU a participant's hour "
        f"(goal ≤ {GOAL_CPU_S:g}), {found['memory_mb_for_all']} MB for all; the slowest of a hundred orders beside it "
        f"{slower:.1f} times as long (goal ≤ {GOAL_SLOWER:g})"
    )


if __name__ == "__main__":
    sys.exit(main())
