"""The loop: marker → media files → probe → copy → publish → done. One marker's trouble never stops the next one."""

import asyncio
import errno
import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TypeVar

from recorder.copy import copy_file
from recorder.event import DEAD_LETTERS, RECORDINGS, Media, dead_letter, folder_of, is_about, recording
from recorder.health import Health
from recorder.media import METADATA, locate, media_files, read_metadata_file
from recorder.probe import probe
from recorder.publish import Publisher
from recorder.rooms import BadMetadata, Meeting, read_file_name, read_metadata
from recorder.settings import Settings
from recorder.spool import Marker, Spool
from recorder.sweep import find_forgotten, media_of

log = logging.getLogger(__name__)

T = TypeVar("T")

SWEEP_S = 60.0
RETRY_FIRST_S, RETRY_MOST_S = 1.0, 60.0
CLOCK_MS = 2000
"""A file may be so much younger than its marker: file systems keep time coarsely."""


class DeadMarker(Exception):
    """A marker that nothing can be done with."""


class Agent:
    """Works through the spool. `now_ms` is the wall clock; passing faults are retried for ever, capped."""

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        publisher: Publisher,
        health: Health,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self._settings, self._spool, self._publisher, self._health = settings, spool, publisher, health
        self._now_ms = now_ms
        self._retries: dict[Path, tuple[float, float]] = {}

    async def run(self) -> None:
        """Until cancelled. A cancelled copy leaves its `.part` and its marker, and is begun again at the next start."""
        beating = asyncio.create_task(self._beat())
        swept_at = -SWEEP_S
        try:
            while True:
                if time.monotonic() - swept_at >= SWEEP_S:
                    swept_at = time.monotonic()
                    await self.sweep()
                await self.work()
                await asyncio.sleep(self._settings.poll_seconds)
        finally:
            beating.cancel()

    async def sweep(self) -> None:
        """Write a marker for each directory that Jibri has forgotten."""
        quiet_ms = round(self._settings.quiet_minutes * 60_000)
        now = self._now_ms()
        try:
            self._spool.prepare()
            for directory in find_forgotten(self._settings.recordings, self._spool, quiet_ms, now):
                self._spool.drop(directory, now)
                self._health.swept += 1
                log.info("found a recording without marker", extra={"session": directory.name})
            self._health.faults.pop("recordings", None)
        except OSError as error:
            self._health.faults["recordings"] = str(error)
            log.warning("cannot sweep", extra={"error": str(error)})

    async def work(self) -> int:
        """One attempt at each marker whose turn it is; the number of markers that still wait."""
        try:
            markers = self._spool.pending()
        except OSError as error:
            self._health.faults["spool"] = str(error)
            log.warning("cannot read the spool", extra={"error": str(error)})
            return 1
        self._health.faults.pop("spool", None)
        self._health.pending = len(markers)
        here = {marker.path for marker in markers}
        self._retries = {path: turn for path, turn in self._retries.items() if path in here}
        for marker in markers:
            if self._retries.get(marker.path, (0.0, 0.0))[1] <= time.monotonic():
                await self._attempt(marker)
        if not self._retries:
            self._health.faults.pop("markers", None)
        return self._health.pending

    async def _attempt(self, marker: Marker) -> None:
        try:
            await self._settle(marker)
        except OSError as error:  # disk, share, network, Kafka: it passes
            pause = min(self._retries.get(marker.path, (RETRY_FIRST_S / 2, 0.0))[0] * 2, RETRY_MOST_S)
            self._retries[marker.path] = pause, time.monotonic() + pause
            self._health.retries += 1
            self._health.faults["markers"] = f"tried again; the last fault: {error}"
            log.warning("will try again", extra={"marker": marker.path.name, "error": str(error), "again_s": pause})
            return
        self._retries.pop(marker.path, None)
        self._health.pending -= 1

    async def _settle(self, marker: Marker) -> None:
        try:
            await self._process(marker)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of our own meets the same file again and must not stop the next
            await self._bury(marker, error)
        else:
            self._spool.finish(marker)

    async def _process(self, marker: Marker) -> None:
        directory = locate(self._settings.recordings, marker.directory)
        if directory is None:
            if self._spool.finished_before(marker):
                return
            raise DeadMarker("there is no such directory among the recordings")
        files = media_files(directory)
        if not files:
            raise DeadMarker("there is no media file in the directory")
        # A younger file is being written by the next recording of the session: its own marker or the sweep takes it.
        media = {path: media_of(path) for path in files}
        ready = {path: state for path, state in media.items() if state.ended_at <= marker.ts + CLOCK_MS}
        metadata = read_metadata_file(directory)
        fault = None
        try:
            meeting = None if metadata is None else read_metadata(metadata, self._settings.prefixes)
        except BadMetadata as error:
            meeting, fault = None, error
        for path, state in ready.items():
            if not is_about(self._spool.recall(state.recording_id), state):
                await self._take(path, state, meeting or read_file_name(path.stem, self._settings.prefixes))
        if fault is not None:  # the recording is safe by now; a person may want to see what Jibri wrote
            await self._send_dead_letter(directory.name, marker.ts, fault, metadata or b"")
        if self._settings.delete_local:
            _delete(directory, ready)

    async def _take(self, path: Path, media: Media, meeting: Meeting) -> None:
        settings = self._settings
        verdict = await in_thread(lambda halt: probe(path, settings.min_seconds))
        if not settings.target.is_dir():
            raise FileNotFoundError(f"the target folder is missing: {settings.target}")
        target = settings.target / folder_of(media, verdict, meeting.lead_id) / media.file
        copied = await in_thread(lambda halt: copy_file(path, target, halt))
        if copied.size != media.size:
            raise OSError(errno.EAGAIN, "the recording changed while it was copied", str(path))
        place = copied.path.relative_to(settings.target).as_posix()
        record = recording(media, verdict, meeting, place, copied.sha256, settings.host)
        self._health.copied_bytes += copied.size
        await self._publisher.publish(RECORDINGS, media.recording_id, record)
        self._spool.remember(media.recording_id, record, media.ended_at)
        self._health.published[verdict.status] += 1
        self._health.last_published_ms = self._now_ms()
        log.info(
            "published",
            extra={"recording": media.recording_id, "status": verdict.status, "bytes": copied.size, "path": place},
        )

    async def _bury(self, marker: Marker, error: Exception) -> None:
        log.error("marker given up", extra={"marker": marker.path.name, "error": repr(error)})
        await self._send_dead_letter(marker.path.name, marker.ts, error, marker.content)
        self._spool.give_up(marker)
        self._health.failed += 1

    async def _send_dead_letter(self, name: str, ts: int, error: Exception, payload: bytes) -> None:
        letter = dead_letter(name, ts, type(error).__name__, str(error), payload)
        await self._publisher.publish(DEAD_LETTERS, "spool/0", letter)

    async def _beat(self) -> None:
        while True:
            self._health.beat = self._health.clock()
            if self._publisher.failing:
                self._health.faults["kafka"] = "the broker takes no records"
            else:
                self._health.faults.pop("kafka", None)
            await asyncio.sleep(1.0)


async def in_thread(work: Callable[[Event], T]) -> T:
    """`work` in a thread; when the waiting is cancelled, its `halt` event is set."""
    halt = Event()
    try:
        return await asyncio.to_thread(work, halt)
    except asyncio.CancelledError:
        halt.set()
        raise


def _delete(directory: Path, published: dict[Path, Media]) -> None:
    """Delete what is on the share and in Kafka; the folder too when nothing else is left in it."""
    for path, state in published.items():
        if media_of(path) == state:
            path.unlink()
    if not media_files(directory):
        (directory / METADATA).unlink(missing_ok=True)
    if not any(directory.iterdir()):
        directory.rmdir()
