"""From the warehouse's hook to a trace that has every stage (check F1): `python -m bench.live [OTHERS …]`.

Events come alone, after a calm while each, and then among so many others a second (5, a busy day, and 100). Figures are
ms from the call of the hook, and from Telegram's answer, to the trace that says `done`, asked for five times a second,
as who looks at it does.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.house import House, running
from bench.line import history
from bench.load import load
from bench.sender import QUIET_LEADS, event

GOAL_MS = 2000
ALONE, AMONG = 8, 20
CALM_S = 8.0
OTHERS = (5, 100)
"""A second."""
FIRST = 20_000
LOOK_S = 0.2


async def live(rates: tuple[int, ...] = OTHERS) -> dict[str, Any]:
    """All figures. Goal: none of `live_*_p95_ms` over two seconds."""
    rung = list(range(FIRST, FIRST + ALONE + AMONG * len(rates)))
    with tempfile.TemporaryDirectory(prefix="leadpulse-live-") as folder:
        async with running(Path(folder), {str(lead): lead for lead in rung}) as house, _asking(house) as session:
            await history(house, rung)
            await house.until_stored(len(rung))
            alone = []
            for lead in rung[:ALONE]:
                await asyncio.sleep(CALM_S)
                alone.append(await _one(house, session, lead))
            figures = _figures("alone", alone)
            for number, rate in enumerate(rates):
                leads = rung[ALONE + AMONG * number :][:AMONG]
                figures |= _figures(f"among_{rate}", await _among(house, session, rate, leads))
    return {**figures, "load": os.getloadavg()}


async def _among(
    house: House, session: aiohttp.ClientSession, rate: int, leads: list[int]
) -> list[tuple[float, float]]:
    """Events that ring, one after the other, while so many others come a second."""
    others = asyncio.ensure_future(_others(house, rate))
    await asyncio.sleep(CALM_S)
    found = []
    for number, lead in enumerate(leads):
        found.append(await _one(house, session, lead))
        await asyncio.sleep(0.7 + 0.1 * (number % 5))
    others.cancel()
    await asyncio.gather(others, return_exceptions=True)
    return found


def _asking(house: House) -> aiohttp.ClientSession:
    token = (house.folder / "token").read_text().strip()
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"})


async def _one(house: House, session: aiohttp.ClientSession, lead: int) -> tuple[float, float]:
    """An event that rings: ms from its hook, and from Telegram's answer, to the whole trace."""
    name = f"live-{lead}"
    began = time.time()
    url, headers = _hook(house)
    async with session.post(url, headers=headers, data=json.dumps(event(lead, name, 300))) as taken:
        taken.raise_for_status()
    async with asyncio.timeout(60):
        while True:
            api = f"http://127.0.0.1:{house.store_api}/api/trace"
            async with session.get(api, params={"id": name}) as answer:
                found = await answer.json()
            if found["stands"]["state"] == "done" and any(step["stage"] == "delivery" for step in found["steps"]):
                break
            await asyncio.sleep(LOOK_S)
    seen = time.time() * 1000
    [told] = (await house.told([lead])).values()
    return seen - began * 1000, seen - told


def _hook(house: House) -> tuple[str, dict[str, str]]:
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": "application/json"}
    return f"http://127.0.0.1:{house.gateway}/hooks/wms/bench", headers


async def _others(house: House, rate: int) -> None:
    def body(number: int) -> bytes:
        return json.dumps(event(1 + number % QUIET_LEADS, f"other-{rate}-{number}", 1)).encode()

    await load(*_hook(house), rate, 600, body)


def _figures(name: str, took: list[tuple[float, float]]) -> dict[str, int]:
    hook, told = ([pair[place] for pair in took] for place in (0, 1))
    return {
        f"{what}_{name}_{share}_ms": round(sorted(took)[min(len(took) - 1, len(took) * part // 100)])
        for what, took in (("trace", hook), ("live", told))
        for share, part in (("p50", 50), ("p95", 95), ("max", 100))
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(live(tuple(map(int, sys.argv[1:])) or OTHERS)), indent=1))
