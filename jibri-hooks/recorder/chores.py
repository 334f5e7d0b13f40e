"""What is done every minute beside the markers. Each chore stands alone, and what frees the disk comes first."""

import errno
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from recorder.disposal import dispose, purge
from recorder.health import Health
from recorder.media import look_at_recordings
from recorder.settings import Settings
from recorder.spool import Spool
from recorder.sweep import find_forgotten, find_settled

log = logging.getLogger(__name__)

SHOWN = 3
"""So many of several like faults are spelled out."""


class Chores:
    """Quarantine, clean-up, bookkeeping, sweep, a look at the disk."""

    def __init__(self, settings: Settings, spool: Spool, health: Health) -> None:
        self._settings, self._spool, self._health = settings, spool, health
        self._reserve = round(settings.source_free_mb * 1e6)
        self._strange: dict[str, str] = {}
        self._made = False

    def run(self, now_ms: int) -> None:
        """Once. `now_ms` UTC. Never raises OSError: a fault is told by /readyz and once by the log."""
        if not self._do("recordings", self._look_at_recordings):
            return  # nothing is made in an unmounted volume's place
        self._strange = {}
        self._do("quarantine", lambda: self._purge(now_ms))
        self._do("clean-up", self._clean)
        self._do("work", self._spool.tidy)
        self._made = self._do("spool", self._spool.prepare) or self._made
        self._spool.catch_up()
        self._do("sweep", lambda: self._find(now_ms))
        self._do("disk", self._look_at_disk)
        self.tell("notes", self._spool.held)
        self.tell("unreadable", few(self._strange))
        self._health.unreadable = len(self._strange) + len(self._spool.odd)

    def tell(self, name: str, fault: str) -> None:
        """Show a fault, or that there is none; say a new one in the log."""
        if not fault:
            self._health.faults.pop(name, None)
            return
        if name not in self._health.faults:
            log.warning("a fault that waits for somebody", extra={"what": name, "error": fault})
        self._health.faults[name] = fault

    def _do(self, name: str, chore: Callable[[], None]) -> bool:
        try:
            chore()
        except OSError as error:
            self.tell(name, str(error))
            return False
        self.tell(name, "")
        return True

    def _look_at_recordings(self) -> None:
        look_at_recordings(self._settings)
        spool = self._settings.spool
        if self._made and spool.is_relative_to(self._settings.recordings) and not spool.exists():
            raise FileNotFoundError(errno.ENOENT, "gone: is the recordings volume mounted? (RECORDINGS)", str(spool))

    def _purge(self, now_ms: int) -> None:
        settings = self._settings
        self._health.purged += purge(settings.recordings, settings.quarantine_days, self._reserve, now_ms / 1000)

    def _clean(self) -> None:
        settings = self._settings
        if settings.local == "keep":
            return
        for directory, files in find_settled(settings.recordings, self._spool, self._odd):
            try:
                self._health.disposed += dispose(directory, files, settings.local)
            except OSError as error:
                self._odd(directory, error)

    def _find(self, now_ms: int) -> None:
        settings = self._settings
        quiet_ms = round(settings.quiet_minutes * 60_000)
        for directory in find_forgotten(settings.recordings, self._spool, quiet_ms, now_ms, told=self._odd):
            self._spool.drop(directory, now_ms)
            self._health.swept += 1
            log.info("found a recording without marker", extra={"session": directory.name})

    def _look_at_disk(self) -> None:
        self._health.source_free = free = shutil.disk_usage(self._settings.recordings).free
        if free < self._reserve:
            raise OSError(f"the recordings' disk has less than {self._settings.source_free_mb:g} MB left")

    def _odd(self, path: Path, error: OSError) -> None:
        self._strange[path.name] = error.strerror or str(error)


def few(faults: dict[str, str]) -> str:
    """The first of several faults in words, and how many there are more."""
    if not faults:
        return ""
    shown = [f"{name}: {why}" for name, why in sorted(faults.items())]
    more = f"; and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return "; ".join(shown[:SHOWN]) + more
