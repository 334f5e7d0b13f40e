"""ClickHouse for asyncio: chDB in this process, or a server over HTTP. The same synchronous client does both.

A client bears one caller at a time, so each has a thread of its own: one writer, a few readers. The engine releases
the GIL while it works. Errors become `Transient` (the caller tries again) or `StatementFailed`.
"""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver import options
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError
from pydantic import SecretStr

from processors.days import zone_name
from schemas.errors import Terminal, Transient
from streams.settings import Retention, Store
from streams.store.migrate import FOLDER, migrate
from streams.store.retention import keep
from streams.store.views import cut_days

T = TypeVar("T")

options.pd = None  # clickhouse-connect takes pandas where it can: 50 MB and 0.7 s for nothing, we insert plain lists

BUSY = frozenset({159, 202, 209, 210, 241, 242, 252, 319, 999, 1000})
"""Codes that pass: timeouts, memory, too many queries or parts, keeper (research/clickhouse.md section 4)."""

BROKEN = BUSY | {60, 74, 75, 76, 81, 164, 173, 192, 193, 194, 203, 218, 236, 243, 279, 394, 425, 439, 497, 516}
"""For inserts also what is wrong with the place and not with the row (disk full, rights, table or database away).
Were these terminal, every good record would become a dead letter while an operator repairs the server."""

CHDB_OPTIONS = {
    "background_pool_size": 2,
    "background_schedule_pool_size": 2,
    "memory_worker_period_ms": 500,
    "mark_cache_size": 64 << 20,
    "primary_index_cache_size": 64 << 20,
    "index_mark_cache_size": 16 << 20,
    "text_index_tokens_cache_size": 16 << 20,
    "text_index_header_cache_size": 16 << 20,
    "text_index_postings_cache_size": 32 << 20,
    "query_condition_cache_size": 16 << 20,
}
"""The engine's defaults are a server's (caches of gigabytes). These hold the hot part of some ten million events. It
compares its count of memory with the system's 20 times a second, a third of its CPU when idle: twice will do."""


def load_engine(store: Store) -> None:
    """Load chDB where it is the backend. Before anything else runs: for the half second that it takes, chDB's own
    `__init__` moves the process into its folder, and every relative path of ours would lead there."""
    if store.backend == "chdb":
        import_module("chdb")


class StatementFailed(Terminal):
    """ClickHouse refused a statement. `code` is its error code, None where the client itself refused."""

    def __init__(self, message: str, code: int | None) -> None:
        super().__init__(message)
        self.code = code


def open_client(
    store: Store, settings: dict[str, Any], database: str | None, login: tuple[str, SecretStr] | None = None
) -> Any:
    """A client of the configured backend; a server takes `login`, or the one in the settings. Raises
    clickhouse-connect's errors."""
    if store.backend == "chdb":
        store.folder.mkdir(parents=True, exist_ok=True)
        return clickhouse_connect.get_client(
            interface="chdb", path=str(store.folder), database=database, settings=settings, chdb_options=CHDB_OPTIONS
        )
    url = urlsplit(store.url)
    username, password = login or (store.username, store.password)
    return clickhouse_connect.get_client(
        interface=url.scheme,
        host=url.hostname,
        port=url.port or (8443 if url.scheme == "https" else 8123),
        username=username,
        password=password.get_secret_value(),
        database=database,
        settings=settings,
        connect_timeout=5,
        send_receive_timeout=math.ceil(store.timeout) + 5,
        autogenerate_session_id=False,  # with a session, two statements at once are an error
    )


def open_writer(store: Store) -> Any:
    """A client that may write. Raises as `open_client`."""
    return open_client(store, writer_settings(store), store.database)


def open_visitor(store: Store) -> Any:
    """A client for other people's queries: on a server as its reader, where one is named. Raises as `open_client`."""
    login = (store.reader_username, store.reader_password) if store.reader_username else None
    return open_client(store, visitor_settings(store), store.database, login)


def writer_settings(store: Store) -> dict[str, Any]:
    """We batch already, and a synchronous insert with a token is the tested way. A batch may span any number of months:
    the default limit of 100 partitions would stop an old import for good."""
    return {"max_execution_time": math.ceil(store.timeout), "async_insert": 0, "max_partitions_per_insert_block": 0}


def reader_settings(store: Store) -> dict[str, Any]:
    """Our questions are many and small: a second thread and the compiling of expressions (a tenth of a second of CPU
    each, once) cost more than they save. `readonly` of 2 would let a reader read and write files and call URLs
    (`file()`, `url()`): 1 does not. It comes last, for after it nothing can be set."""
    return {
        "max_threads": 1,
        "compile_expressions": 0,
        "compile_aggregate_expressions": 0,
        "compile_sort_description": 0,
        "max_execution_time": math.ceil(store.timeout),
        "max_memory_usage": 1 << 30,
        "max_result_rows": 200_000,
        "max_result_bytes": 64 << 20,
        "result_overflow_mode": "throw",
        "output_format_json_quote_64bit_integers": 0,
        "readonly": 1,
    }


def visitor_settings(store: Store) -> dict[str, Any]:
    """Limits of other people's queries: one thread each, so that two leave the engine free for the store's own. A
    server's reader has them in its profile, where no query can lift them, and may not set `readonly` again."""
    limits: dict[str, Any] = {
        "output_format_json_quote_64bit_integers": 0,
        "output_format_json_validate_utf8": 1,  # a text of any bytes must not break the answer's JSON
        "max_execution_time": math.ceil(store.sql_seconds),
        "max_threads": 1,
        "max_memory_usage": 256 << 20,
        "max_temporary_data_on_disk_size_for_query": 256 << 20,
        "max_result_rows": 10_000,
        "max_result_bytes": 16 << 20,
        "result_overflow_mode": "throw",
    }
    of_profile = store.backend == "clickhouse" and store.reader_username
    return limits if of_profile else limits | {"readonly": 1}


def prepare(store: Store, folder: Path = FOLDER, retention: Retention | None = None) -> list[str]:
    """Make the database where it is missing, bring it up to date, let its days be the installation's and its rows stay
    as long as `retention` says (None: as they do); the names of the migrations that were run.

    Raises `MigrationError`, `Transient`, `StatementFailed`. For `leadpulse migrate` and the start of the worker.
    """
    try:
        _make_database(store)
        client = open_writer(store)
        try:
            ran = migrate(client, folder, store.cluster)
            cut_days(client, zone_name(), folder, store.cluster)
            if retention:
                keep(client, retention, store.cluster)
            return ran
        finally:
            client.close()
    except ClickHouseError as error:
        raise translate(error, BUSY) from error
    except OSError as error:
        raise Transient(f"ClickHouse cannot be reached: {error}") from error


def _make_database(store: Store) -> None:
    client = open_client(store, {}, None)
    try:
        known = client.query("SELECT name FROM system.databases WHERE name = {n:String}", {"n": store.database})
        if not known.result_rows:
            quoted = store.database.replace("\\", "\\\\").replace("`", "\\`")
            everywhere = f" ON CLUSTER '{store.cluster}'" if store.cluster else ""
            client.command(f"CREATE DATABASE IF NOT EXISTS `{quoted}`{everywhere}")
    finally:
        client.close()


def translate(error: ClickHouseError, passing: frozenset[int]) -> Transient | StatementFailed:
    """What the rest of the house calls this fault."""
    code = getattr(error, "code", None)
    text = str(error).splitlines()[0][:500] if str(error) else type(error).__name__
    if isinstance(error, OperationalError) or code in passing:
        return Transient(f"ClickHouse: {text}")
    return StatementFailed(f"ClickHouse: {text}", code)


class Connection:
    """One client in its own thread, opened when first used and again after any fault.

    The new client matters: after an error in the middle of an answer, chDB 26.9 puts what was left of it in front of
    the next answer of the same handle.
    """

    def __init__(self, name: str, open_: Callable[[], Any]) -> None:
        self._open = open_
        self._client: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def run(self, work: Callable[[Any], T], passing: frozenset[int] = BUSY) -> T:
        """Call `work(client)`. Raises `Transient`, `StatementFailed`, and what `work` raises of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, work, passing)

    def _run(self, work: Callable[[Any], T], passing: frozenset[int]) -> T:
        try:
            if self._client is None:
                self._client = self._open()
            return work(self._client)
        except ClickHouseError as error:
            self._drop()
            raise translate(error, passing) from error
        except OSError as error:
            self._drop()
            raise Transient(f"ClickHouse: {error}") from error

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def close(self) -> None:
        """Close the client when the statement in work has ended."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)
