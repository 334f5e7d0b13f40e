"""ClickHouse's HTTP interface over chDB, with faults on demand, for the path of the code that talks to a server.

    python -m tests.fakes.clickhouse FOLDER [PORT]     prints its port, serves until stdin is closed

A process has one chDB engine, so this runs in its own. `POST /faults` with a JSON list of `Fault` scripts what happens
to the next requests whose text contains `on`. Not modelled: sessions, users, external data, `FORMAT VALUES` in bodies;
the protocol version it answers is 0, which clickhouse-connect copes with (research/clickhouse.md section 6).
"""

import asyncio
import gzip
import re
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import chdb
import lz4.frame  # type: ignore[import-untyped]
import msgspec
from aiohttp import web
from backports import zstd

TRANSPORT = frozenset(
    {
        *("query", "database", "query_id", "session_id", "session_timeout", "session_check", "wait_end_of_query"),
        *("buffer_size", "compress", "decompress", "quota_key", "role", "enable_http_compression", "user", "password"),
        *("send_progress_in_http_headers", "http_headers_progress_interval_ms", "default_format"),
        *("cancel_http_readonly_queries_on_client_close", "client_protocol_version"),
    }
)
"""Parameters of the transport; every other one is a setting."""

INSERT = re.compile(rb"\s*INSERT\s+INTO\s+(.*?)\s+FORMAT\s+(\w+)[ \t]*\r?\n?", re.IGNORECASE | re.DOTALL)
FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.IGNORECASE)
CODE = re.compile(r"Code:\s*(\d+)")
NAME = re.compile(r"^[A-Za-z_]\w*$")

STATUS = {60: 404, 81: 404, 516: 403, 62: 400, 36: 400, 46: 400, 47: 400}
"""HTTP status of ClickHouse error codes; 500 for the rest."""


class Fault(msgspec.Struct, frozen=True):
    """What happens to one request. A `status` of 0 drops the connection; `executed` does the work before that."""

    on: str
    status: int
    code: int = 0
    text: str = ""
    executed: bool = False


def _lz4(packed: bytes) -> bytes:
    """Every frame: the client sends one per block, and what is left out would vanish without a word."""
    out = b""
    while packed:
        frame = lz4.frame.LZ4FrameDecompressor()
        out += frame.decompress(packed)
        packed = frame.unused_data or b""
    return out


DECODE: dict[bytes, Callable[[bytes], bytes]] = {b"\x04\x22\x4d\x18": _lz4, b"\x28\xb5\x2f\xfd": zstd.decompress}
ENCODE = {"lz4": lz4.frame.compress, "zstd": zstd.compress, "gzip": gzip.compress}


class Front:
    """The interface. One thread executes, each request on a handle of its own, so settings cannot leak."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._keeper = chdb.connect(folder)  # the engine lives while one handle is open
        self._thread = ThreadPoolExecutor(1)
        self._faults: list[Fault] = []

    def app(self) -> web.Application:
        """The aiohttp application."""
        app = web.Application(client_max_size=1 << 30)
        app.router.add_get("/ping", self._ping)
        app.router.add_post("/faults", self._script)
        app.router.add_get("/faults", self._left)
        app.router.add_route("*", "/", self._statement)
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, _: web.Application) -> None:
        self._thread.shutdown()
        self._keeper.close()

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response(text="Ok.\n")

    async def _script(self, request: web.Request) -> web.Response:
        self._faults = msgspec.json.decode(await request.read(), type=list[Fault])
        return web.Response()

    async def _left(self, _: web.Request) -> web.Response:
        return web.Response(body=msgspec.json.encode(self._faults))

    async def _statement(self, request: web.Request) -> web.StreamResponse:
        given, body = dict(request.query), await request.read()
        if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
            given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
            body = b""
        decode = DECODE.get(body[:4])
        if decode is not None and request.headers.get("Content-Encoding") in ("lz4", "zstd"):
            body = decode(body)  # aiohttp undoes gzip and deflate itself
        sql = given.get("query", "").encode()
        text = sql + (b"\n" if sql and body else b"") + body
        fault = self._fault_for(text)
        if fault is not None and not fault.executed:
            return self._fail(request, fault)
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, self._execute, text, given)
        if fault is not None:
            return self._fail(request, fault)
        return self._packed(request, answer)

    def _fault_for(self, text: bytes) -> Fault | None:
        fault = next((fault for fault in self._faults if fault.on.encode() in text), None)
        if fault is not None:
            self._faults.remove(fault)
        return fault

    def _fail(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.status == 0 and request.transport is not None:
            request.transport.abort()
        return _error(fault.status or 500, fault.code, f"Code: {fault.code}. DB::Exception: {fault.text}")

    def _packed(self, request: web.Request, answer: web.Response) -> web.Response:
        if request.query.get("enable_http_compression") == "1" and isinstance(answer.body, bytes):
            for name in (part.strip() for part in request.headers.get("Accept-Encoding", "").split(",")):
                if name in ENCODE:
                    answer.body = ENCODE[name](answer.body)
                    answer.headers["Content-Encoding"] = name
                    break
        return answer

    def _execute(self, text: bytes, given: dict[str, str]) -> web.Response:
        handle = chdb.connect(self._folder)
        try:
            return _run(handle, text, given)
        except Exception as error:  # noqa: BLE001 — chDB raises RuntimeError and others; the code is in the text
            code = int(found[1]) if (found := CODE.search(str(error))) else 1000
            return _error(STATUS.get(code, 500), code, str(error))
        finally:
            handle.close()


def _run(handle: Any, text: bytes, given: dict[str, str]) -> web.Response:
    settings = {name: value for name, value in given.items() if name not in TRANSPORT and not name.startswith("param_")}
    parameters = {name[6:]: value for name, value in given.items() if name.startswith("param_")}
    if given.get("database", "__default__") != "__default__":
        handle.query(f"USE `{given['database']}`")
    for name, value in sorted(settings.items(), key=lambda item: item[0] == "readonly"):  # nothing can follow readonly
        if NAME.match(name):
            handle.query(f"SET {name} = {_quoted(value)}")
    insert = INSERT.match(text)
    if insert and insert[2].upper() != b"VALUES":
        with tempfile.NamedTemporaryFile(suffix=".native") as file:
            file.write(text[insert.end() :])
            file.flush()
            done = handle.query(
                f"INSERT INTO {insert[1].decode()} FROM INFILE {_quoted(file.name)} FORMAT {insert[2].decode()}",
                "TabSeparated",
            )
        return _ok(b"", None, {"written_rows": str(done.rows_read()), "written_bytes": str(done.bytes_read())})
    sql = text.decode()
    named = FORMAT.search(sql)
    form = named[1] if named else "TabSeparated"
    done = handle.query(sql, form, params=parameters)
    out = done.bytes() or b""
    return _ok(out, form if out or named else None, {"read_rows": str(done.rows_read())})


def _ok(out: bytes, form: str | None, summary: dict[str, str]) -> web.Response:
    headers = {
        "X-ClickHouse-Timezone": "UTC",
        "X-ClickHouse-Server-Display-Name": "front",
        "X-ClickHouse-Summary": msgspec.json.encode(summary).decode(),
    }
    if form:
        headers["X-ClickHouse-Format"] = form
    return web.Response(body=out, headers=headers, content_type="application/octet-stream")


def _error(status: int, code: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, headers={"X-ClickHouse-Exception-Code": str(code)})


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


async def _serve(folder: str, port: int) -> None:
    runner = web.AppRunner(Front(folder).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)  # ends with the process that started us
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], int("".join(sys.argv[2:]) or 0)))
