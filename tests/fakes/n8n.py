"""A receiver of signed webhooks, as the workflow in `deploy/n8n` is one: it checks the signature and the age, answers
200 or 401, and counts an id once.

It has the recipe of docs/n8n.md in its own words, not from our code: both must agree.
In tests: `async with FakeN8n("secret") as n8n: … n8n.url`; `stop()` and `start()` keep the port and what came.
As a process: `FAKE_N8N_SECRET=… python -m tests.fakes.n8n --port 5678`; `GET /_control/deliveries` tells what came.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

PATH = "/webhook/leadpulse"
OLDEST = 300.0
"""Seconds that a timestamp may differ from now."""


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` deliveries (of `event`, when it is set).

    kind: a status (`429`, `500`, `400`, `410`, `302`, …; not counted), `slow` (taken, answered after `seconds`), `hang`
    (no answer), `drop` and `drop_after` (the connection is closed before or after it is taken).
    """

    kind: str
    event: str = ""
    times: int = 1
    retry_after: str = ""
    location: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class FakeN8n:
    """One workflow. `deliveries`: the body of each id, in the order they came; `times` how often each came.

    `refused`: why deliveries were not taken. `active`: off answers 404, as n8n does for a workflow that is not active.
    """

    secret: str
    port: int = 0
    clock: Callable[[], float] = time.time
    active: bool = True
    faults: list[Fault] = field(default_factory=list)
    deliveries: dict[str, Any] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    refused: list[str] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    _runner: web.AppRunner | None = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The production URL of the webhook."""
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def __aenter__(self) -> Self:
        """Listen on 127.0.0.1."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; hanging calls are ended."""
        await self.stop()

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=16 << 20)  # N8N_PAYLOAD_SIZE_MAX is 16 MiB
        app.router.add_post(PATH, self._take)
        app.router.add_get("/_control/deliveries", self._tell)
        self._stopped.clear()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """As if ended."""
        self._stopped.set()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = None

    def events(self) -> list[str]:
        """Kinds of what came, in order."""
        return [body["event"] for body in self.deliveries.values()]

    async def _take(self, request: web.Request) -> web.Response:
        self.calls += 1
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        if not self.active:
            return web.json_response({"code": 404, "message": "webhook is not registered"}, status=404)
        fault = self._fault(request.headers.get("X-Leadpulse-Event", ""))
        if fault is None:
            return self._check(request, body)
        match fault.kind:
            case "hang":
                await self._stopped.wait()
            case "slow":
                answer = self._check(request, body)
                await asyncio.sleep(fault.seconds)
                return answer
            case "drop_after":
                self._check(request, body)
            case kind if kind.isdigit():
                headers = {"Retry-After": fault.retry_after, "Location": fault.location}
                told = {name: value for name, value in headers.items() if value}
                return web.Response(status=int(kind), headers=told, text="words of the receiver")
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)

    def _check(self, request: web.Request, body: bytes) -> web.Response:
        why = self._flaw(request, body)
        if why:
            self.refused.append(why)
            return web.Response(status=401)
        told = json.loads(body)
        self.times[told["id"]] += 1
        self.deliveries.setdefault(told["id"], told)
        return web.Response(status=200)

    def _flaw(self, request: web.Request, body: bytes) -> str:
        stamp = request.headers.get("X-Leadpulse-Timestamp", "")
        signed = b"%s.%s" % (stamp.encode(), body)
        wanted = "sha256=" + hmac.digest(self.secret.encode(), signed, hashlib.sha256).hex()
        if not hmac.compare_digest(wanted.encode(), request.headers.get("X-Leadpulse-Signature", "").encode()):
            return "signature"
        if not stamp.isdigit() or abs(self.clock() - int(stamp)) > OLDEST:
            return "timestamp"
        told = json.loads(body)
        if told["id"] != request.headers.get("X-Leadpulse-Delivery"):
            return "delivery"
        return "" if told["event"] == request.headers.get("X-Leadpulse-Event") else "event"

    def _fault(self, event: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.event in ("", event):
                fault.times -= 1
                return fault
        return None

    async def _tell(self, _: web.Request) -> web.Response:
        return web.json_response({"deliveries": list(self.deliveries.values()), "times": self.times})


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with FakeN8n(os.environ["FAKE_N8N_SECRET"], port) as n8n:
        sys.stdout.write(f"{n8n.url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.n8n", description="A fake receiver of webhooks")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    asyncio.run(_serve(parser.parse_args().port))
