"""A warehouse that sends, a process of its own: `python -m bench.sender PORT RATE SECONDS FIRST`, BENCH_TOKEN set.

Every RATE/10-th event is one that rings: of a lead of its own, from number FIRST on. RATE 0 sends lists of a thousand,
four at once, as fast as they are taken. Prints one line of JSON.
"""

import asyncio
import json
import os
import sys
import time

from bench.load import Connection, Outcome, load

RINGING_PER_SECOND = 10
"""Below what Telegram takes in a second (`telegram.per_second`)."""
QUIET_LEADS = 500
LIST, LISTS, ABREAST = 1000, 100, 4


def event(lead: int, number: str, qty: int) -> dict[str, object]:
    """A reservation at the time of now."""
    return {
        "id": number,
        "type": "reservation_created",
        "ts": int(time.time() * 1000),
        "client": {"kind": "lead", "value": str(lead)},
        "doc": {"id": number},
        "qty": qty,
    }


async def one_by_one(url: str, headers: dict[str, str], rate: int, seconds: int, first: int) -> dict[str, object]:
    """An event a request by the clock; when (ms) the event of each ringing lead was due."""
    every, rings = rate // RINGING_PER_SECOND, dict[int, float]()
    began = time.time()

    def body(number: int) -> bytes:
        if number % every:
            return json.dumps(event(1 + number % QUIET_LEADS, f"{first}-{number}", 1)).encode()
        lead = first + number // every
        rings[lead] = (began + number / rate) * 1000
        return json.dumps(event(lead, f"{first}-{number}", 300)).encode()

    outcome = await load(url, headers, rate, seconds, body)
    return {"rings": rings, "accepted": outcome.statuses[200], "answers": outcome.row()}


async def lists(port: int, headers: dict[str, str], first: int) -> dict[str, object]:
    """All lists; events taken and the seconds that took."""
    outcome, numbers = Outcome(), iter(range(LISTS))
    head = "POST /hooks/wms/bench HTTP/1.1\r\nHost: bench\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())

    async def lane() -> None:
        _, line = await asyncio.get_running_loop().create_connection(Connection, "127.0.0.1", port)
        for number in numbers:
            batch = [event(1 + n % QUIET_LEADS, f"{first}-{number}-{n}", 1) for n in range(LIST)]
            payload = json.dumps(batch).encode()
            status = await line.send(head.encode() + b"Content-Length: %d\r\n\r\n" % len(payload) + payload)
            outcome.statuses[status] += 1
        line.close()

    began = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(ABREAST)))
    return {"accepted": outcome.statuses[200] * LIST, "seconds": round(time.perf_counter() - began, 2)}


async def main() -> None:
    """Send what the command line says."""
    port, rate, seconds, first = map(int, sys.argv[1:5])
    headers = {"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}", "Content-Type": "application/json"}
    url = f"http://127.0.0.1:{port}/hooks/wms/bench"
    sent = await (one_by_one(url, headers, rate, seconds, first) if rate else lists(port, headers, first))
    print(json.dumps(sent | {"cpu_seconds": time.process_time()}))


if __name__ == "__main__":
    asyncio.run(main())
