"""One query of the door in the engine: a handle of its own, so settings and half-read answers stay apart. What chDB
raises comes out as `Fault`.
"""

import contextlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from schemas.errors import Refused
from streams.settings import Store
from streams.store.clickhouse import visitor_settings
from streams.store.door.request import Asked, quoted
from streams.store.door.users import User
from streams.store.door.wire import STREAMED, Fault
from streams.store.read.guard import SYSTEM, Catalogue
from streams.store.read.statements import Statement
from streams.store.read.vetting import Ask, catalogue, vet

OF_CLIENTS = SYSTEM | {"settings", "databases"}
"""Tables of `system` that clients look at when they connect. Not `processes`: others' statements are in it."""

SETTINGS_OF_CLICKHOUSE_CONNECT = "SELECT name, value, readonly FROM system.settings LIMIT 10000"
"""Under `readonly = 1` each one is shown as fixed, and the client would send none of them."""

MOST_ROWS, MOST_BYTES = 200_000, 64 << 20
"""Of one answer, as our own reports are allowed."""


class Engine(NamedTuple):
    """What the open engine tells of itself, and what each user may read there."""

    version: str
    timezone: str
    there: dict[str, Catalogue]


def connect(store: Store) -> Any:
    """A handle on the engine that is open in this process: under a millisecond. Raises chDB's errors."""
    return import_module("chdb").connect(str(store.folder.resolve()))  # loaded by `load_engine`, after Landlock


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
        return Engine(version, timezone, there)


def limits(store: Store) -> dict[str, Any]:
    """Of each query: those of other people's queries, with an answer that a program can use."""
    return visitor_settings(store) | {"max_result_rows": MOST_ROWS, "max_result_bytes": MOST_BYTES}


class Query:
    """Used by one thread at a time; `tag` is how it is found when it has to be ended."""

    def __init__(self, store: Store, asked: Asked, there: Catalogue, tag: str) -> None:
        self._store, self._asked, self._there, self.tag = store, asked, there, tag
        self._handle: Any = None
        self._stream: Any = None

    def start(self) -> bytes:
        """The first piece, empty where there is none. Raises `Fault`."""
        text, form, parameters = self._asked.statement.text, self._asked.form, self._asked.parameters
        with of_engine():
            self._handle = connect(self._store)
            self._prepare()
            if text != self._asked.statement.select or form not in STREAMED:
                return self._handle.query(text, form, params=parameters).bytes() or b""
            self._stream = self._handle.send_query(text, form, params=parameters)
        return self.next()

    def next(self) -> bytes:
        """The next piece, empty at the end. Raises `Fault`."""
        with of_engine():
            piece = None if self._stream is None else self._stream.fetch()
            return b"" if piece is None else piece.bytes() or b""

    def _prepare(self) -> None:
        """Look at the statement, then set what was asked for under our limits; `readonly` last."""
        asked, handle = self._asked, self._handle
        handle.query("USE " + quoted(self._store.database, "`"))
        ask = _asking(handle, asked.parameters)
        try:
            vet(ask, asked.statement, self._there, "")
            for table, expression in asked.filters.items():
                if table not in self._there.tables:
                    raise Refused(f"the table {table} is not here, or not to be read")
                select = f"SELECT (\n{expression}\n) FROM {'.'.join(quoted(part, '`') for part in table.split('.'))}"
                vet(ask, Statement(select, select=select), self._there, "")
        except Refused as refused:
            raise Fault.ours(497, "ACCESS_DENIED", str(refused)) from None
        ours = limits(self._store)
        wanted = ours | asked.settings | _within(asked.caps, ours) | {"log_comment": self.tag}
        pairs = [f"{name} = {quoted(str(value))}" for name, value in wanted.items() if name != "readonly"]
        if asked.filters:
            filters = ", ".join(f"{quoted(table)} : {quoted(said)}" for table, said in asked.filters.items())
            pairs.append(f"additional_table_filters = {{{filters}}}")
        if asked.statement.text != SETTINGS_OF_CLICKHOUSE_CONNECT:
            pairs.append("readonly = 1")
        handle.query(f"SET {', '.join(pairs)}")  # one statement: each costs a tenth of a millisecond and more

    def close(self) -> None:
        """Let go of the handle; a stream in work ends."""
        for thing in (self._stream, self._handle):
            if thing is not None:
                with contextlib.suppress(Fault), of_engine():
                    thing.close()
        self._stream = self._handle = None


def kill(store: Store, tag: str) -> None:
    """Have the query with this tag end; one that has not begun is not found. Raises `Fault`."""
    with of_engine(), contextlib.closing(connect(store)) as handle:
        handle.query(f"KILL QUERY WHERE Settings['log_comment'] = {quoted(tag)} ASYNC")


def _within(caps: dict[str, int], ours: dict[str, Any]) -> dict[str, int]:
    return {name: min(value, ours[name]) for name, value in caps.items() if value > 0}


def _asking(handle: Any, parameters: dict[str, str]) -> Ask:
    return lambda sql: str((handle.query(sql, "TabSeparatedRaw", params=parameters).bytes() or b"").decode())
