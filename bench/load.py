"""Open-loop load on an HTTP entrance: requests leave by the clock, whether or not the ones before were answered.

A closed loop slows down with the server and hides its worst moments (coordinated omission); here each latency counts
from the moment at which the request *should* have left. Own few lines of HTTP/1.1: a general client costs more CPU per
request than the gateway that is measured beside it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

GIVE_UP_S = 15.0
"""A request that has no answer so long after the last one left counts as dropped."""


@dataclass
class Outcome:
    """What became of the requests: seconds by request, and how many had which status (0: the connection broke)."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def row(self) -> dict[str, float | int]:
        """p50, p95, p99 and max in ms of what got 200; how many were refused (4xx, 5xx) or dropped."""
        ordered = sorted(self.seconds) or [0.0]
        at = {f"p{share}_ms": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 95, 99)}
        return {name: round(value * 1000, 1) for name, value in at.items()} | {
            "max_ms": round(ordered[-1] * 1000, 1),
            "sent": self.statuses.total(),
            "refused": sum(n for status, n in self.statuses.items() if status not in (0, 200)),
            "dropped": self.statuses[0],
        }


class Connection(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[int] | None = None
        self.closing = False
        self._transport: asyncio.Transport | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes) -> asyncio.Future[int]:
        """Write a request; the future is its status, 0 when the connection breaks first."""
        assert self._transport is not None
        self.answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self.answer

    def data_received(self, data: bytes) -> None:
        """Answers are small: a head with `Content-Length`, then the body."""
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        if not end:
            return
        lower = head.lower()
        length = int(lower.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length or self.answer is None:
            return
        self.closing = b"connection: close" in lower
        self._read = body[length:]
        answer, self.answer = self.answer, None
        if not answer.done():
            answer.set_result(int(head.split(b" ", 2)[1]))

    def connection_lost(self, error: Exception | None) -> None:
        """What was not answered is lost."""
        self.closing = True
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(0)

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.close()


async def load(url: str, headers: dict[str, str], rate: float, seconds: float, body: Callable[[int], bytes]) -> Outcome:
    """Post `body(n)` for n = 0, 1, … at `rate` per second for `seconds`."""
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    head = f"POST {parts.path} HTTP/1.1\r\nHost: {host}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
    outcome, idle, loop = Outcome(), list[Connection](), asyncio.get_running_loop()

    async def post(number: int, due: float) -> None:
        payload = body(number)
        try:
            line = idle.pop() if idle else (await loop.create_connection(Connection, host, port))[1]
        except OSError:
            outcome.statuses[0] += 1
            return
        status = await line.send(head.encode() + b"Content-Length: %d\r\n\r\n" % len(payload) + payload)
        outcome.statuses[status] += 1
        if status == 200:
            outcome.seconds.append(time.perf_counter() - due)
        if line.closing:
            line.close()
        else:
            idle.append(line)

    began, tasks = time.perf_counter(), set()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        task = asyncio.ensure_future(post(number, due))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    late = (await asyncio.wait(tasks, timeout=GIVE_UP_S))[1] if tasks else set()
    for task in late:
        task.cancel()
    outcome.statuses[0] += len(late)
    for line in idle:
        line.close()
    return outcome
