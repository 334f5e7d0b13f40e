"""One marker: media files → prepare → deliver → publish → note → local files. With an OSError the marker waits."""

import asyncio
import errno
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

from recorder.crew import Crashed, Crew, Stalled
from recorder.disposal import dispose
from recorder.event import DEAD_LETTERS, RECORDINGS, Media, dead_letter, folder_of, is_about, note_of, recording
from recorder.health import Health
from recorder.jobs import Deliver, Delivered, Place, Prepare, Prepared, Probe
from recorder.media import locate, look_at_recordings, media_files, printable, read_metadata_file
from recorder.publish import Publisher
from recorder.rooms import BadMetadata, Meeting, read_file_name, read_metadata
from recorder.settings import Settings
from recorder.spool import Marker, Spool
from recorder.sweep import media_of

log = logging.getLogger(__name__)

READ_ATTEMPTS = 3
"""A file that so often kills or stops its reader is published as damaged; once may be the host's lack of memory."""
CLOCK_MS = 2000
"""A file may be so much younger than its marker: file systems keep time coarsely."""


class DeadMarker(Exception):
    """A marker that nothing can be done with."""


class Handover:
    """Takes recordings to the target and to Kafka. At most `parallel` of them are probed or copied at once; any
    number waits for the broker.
    """

    def __init__(
        self,
        settings: Settings,
        spool: Spool,
        crew: Crew,
        publisher: Publisher,
        health: Health,
        now_ms: Callable[[], int],
    ) -> None:
        self._settings, self._spool, self._crew, self._publisher = settings, spool, crew, publisher
        self._health, self._now_ms = health, now_ms
        self._lanes = asyncio.Semaphore(settings.parallel)
        self._prepared: dict[Media, Prepared] = {}
        self._failures: Counter[Media] = Counter()

    async def take(self, marker: Marker) -> None:
        """Do what the marker asks. Raises OSError when it is to be tried again; any other exception ends the marker."""
        look_at_recordings(self._settings)
        directory = locate(self._settings.recordings, marker.directory)
        if directory is None:
            if self._spool.finished_before(marker):
                self._spool.finish(marker)
                return
            raise DeadMarker("there is no such directory among the recordings")
        files = media_files(directory)
        if not files:
            raise DeadMarker("there is no media file in the directory")
        # A younger file is being written by the next recording of the session: its own marker or the sweep takes it.
        media = {path: media_of(directory, path) for path in files}
        ready = {path: state for path, state in media.items() if state.ended_at <= marker.ts + CLOCK_MS}
        await self._take_files(directory, ready, marker)
        self._spool.finish(marker)  # before the clean-up: a marker never stands for a directory that is half gone
        try:
            self._health.disposed += dispose(directory, ready.items(), self._settings.local)
        except OSError as error:  # the next sweep tries again, and tells it
            log.warning("local files not cleared yet", extra={"session": directory.name, "error": str(error)})

    async def bury(self, marker: Marker, error: Exception) -> None:
        """Put the marker aside, with a dead letter. Raises OSError."""
        log.error("marker given up", extra={"marker": marker.path.name, "error": repr(error)})
        await self._send_dead_letter(marker.path.name, marker.ts, error, marker.content)
        self._spool.give_up(marker, self._now_ms())
        self._health.failed += 1

    async def _take_files(self, directory: Path, ready: dict[Path, Media], marker: Marker) -> None:
        metadata = meeting = fault = None
        try:
            metadata = read_metadata_file(directory)
            meeting = None if metadata is None else read_metadata(metadata, self._settings.prefixes)
        except BadMetadata as error:
            fault = error
        new = {path: one for path, one in ready.items() if not is_about(self._spool.recall(one.recording_id), one)}
        if below := [media.file for path, media in new.items() if path.parent != directory]:
            log.info("files of a sub-folder", extra={"session": directory.name, "count": len(below), "first": below[0]})
        waits: list[OSError] = []
        for path, media in new.items():
            try:
                await self._take_file(path, media, meeting or read_file_name(path.stem, self._settings.prefixes))
            except OSError as error:  # the others of this directory do not wait for it
                waits.append(error)
        if waits:
            raise waits[0]
        if fault is not None:  # the recording is safe by now; a person may want to see what Jibri wrote
            await self._send_dead_letter(printable(directory.name), marker.ts, fault, metadata or b"")

    async def _take_file(self, path: Path, media: Media, meeting: Meeting) -> None:
        async with self._lanes:
            prepared = self._prepared.get(media) or await self._prepare(path, media)
            self._prepared[media] = prepared
            try:
                copied = await self._deliver(path, media, prepared, meeting)
            except OSError:
                if any(made and not made.exists() for made in (prepared.repaired, prepared.sound)):
                    del self._prepared[media]  # someone emptied our work folder: it is made again
                raise
        del self._prepared[media]
        verdict, root = prepared.verdict, self._settings.target
        folder = root / folder_of(media, verdict, meeting.lead_id)
        told_file = copied.original.path.relative_to(folder).as_posix()
        told = replace(media, file=told_file, size=copied.published.size)
        place = copied.published.path.relative_to(root).as_posix()
        record = recording(told, verdict, meeting, place, copied.published.sha256, self._settings.host)
        await self._publisher.publish(RECORDINGS, told.recording_id, record)
        self._spool.remember(media.recording_id, note_of(record, media), media.ended_at)
        self._spool.clear(media.recording_id)
        self._health.published[verdict.status] += 1
        self._health.last_published_ms = self._now_ms()
        log.info("published", extra={"recording": told.recording_id, "status": verdict.status, "path": place})

    async def _prepare(self, path: Path, media: Media) -> Prepared:
        settings = self._settings
        job = Prepare(path, self._spool.work_of(media.recording_id), settings.min_seconds, settings.audio)
        try:
            prepared = await self._crew.prepare(job)
        except (Crashed, Stalled) as error:
            self._health.crashes += 1
            self._failures[media] += 1
            if self._failures[media] < READ_ATTEMPTS:
                raise OSError(errno.EIO, f"the reader failed: {error}") from error
            log.error("a recording cannot be read", extra={"recording": media.recording_id, "error": str(error)})
            return Prepared(Probe("damaged", error=f"the reader failed: {error}"))
        self._health.repaired += prepared.repaired is not None
        if prepared.sound_error:
            self._health.sound_failed += 1
            log.warning("no sound file", extra={"recording": media.recording_id, "error": prepared.sound_error})
        return prepared

    async def _deliver(self, path: Path, media: Media, prepared: Prepared, meeting: Meeting) -> Delivered:
        settings = self._settings
        mine = blake2b(settings.host.encode(), digest_size=4).hexdigest()
        job = Deliver(
            place_of(settings),
            path,
            folder_of(media, prepared.verdict, meeting.lead_id),
            media.file,
            media.size,
            media.ended_at,
            f".{media.recording_id}-{mine}.part",
            self._spool.lock,
            int(media.recording_id, 16) >> 1,  # an offset is signed
            prepared.repaired,
            prepared.sound,
            settings.copy_mb_per_second * 1e6,
        )
        try:
            done = await self._crew.deliver(job)
        except Crashed as error:
            self._health.crashes += 1
            raise OSError(errno.EIO, f"the copy failed: {error}") from error
        self._health.copied_bytes += done.published.size
        self._health.resumed_bytes += done.original.resumed
        self._health.target_free = done.free
        extra = {"recording": media.recording_id, "bytes": done.original.size, "resumed": done.original.resumed}
        log.info("copied", extra=extra)
        return done

    async def _send_dead_letter(self, name: str, ts: int, error: Exception, payload: bytes) -> None:
        letter = dead_letter(name, ts, type(error).__name__, str(error), payload)
        await self._publisher.publish(DEAD_LETTERS, "spool/0", letter)


def place_of(settings: Settings) -> Place:
    """The target as the settings describe it."""
    reserve = round(settings.target_free_mb * 1e6)
    return Place(settings.target, settings.target_mount, reserve, settings.umask, settings.owner)
