"""What the HTTP door of the store adds to a query: CPU of the process that holds the store, over the direct call.

Called by `bench.store` over its ten million events. Both answer with the bytes of ClickHouse's format Native, so that
neither makes Python values of them. Who asks at the door is another program, as Grafana is: `python -m bench.door`.
"""

import asyncio
import contextlib
import http.client
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from typing import Any

from pydantic import SecretStr

from schemas.types import Millis
from streams.settings import Store
from streams.store.clickhouse import open_visitor
from streams.store.database import Database
from streams.store.door import Door

USER, PASSWORD = "analyst", "bench"
TIMES = 24
"""Of each query, each way in turn; the first quarter warms up."""
ANSWER_S = 60
READY_S = 30


def dashboards(dearest: str, since: Millis, *, quiet: str, busy: str) -> dict[str, str]:
    """What dashboards ask: the rows of a lead since a time, a page of one with many, and the dearest of all panels."""
    page = "SELECT ts, source, kind, action, qty FROM events FINAL WHERE lead_id = '{}' {} ORDER BY ts DESC LIMIT 200"
    late = f"AND ts >= fromUnixTimestamp64Milli({since})"
    return {"short": page.format(quiet, late), "history": page.format(busy, ""), "leads": dearest}


async def door_ratios(store: Store, database: Database, queries: Mapping[str, str]) -> dict[str, float]:
    """`door_<name>_ratio` of each query, medians of CPU through the door over medians of the direct call, and
    `door_<name>_ms`."""
    found: dict[str, float] = {}
    direct = open_visitor(store)
    try:
        async with _listening(store, database) as port, _asking(port) as client:
            for name, sql in queries.items():
                through, alone = list[float](), list[float]()
                for _ in range(TIMES):
                    began = time.process_time()
                    direct.raw_query(sql, fmt="Native")
                    alone.append(time.process_time() - began)
                    began = time.process_time()
                    await _ask(client, sql)
                    through.append(time.process_time() - began)
                ours, bare = (statistics.median(took[TIMES // 4 :]) for took in (through, alone))
                found |= {f"door_{name}_ms": round(ours * 1000, 1), f"door_{name}_ratio": round(ours / bare, 2)}
    finally:
        direct.close()
    return found


async def _ask(client: Process, sql: str) -> None:
    if client.stdin is None or client.stdout is None:
        raise RuntimeError("the client has no pipes")
    client.stdin.write(json.dumps(sql).encode() + b"\n")
    fault = json.loads(await asyncio.wait_for(client.stdout.readline(), ANSWER_S))
    if fault:
        raise RuntimeError(f"the door refused {sql}: {fault}")


@contextlib.asynccontextmanager
async def _asking(port: int) -> AsyncIterator[Process]:
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.door", str(port), stdin=PIPE, stdout=PIPE
    )
    try:
        yield client
    finally:
        client.kill()
        await client.wait()


def ask_for_ever(port: int) -> None:
    """Statements from the standard input, JSON, one a line; of each what was wrong with its answer, or nothing."""
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    headers = {"X-ClickHouse-User": USER, "X-ClickHouse-Key": PASSWORD}
    for line in sys.stdin:
        door.request("POST", "/?default_format=Native", json.loads(line).encode(), headers)
        answer = door.getresponse()
        body = answer.read()
        refused = answer.status != 200 or answer.getheader("X-ClickHouse-Exception-Code")
        print(json.dumps(body.decode(errors="replace")[:300] if refused else ""), flush=True)


@contextlib.asynccontextmanager
async def _listening(store: Store, database: Database) -> AsyncIterator[int]:
    """The door's port, a free one."""
    given: dict[str, Any] = {"http_analyst_password": SecretStr(PASSWORD), "http_port": 0}
    door = Door(store.model_copy(update=given), database)
    task = asyncio.ensure_future(door.run())
    try:
        async with asyncio.timeout(READY_S):
            while door.ready() is not True:
                await asyncio.sleep(0.01)
        yield door.port
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await door.close()


if __name__ == "__main__":
    ask_for_ever(int(sys.argv[1]))
