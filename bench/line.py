"""WMS webhook → Telegram call, one event a request, everything running: `python -m bench.line [RATE …]`."""

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.house import KAFKA, House, running
from bench.load import load
from bench.sender import LIST, LISTS, RINGING_PER_SECOND, event
from processors.lead import step
from processors.state import LeadState, encode_state
from schemas.codec import encode, event_id
from schemas.events import Baseline, DayFigures
from schemas.topics import DAY_MS, LEAD_EVENTS, LEAD_PARTITIONS, LEAD_STATE
from schemas.types import Meta
from streams.engine.clock import wall_clock
from streams.engine.kafka import Output, Outputs, partition_of

RATES, SECONDS = (100, 500, 1000), 25
FIRST_RINGING, STRIDE = 10_000, 1_000
"""Leads that ring: each run has a thousand numbers of its own. Their chat has the number of the lead."""
QUIET_SECONDS = 3.0
"""Between two runs."""
RECOVERED_LEADS, FIRST_RECOVERED = 50_000, 100_000
HISTORY_DAYS = 60
SHOWN = ("gateway", "pipeline", "store", "notify", KAFKA)


async def line(rates: tuple[int, ...] = RATES, seconds: int = SECONDS) -> dict[str, Any]:
    """Start everything, run each rate, the lists and the recovery; all figures."""
    rung = [
        FIRST_RINGING + STRIDE * number + n for number in range(len(rates)) for n in range(RINGING_PER_SECOND * seconds)
    ]
    back = _one_in_each_partition()
    with tempfile.TemporaryDirectory(prefix="leadpulse-line-") as folder:
        async with running(Path(folder), {str(lead): lead for lead in rung + back}) as house:
            await history(house, rung)
            await house.until_stored(len(rung))
            idle = await _idle(house)
            table = []
            for number, rate in enumerate(rates):
                table.append(await open_loop(house, rate, seconds, FIRST_RINGING + STRIDE * number))
                print(f"{rate}/s {table[-1]}", flush=True)
                await asyncio.sleep(QUIET_SECONDS)
            big = await lists(house)
            print(f"lists {big}", flush=True)
            seconds_back = await recovery(house, back)
            return {
                "ready_s": house.ready_seconds,
                "idle_cpu_ms_per_s": idle,
                "open_loop": table,
                "lists": big,
                "recovery_s": seconds_back,
                "load": os.getloadavg(),
            }


async def open_loop(house: House, rate: int, seconds: int, first: int) -> dict[str, Any]:
    """One rate: latency from when an event was due to the Telegram call, CPU of each process an event."""
    events = rate * seconds
    stored, before = await house.stored(), house.cpu()
    sent = await _send(house, rate, seconds, first)
    told = await house.until_told(map(int, sent["rings"]))
    await house.until_stored(stored + sent["accepted"])
    used = {name: house.cpu()[name] - before[name] for name in before}
    latency = sorted(told[int(lead)] - due for lead, due in sent["rings"].items() if int(lead) in told)
    return {
        "rate": rate,
        "rang": len(latency),
        **{f"p{q}_ms": round(latency[len(latency) * q // 100]) if latency else None for q in (50, 95, 99)},
        "max_ms": round(latency[-1]) if latency else None,
        "answer_p99_ms": sent["answers"]["p99_ms"],
        "refused": sent["answers"]["refused"],
        "dropped": sent["answers"]["dropped"],
        "cpu_ms": {name: round(used[name] / events * 1000, 3) for name in SHOWN},
        "sender_cpu_ms": round(sent["cpu_seconds"] / events * 1000, 3),
    }


async def lists(house: House) -> dict[str, Any]:
    """Lists of a thousand, as fast as they go in: events a second taken and stored."""
    stored, before, began = await house.stored(), house.cpu(), time.monotonic()
    sent = await _send(house, 0, 0, FIRST_RINGING + STRIDE * 90)
    accepted = sent["accepted"]
    await house.until_stored(stored + accepted)
    took = time.monotonic() - began
    used = {name: house.cpu()[name] - before[name] for name in before}
    return {
        "events": accepted,
        "refused": LIST * LISTS - accepted,
        "taken_per_s": int(accepted / sent["seconds"]),
        "stored_per_s": int(accepted / took),
        "cpu_us": {name: round(used[name] / max(accepted, 1) * 1e6, 1) for name in SHOWN},
    }


async def recovery(house: House, ringing: list[int]) -> float:
    """Seconds from the start of a pipeline with fifty thousand leads until a new event of each partition rang."""
    outputs = Outputs(house.kafka)
    today = wall_clock() // DAY_MS
    states = []
    for lead in [*ringing, *range(FIRST_RECOVERED, FIRST_RECOVERED + RECOVERED_LEADS)]:
        state, key = LeadState(), str(lead).encode()
        for _ in step(state, _baseline(lead, today), Meta(LEAD_EVENTS.name, 0, 0, wall_clock())):
            pass
        state.applied = -1
        states.append(Output(LEAD_STATE.name, key, encode_state(state), partition_of(LEAD_EVENTS.name, key)))
    for at in range(0, len(states), 5000):
        await outputs.send(states[at : at + 5000])
    await outputs.stop()
    old = house.processes()["pipeline"]
    old.terminate()
    while (new := house.processes().get("pipeline")) is None or new.pid == old.pid:
        await asyncio.sleep(0.05)
    began = new.create_time()
    await _ring(house, ringing)
    told = await house.until_told(ringing, 120)
    return round(max(told.values()) / 1000 - began, 1) if len(told) == len(ringing) else float("nan")


async def _ring(house: House, leads: list[int]) -> None:
    headers = {"Authorization": f"Bearer {house.token}", "Content-Type": "application/json"}

    def body(number: int) -> bytes:
        return json.dumps(event(leads[number], f"back-{leads[number]}", 300)).encode()

    await load(f"http://127.0.0.1:{house.gateway}/hooks/wms/bench", headers, len(leads), 1, body)


async def _idle(house: House) -> dict[str, float]:
    await asyncio.sleep(QUIET_SECONDS)
    before = house.cpu()
    await asyncio.sleep(10)
    after = house.cpu()
    return {name: round((after[name] - before[name]) * 100, 1) for name in SHOWN}


async def _send(house: House, rate: int, seconds: int, first: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.sender", str(house.gateway), str(rate), str(seconds), str(first)),
        env=os.environ | {"BENCH_TOKEN": house.token},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    sent: dict[str, Any] = json.loads(said)
    return sent


async def history(house: House, rung: list[int]) -> None:
    """Sixty calm days of each of these leads, so that one event of three hundred pieces rings."""
    outputs, today = Outputs(house.kafka), wall_clock() // DAY_MS
    await outputs.send(Output(LEAD_EVENTS.name, str(lead).encode(), _encoded(lead, today)) for lead in rung)
    await outputs.stop()


def _encoded(lead: int, today: int) -> bytes:
    return encode(_baseline(lead, today))


def _baseline(lead: int, today: int) -> Baseline:
    """Two reservations of ten pieces a day for sixty days: three hundred at once ring."""
    days = [DayFigures(day, 2, 10) for day in range(today - HISTORY_DAYS, today - 1)]
    return Baseline(
        event_id=event_id("bench", lead),
        lead_id=str(lead),
        ts=wall_clock(),
        source="store",
        first_day=days[0].day,
        last_day=days[-1].day,
        days=days,
    )


def _one_in_each_partition() -> list[int]:
    found: dict[int, int] = {}
    number = FIRST_RECOVERED - 1
    while len(found) < LEAD_PARTITIONS:
        found.setdefault(partition_of(LEAD_EVENTS.name, str(number).encode()), number)
        number -= 1
    return sorted(found.values())


def both(cpu: dict[str, float]) -> float:
    """The two that the goal is about."""
    return cpu["store"] + cpu["pipeline"]


def table(figures: dict[str, Any]) -> list[str]:
    """The figures in lines to be read."""
    lines = [
        f"{'events/s':>8}{'p50 ms':>8}{'p95':>7}{'p99':>7}{'max':>7}{'refused':>9}{'dropped':>9}"
        f"   CPU ms an event: {'  '.join(SHOWN)}  store+pipeline (without what they use when idle)"
    ]
    idle = figures["idle_cpu_ms_per_s"]
    for row in figures["open_loop"]:
        cpu = row["cpu_ms"]
        lines.append(
            f"{row['rate']:>8}{row['p50_ms']:>8}{row['p95_ms']:>7}{row['p99_ms']:>7}{row['max_ms']:>7}"
            f"{row['refused']:>9}{row['dropped']:>9}   "
            + "  ".join(f"{cpu[name]:.2f}" for name in SHOWN)
            + f"  {both(cpu):.2f} ({both(cpu) - both(idle) / row['rate']:.2f})"
        )
    big = figures["lists"]
    lines.append(
        f"lists of {LIST}: taken {big['taken_per_s']}/s, stored {big['stored_per_s']}/s; CPU µs {big['cpu_us']}"
    )
    lines.append(f"ready after {figures['ready_s']} s; {RECOVERED_LEADS} leads recovered in {figures['recovery_s']} s")
    lines.append(f"idle CPU, ms a second: {figures['idle_cpu_ms_per_s']}; machine's load {figures['load']}")
    return lines


if __name__ == "__main__":
    print("\n".join(table(asyncio.run(line(tuple(map(int, sys.argv[1:])) or RATES)))))
