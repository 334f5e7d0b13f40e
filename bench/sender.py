"""A warehouse that sends, a process of its own: `python -m bench.sender PORT RATE SECONDS FIRST`, BENCH_TOKEN set.

An open loop: request n is due at start + n / RATE whatever became of the others, and its latency counts from then, so a
slow house cannot slow its own measure down. Every RATE/10-th event is one that rings: of a lead of its own, from number
FIRST on. RATE 0 sends lists of a thousand, four at once, as fast as they are taken.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter

RINGING_PER_SECOND = 10
"""Below what Telegram takes in a second (`telegram.per_second`)."""
QUIET_LEADS = 500
LIST, LISTS, ABREAST = 1000, 100, 4


class Sender:
    """Connections that are kept, and what was answered on them."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.answers: Counter[str] = Counter()
        self.seconds: list[float] = []

    async def post(self, body: bytes, due: float) -> None:
        """Send one request and count its answer; `due` (perf_counter) is when it should have gone."""
        head = (
            f"POST /hooks/wms/bench HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self._token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection("127.0.0.1", self._port)
            writer.write(head.encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = answer.lower().split(b"content-length:")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.answers[type(error).__name__] += 1
            return
        self._idle.append((reader, writer))
        self.answers[answer.split(b" ", 2)[1].decode()] += 1
        self.seconds.append(time.perf_counter() - due)


def event(lead: int, number: str, qty: int) -> dict[str, object]:
    """A reservation."""
    return {
        "id": number,
        "type": "reservation_created",
        "ts": int(time.time() * 1000),
        "client": {"kind": "lead", "value": str(lead)},
        "doc": {"id": number},
        "qty": qty,
    }


async def open_loop(sender: Sender, rate: int, seconds: int, first: int) -> dict[int, float]:
    """Send; when (ms) each ringing lead's event was due."""
    rings: dict[int, float] = {}
    every = rate // RINGING_PER_SECOND
    began, epoch = time.perf_counter(), time.time()
    tasks = []
    for number in range(rate * seconds):
        due = began + number / rate
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        if number % every:
            body = event(1 + number % QUIET_LEADS, f"{first}-{number}", 1)
        else:
            lead = first + number // every
            rings[lead] = (epoch + number / rate) * 1000
            body = event(lead, f"{first}-{number}", 300)
        tasks.append(asyncio.ensure_future(sender.post(json.dumps(body).encode(), due)))
    await asyncio.gather(*tasks)
    return rings


async def lists(sender: Sender, first: int) -> None:
    """Send all lists."""
    numbers = iter(range(LISTS))

    async def lane() -> None:
        for number in numbers:
            batch = [event(1 + n % QUIET_LEADS, f"{first}-{number}-{n}", 1) for n in range(LIST)]
            await sender.post(json.dumps(batch).encode(), time.perf_counter())

    await asyncio.gather(*(lane() for _ in range(ABREAST)))


async def main() -> None:
    """Send what the command line says and print one JSON line."""
    port, rate, seconds, first = map(int, sys.argv[1:5])
    sender = Sender(port, os.environ["BENCH_TOKEN"])
    began = time.perf_counter()
    rings = await open_loop(sender, rate, seconds, first) if rate else await lists(sender, first)
    took = time.perf_counter() - began
    answered = sorted(sender.seconds)
    print(
        json.dumps(
            {
                "rings": rings or {},
                "answers": sender.answers,
                "answer_p99_ms": round(answered[int(len(answered) * 0.99)] * 1000, 1) if answered else None,
                "cpu_seconds": time.process_time(),
                "seconds": round(took, 2),
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main())
