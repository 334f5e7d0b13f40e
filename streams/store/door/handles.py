"""Handles on the engine of one user: set once, kept for his next query with the same settings. To open one, to choose
the database and to set the limits costs as much as half of a short query.

Nothing that a query says stays with a handle: people's queries cannot set anything (`readonly`), parameters are given
with each statement, and one that has not given its whole answer without a fault is thrown away (`Query.close`).
"""

import secrets
from collections.abc import Iterable
from importlib import import_module
from threading import Lock
from typing import Any, NamedTuple

from streams.settings import Store
from streams.store.door.request import quoted

KEPT = 4
"""Handles that wait: two places, each with one to look at a statement and one to run it. 100 kB each."""


class Handle(NamedTuple):
    """`tag` is how what it runs is found when it has to be ended, `settings` what was set."""

    raw: Any
    tag: str
    settings: tuple[str, ...]


def connect(store: Store) -> Any:
    """A handle on the engine that is open in this process: under a millisecond. Raises chDB's errors."""
    return import_module("chdb").connect(str(store.folder.resolve()))  # loaded by `load_engine`, after Landlock


class Handles:
    """Used by several threads."""

    def __init__(self, store: Store) -> None:
        self._store, self._lock = store, Lock()
        self._kept: list[Handle] = []
        self._closed = False

    def take(self, settings: Iterable[str]) -> Handle:
        """A handle with just these settings (`name = value`), in their order. Raises chDB's errors."""
        wanted = tuple(settings)
        with self._lock:
            for at, handle in enumerate(self._kept):
                if handle.settings == wanted:
                    return self._kept.pop(at)
        return self._open(wanted)

    def _open(self, settings: tuple[str, ...]) -> Handle:
        raw, tag = connect(self._store), secrets.token_hex(16)
        try:
            raw.query("USE " + quoted(self._store.database, "`"))
            raw.query(f"SET {', '.join((f'log_comment = {quoted(tag)}', *settings))}")  # one: each costs its own time
        except BaseException:
            raw.close()
            raise
        return Handle(raw, tag, settings)

    def give_back(self, handle: Handle) -> None:
        """It has given its whole answer, and no fault. Raises chDB's errors."""
        with self._lock:
            if not self._closed:
                self._kept.append(handle)
            gone = [self._kept.pop(0)] if len(self._kept) > KEPT else [handle] if self._closed else []
        for one in gone:
            one.raw.close()

    def close(self) -> None:
        """Let go of the engine: what is given back later is not kept. Raises chDB's errors."""
        with self._lock:
            kept, self._kept, self._closed = self._kept, [], True
        for handle in kept:
            handle.raw.close()
