"""Files of recordings go when they are older than `speech.recordings_days`. Off by default: the customer keeps all.

Looked for by their folders, `LEAD/…`, and not by marks: also what was never written down goes. What was written down
stays. A client who is held keeps his. Each file has its line in the access log before it goes; a kill in between
leaves a line of a file that goes with the next look.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from processors.days import local_time
from processors.privacy.erasing import is_standing
from schemas.errors import Transient
from schemas.people import AccessEntry
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis
from streams.engine.erasures import KnownErasures
from streams.engine.places import look_at_share
from streams.settings import Speech

log = logging.getLogger(__name__)

EVERY_S = 3600.0
BY = "срок хранения записей"
"""Who deletes, in the access log."""


class Aged:
    """`write` puts a line into the access log; `is_mine`: one process of several does it."""

    def __init__(
        self,
        speech: Speech,
        known: KnownErasures,
        write: Callable[[AccessEntry], Awaitable[None]],
        is_mine: Callable[[], bool],
        clock: Callable[[], Millis],
    ) -> None:
        self._speech, self._known, self._write, self._is_mine, self._clock = speech, known, write, is_mine, clock

    async def run(self) -> None:
        """Until cancelled."""
        await self._known.loaded.wait()
        while True:
            try:
                if self._is_mine():
                    await self.look()
            except (Transient, OSError) as fault:
                log.warning("old recordings wait", extra={"error": str(fault)})
            await asyncio.sleep(EVERY_S)

    async def look(self) -> int:
        """Delete what is too old now; how many files. Raises `Transient`, `OSError`."""
        now = self._clock()
        oldest, today = now - self._speech.recordings_days * DAY_MS, local_time(now).date()
        holds = self._known.denied.holds.values()
        held = {hold.lead_id for hold in holds if is_standing(hold, today)}
        gone = 0
        for lead, path in await asyncio.to_thread(lambda: list(self._older(oldest))):
            if lead in held:
                continue
            name = str(path.relative_to(self._speech.recordings))
            await self._write(AccessEntry(at=now, user="", name=BY, action="erase", lead=lead, object=name[:200]))
            await asyncio.to_thread(_delete, path, self._speech.recordings / lead)
            gone += 1
        if gone:
            log.info("old recordings deleted", extra={"files": gone})
        return gone

    def _older(self, oldest: Millis) -> Iterator[tuple[LeadId, Path]]:
        """Files of clients' folders that were last written before then; no link leads out of them."""
        root = self._speech.recordings
        if away := look_at_share(root, self._speech.recordings_mount)():
            raise Transient(f"{root}: {away} (speech.recordings)")
        for folder in sorted(root.iterdir()):
            if not (folder.name.isascii() and folder.name.isdigit()) or folder.is_symlink():
                continue
            for path in sorted(folder.rglob("*")):
                if path.is_file() and not path.is_symlink() and path.stat().st_mtime * 1000 < oldest:
                    yield folder.name, path


def _delete(path: Path, until: Path) -> None:
    """The file, and folders that are empty then, up to the client's own."""
    path.unlink(missing_ok=True)
    for folder in path.parents:
        if folder == until or any(folder.iterdir()):
            break
        folder.rmdir()
