"""One query of the door in the engine: it has a handle for itself, so settings and half-read answers stay apart. What
chDB raises comes out as `Fault`.
"""

import contextlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from schemas.errors import Refused
from streams.settings import Store
from streams.store.clickhouse import visitor_settings
from streams.store.door.handles import Handle, Handles, connect
from streams.store.door.request import Asked, quoted
from streams.store.door.users import User
from streams.store.door.wire import STREAMED, Fault
from streams.store.read.guard import SYSTEM, Catalogue
from streams.store.read.statements import parse
from streams.store.read.vetting import Ask, catalogue, vet

OF_CLIENTS = SYSTEM | {"settings", "databases"}
"""Tables of `system` that clients look at when they connect. Not `processes`: others' statements are in it."""

SETTINGS_OF_CLICKHOUSE_CONNECT = "SELECT name, value, readonly FROM system.settings LIMIT 10000"
"""Under `readonly = 1` each one is shown as fixed, and the client would send none of them."""

MOST_ROWS, MOST_BYTES = 200_000, 64 << 20
"""Of one answer, as our own reports are allowed."""


class Reader(NamedTuple):
    """What a user may read, and his handles."""

    there: Catalogue
    handles: Handles


class Engine(NamedTuple):
    """What the open engine tells of itself, and each user's part in it."""

    version: str
    timezone: str
    readers: dict[str, Reader]


@contextlib.contextmanager
def of_engine() -> Iterator[None]:
    """Turns what chDB raises into a `Fault`."""
    try:
        yield
    except (import_module("chdb").ChdbError, RuntimeError) as error:
        raise Fault.of_engine(str(error)) from error


def look(store: Store, users: tuple[User, ...]) -> Engine:
    """Look at the engine. Raises `Fault`."""
    with of_engine(), contextlib.closing(connect(store)) as handle:
        ask = _asking(handle, {})
        handle.query("USE " + quoted(store.database, "`"))
        version, timezone = ask("SELECT version(), timezone()").strip().split("\t")
        there = {user.name: catalogue(ask, store.database, OF_CLIENTS, user.plain) for user in users}
        return Engine(version, timezone, {name: Reader(one, Handles(store)) for name, one in there.items()})


def limits(store: Store) -> dict[str, Any]:
    """Of each query: those of other people's queries, with an answer that a program can use."""
    return visitor_settings(store) | {"max_result_rows": MOST_ROWS, "max_result_bytes": MOST_BYTES}


class Query:
    """Used by one thread at a time, but for `kill`."""

    def __init__(self, store: Store, asked: Asked, reader: Reader) -> None:
        self._store, self._asked, self._there, self._handles = store, asked, *reader
        self._handle: Handle | None = None
        self._stream: Any = None
        self._whole = self._killed = False

    def start(self) -> bytes:
        """The first piece, empty where there is none. Raises `Fault`."""
        text, form, parameters = self._asked.statement.text, self._asked.form, self._asked.parameters
        with of_engine():
            self._look()
            self._handle = self._handles.take(self._settings())
            raw = self._handle.raw
            if text != self._asked.statement.select or form not in STREAMED:
                answer: bytes = raw.query(text, form, params=parameters).bytes() or b""
                self._whole = True
                return answer
            self._stream = raw.send_query(text, form, params=parameters)
        return self.next()

    def next(self) -> bytes:
        """The next piece, empty at the end. Raises `Fault`."""
        with of_engine():
            piece = None if self._stream is None else self._stream.fetch()
            self._whole = piece is None
            return b"" if piece is None else piece.bytes() or b""

    def _look(self) -> None:
        """Look at the statement, with a handle that has no settings of its own."""
        asked, there = self._asked, self._there
        handle = self._handles.take(("readonly = 1",))
        ask = _asking(handle.raw, asked.parameters)
        try:
            vet(ask, asked.statement, there, "")
            for table, expression in asked.filters.items():
                if table not in there.tables:
                    raise Refused(f"the table {table} is not here, or not to be read")
                select = f"SELECT (\n{expression}\n) FROM {'.'.join(quoted(part, '`') for part in table.split('.'))}"
                vet(ask, parse(select), there, "")  # one statement: chDB would run a second one
        except Refused as refused:
            handle.raw.close()
            raise Fault.ours(497, "ACCESS_DENIED", str(refused)) from None
        except BaseException:
            handle.raw.close()
            raise
        self._handles.give_back(handle)

    def _settings(self) -> Iterator[str]:
        """What was asked for under our limits; `readonly` last."""
        asked, ours = self._asked, limits(self._store)
        wanted = ours | asked.settings | _within(asked.caps, ours)
        yield from (f"{name} = {quoted(str(value))}" for name, value in wanted.items() if name != "readonly")
        if asked.filters:
            filters = ", ".join(f"{quoted(table)} : {quoted(said)}" for table, said in asked.filters.items())
            yield f"additional_table_filters = {{{filters}}}"
        if asked.statement.text != SETTINGS_OF_CLICKHOUSE_CONNECT:
            yield "readonly = 1"

    def kill(self) -> None:
        """Have it end; one that has not begun is not found. Raises `Fault`."""
        self._killed, handle = True, self._handle
        if handle is not None:
            with of_engine(), contextlib.closing(connect(self._store)) as other:
                other.query(f"KILL QUERY WHERE Settings['log_comment'] = {quoted(handle.tag)} ASYNC")

    def close(self) -> None:
        """Let go of the handle: kept when it has given its whole answer and no fault, else what is left of the answer
        would stand in front of the next one. A stream in work ends."""
        stream, handle, self._stream, self._handle = self._stream, self._handle, None, None
        with contextlib.suppress(Fault), of_engine():
            if stream is not None:
                stream.close()
        if handle is not None:
            with contextlib.suppress(Fault), of_engine():
                if self._whole and not self._killed:
                    self._handles.give_back(handle)
                else:
                    handle.raw.close()


def _within(caps: dict[str, int], ours: dict[str, Any]) -> dict[str, int]:
    return {name: min(value, ours[name]) for name, value in caps.items() if value > 0}


def _asking(handle: Any, parameters: dict[str, str]) -> Ask:
    return lambda sql: str((handle.query(sql, "TabSeparatedRaw", params=parameters).bytes() or b"").decode())
