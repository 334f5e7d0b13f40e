"""Folders into which warehouse systems put their exports: each new file is loaded as `leadpulse import wms` loads it.

Nothing hangs on having seen a file come: what was loaded is noted by its content, so a file that is still there after a
kill, under another name, or seen by two gateways at once is loaded once (ids are deterministic).
"""

import asyncio
import logging
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from processors.mapping import SourceMapping
from processors.russian.system import os_reason
from schemas.errors import ConfigError, Transient
from streams.engine.clock import Clock
from streams.engine.conditions import Condition
from streams.engine.retry import WORLD, World
from streams.engine.rounds import Reports
from streams.loading import Derive, Ledger, Notes, Progress, Send, Survey, goods, items_in, load, outputs, survey
from streams.settings import WmsFolder
from streams.tables import is_table

log = logging.getLogger(__name__)

SPREAD = 0.2
"""Share of a pause that is left to chance: folders of one share are not all looked at in the same second."""


class Looked(NamedTuple):
    """A file as it was when it was looked at last: while this is the same, so is what was found."""

    inode: int
    size: int
    mtime_ns: int


class Folder:
    """One system's folder."""

    def __init__(self, name: str, folder: WmsFolder, mapping: SourceMapping, notes: Notes) -> None:
        self.name, self._settings, self._mapping, self._notes = name, folder, mapping, notes
        self._ledger = (
            Ledger(notes.folder, name, stock_told=folder.differences == "reserve") if folder.differences else None
        )
        self._done: dict[str, Looked] = {}
        self._faults: dict[str, str] = {}
        self._missing = ""

    def condition(self) -> Condition:
        """Files that cannot be loaded, or a folder that is not there."""
        subject = f"{self._settings.path} (система {self.name}, узел {socket.gethostname()})"
        return Condition("warehouse_files", subject, self.trouble)

    def trouble(self) -> str:
        """In Russian; nothing when all is well."""
        if self._missing or not self._faults:
            return self._missing
        more = f"; и ещё файлов с ошибками: {len(self._faults) - 1}" if len(self._faults) > 1 else ""
        return next(iter(self._faults.values())) + more

    async def look(self, send: Send, now: int) -> None:
        """Load every file that is new or has changed. `now` in ms UTC. Raises `Transient` when Kafka is away."""
        try:
            found = await asyncio.to_thread(self._files, now)
        except OSError as error:
            self._missing = os_reason(error)
            return
        self._missing = ""
        self._faults = {name: words for name, words in self._faults.items() if (self._settings.path / name).exists()}
        for name, looked in found:
            if self._done.get(name) == looked:
                continue
            words, judged = await self._tried(self._settings.path / name, send, now)
            self._faults.pop(name, None)
            if words:
                self._faults[name] = words
                log.warning("a warehouse's file cannot be loaded", extra={"source": self.name})
            if judged:
                self._done[name] = looked

    def _files(self, now: int) -> list[tuple[str, Looked]]:
        """Tables in the folder that nobody writes any more, the oldest first. No link is followed."""
        found = []
        for file in self._settings.path.iterdir():
            if file.name.startswith((".", "~$")) or not is_table(file):
                continue
            try:
                stat = file.stat(follow_symlinks=False)
            except FileNotFoundError:  # it was only passing through
                continue
            if S_ISREG(stat.st_mode) and abs(now - stat.st_mtime * 1000) >= self._settings.still * 1000:
                found.append((file.name, Looked(stat.st_ino, stat.st_size, stat.st_mtime_ns)))
        return sorted(found, key=lambda one: (one[1].mtime_ns, one[0]))

    async def _tried(self, file: Path, send: Send, now: int) -> tuple[str, bool]:
        """What is wrong, if anything, and whether it is judged for good: a disk may be well at the next look."""
        try:
            return await self._load(file, send, now), True
        except ConfigError as error:
            return str(error).splitlines()[0], not isinstance(error.__cause__, OSError)

    async def _load(self, file: Path, send: Send, now: int) -> str:
        """All of a file, or what is wrong with it. Raises `ConfigError`, `Transient`."""
        cursor = await asyncio.to_thread(self._notes.cursor, file, self._mapping, self.name)
        before = await asyncio.to_thread(cursor.read)
        if before is not None and before.sent >= before.total:
            return ""
        started = before.started if before is not None else now
        with ExitStack() as open_:
            items = await asyncio.to_thread(open_.enter_context, items_in(file, self._mapping))
            derive: Derive = iter
            if self._ledger is not None:
                await asyncio.to_thread(self._ledger.begin, cursor.key)
                derive = self._ledger.told
            found = await asyncio.to_thread(survey, items, self._mapping, started, derive=derive)
            if found.bad:
                return f"{file.name}: {items.unit} {found.faults[0].place}: {found.faults[0].words}"
            progress = before or Progress(file.name, self.name, started, found.events)
            if self._ledger is not None:
                await asyncio.to_thread(self._ledger.write, cursor.key)
            events = derive(goods(items, self._mapping, started, Survey()))
            await load(send, cursor, progress, outputs(progress, events))
        if not found.events:
            await asyncio.to_thread(cursor.write, progress)
        log.info("a warehouse's file is loaded", extra={"source": self.name, "events": found.events})
        return ""

    async def run(self, send: Send, clock: Clock, world: World = WORLD) -> None:
        """Look for ever. While Kafka is away nothing is lost: the files stay where they are."""
        reports = Reports(f"wms:{self.name}", "folder", self._settings.every, send, clock)
        while True:
            try:
                await self.look(send, clock())
            except Transient as error:
                log.warning("Kafka does not take a file", extra={"source": self.name, "error": str(error)})
            else:
                await reports.ended(self.trouble())
            await world.sleep(self._settings.every * (1 - SPREAD * world.dice.random()))


def folders_of(folders: Mapping[str, WmsFolder], mappings: Mapping[str, SourceMapping], notes: Notes) -> list[Folder]:
    """One for each of the settings. Raises `ConfigError` for a system without a mapping."""
    without = [name for name in folders if name not in mappings]
    if without:
        raise ConfigError("; ".join(f"wms.folders.{name}: нет разметки {name}.yaml в wms.mappings" for name in without))
    return [Folder(name, folder, mappings[name], notes) for name, folder in folders.items()]
