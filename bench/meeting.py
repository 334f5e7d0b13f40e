"""A meeting that goes on: how soon its words are told, and what it costs: `python -m bench.meeting`.

`leadpulse up` with all its workers, a fake bridge beside it with three espeak voices of which two mostly talk at once,
at the speed of life; the tiny model of the tests. Then twenty microphones that are open for a while, and a warehouse
that posts meanwhile and before.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from bench.house import House, running
from schemas.codec import EVENT
from schemas.meetings import MeetingSaid
from schemas.sources import RoomReport
from schemas.topics import LEAD_EVENTS, RECORDINGS
from streams.engine.clock import wall_clock
from streams.engine.kafka import Output, Outputs
from streams.engine.reader import Reader
from tests.fakes.bridge import Bridge
from tests.fakes.bridge_script import Script, Turn

ROUNDS = 4
GOAL_S = 2.0
"""From the end of a turn's last word to its event, on a machine that has nothing else to do."""
GOAL_CPU_S = 60.0
"""CPU of `live` and its Vosk for an hour in which one participant's microphone is open; 33 measured for a prototype."""
SETTLED_S = 5.0
"""From the bridge's connection, which loads the model, to the first word: people greet each other."""
STREAMS = 20
POSTS = 200
SENTENCES = (
    ("a1b2c3d4", "ru", "наш конкурент дешевле мы уходим"),
    ("b1b2c3d4", "ru+m3", "когда будет отгрузка"),
    ("c1b2c3d4", "ru+m7", "сколько стоит доставка цена доставки пять рублей"),
    ("a1b2c3d4", "ru", "нам нужно вывезти весь остаток завтра"),
    ("b1b2c3d4", "ru+m3", "приёмка сегодня восемь паллет"),
    ("c1b2c3d4", "ru+m7", "вайлдберриз не принял короб"),
)


def script() -> Script:
    """Each says something every five seconds, two of three at once; microphones stay open."""
    said = []
    for number in range(ROUNDS):
        for place, (who, voice, text) in enumerate(SENTENCES):
            said.append(Turn(who, SETTLED_S + number * 10 + place // 3 * 5 + place % 3 * 0.7, text, voice, 800))
    return Script.of(said)


async def meeting() -> dict[str, Any]:
    """The figures, each named with its unit."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-meeting-") as folder:
        async with running(Path(folder), {}, hears=True) as house:
            told = await _talk(house)
            return told | await _crowd(house)


async def _talk(house: House) -> dict[str, Any]:
    talk = script()
    await _room(house, "m-1", {turn[0] for turn in SENTENCES})
    before = _cpu(house)
    bridge = _bridge(house, talk, "m-1")
    await bridge.run(connected=60)
    wanted = ROUNDS * len(SENTENCES)
    delays = await _delays(house, bridge, talk, wanted)
    used = _cpu(house) - before
    children = house.processes()
    memory = sum(one.memory_info().rss for name, one in children.items() if name == "live" or "python" in name) >> 20
    hours = 3 * talk.length_ms / 3_600_000
    return {
        "meeting_turns": len(delays),
        "meeting_delay_p50_s": round(statistics.median(delays), 2),
        "meeting_delay_max_s": round(max(delays), 2),
        "meeting_cpu_s_per_participant_hour": round(used / hours, 1),
        "meeting_live_rss_mb": memory,
        "meeting_load": round(os.getloadavg()[0], 1),
    }


async def _crowd(house: House) -> dict[str, Any]:
    """Webhooks before, and while twenty microphones talk."""
    people = [f"p{number:07d}" for number in range(STREAMS)]
    crowd = Script.of(
        [
            Turn(who, 0.2, SENTENCES[number % 6][2], SENTENCES[number % 6][1], 15_000)
            for number, who in enumerate(people)
        ]
    )
    await _room(house, "m-2", set(people))
    alone = await _posts(house)
    talk = asyncio.ensure_future(_bridge(house, crowd, "m-2").run(connected=60))
    await asyncio.sleep(1.0)
    beside = await _posts(house)
    await talk
    return {
        "meeting_webhook_p99_ms": alone,
        "meeting_webhook_p99_beside_20_streams_ms": beside,
        "meeting_webhook_ratio": round(beside / alone, 2),
    }


def _bridge(house: House, talk: Script, meeting_id: str) -> Bridge:
    return Bridge(f"ws://127.0.0.1:{house.gateway}/live/{{meeting}}", talk, meeting=meeting_id, token=house.token)


async def _room(house: House, meeting_id: str, people: set[str]) -> None:
    room = "lead-7-bench"
    reports = [RoomReport(f"{meeting_id}-0", "meeting_started", wall_clock(), room, meeting_id, lead_id="7")]
    reports += [
        RoomReport(f"{meeting_id}-{who}", "joined", wall_clock(), room, meeting_id, "7", who, who) for who in people
    ]
    outputs = Outputs(house.kafka)
    await outputs.send([Output(RECORDINGS.name, room.encode(), msgspec.json.encode(one)) for one in reports])
    await outputs.stop()


async def _delays(house: House, bridge: Bridge, talk: Script, wanted: int) -> list[float]:
    """Of each turn, s from the end of its last word as it was spoken, recognised or not; waits until as many are there,
    or none has come for a while."""
    found: list[tuple[int, MeetingSaid]] = []
    for _ in range(60):
        records = [record async for record in Reader(house.kafka, LEAD_EVENTS).read(range(LEAD_EVENTS.partitions))]
        events = [(record.timestamp, EVENT.decode(record.value)) for record in records]
        found = [(at, event) for at, event in events if isinstance(event, MeetingSaid)]
        if len(found) >= wanted:
            break
        await asyncio.sleep(0.5)
    return [(at - _end(event, bridge, talk)) / 1000 for at, event in found]


def _end(event: MeetingSaid, bridge: Bridge, talk: Script) -> int:
    """Of the turn that the event is of: a person's turns begin five seconds apart."""
    times = [bridge.said(word) for word in talk.words if word.who == event.participant]
    return max(end for start, end in times if abs(start - event.start_ms) < 4500 and start >= event.start_ms - 500)


def _cpu(house: House) -> float:
    """Seconds that `live` and its Vosk have used."""
    live = house.processes()["live"]
    return sum(sum(one.cpu_times()[:2]) for one in [live, *live.children(recursive=True)])


async def _posts(house: House) -> float:
    """p99 of a webhook's answer, ms: one after the other."""
    url, headers = f"http://127.0.0.1:{house.gateway}/hooks/wms/bench", {"Authorization": f"Bearer {house.token}"}
    took = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for number in range(POSTS):
            body = {
                "id": f"{time.time_ns()}-{number}",
                "type": "reservation_created",
                "ts": wall_clock(),
                "client": {"kind": "lead", "value": "9"},
                "doc": {"id": str(number)},
                "qty": 1,
            }
            began = time.perf_counter()
            async with session.post(url, json=body) as answer:
                await answer.read()
            took.append((time.perf_counter() - began) * 1000)
    return round(statistics.quantiles(took, n=100)[98], 1)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(meeting())))
