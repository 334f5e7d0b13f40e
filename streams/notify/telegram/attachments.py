"""Files that come in messages: fetched while their links live, kept beside the recordings; voices go to transcription.

A file that is too large is told in the message's text (`processors.normalize.telegram_files`), one that Telegram does
not give in the log and by a metric; the message is in the client's history anyhow, with its kind. Nothing here holds up
anything but the files behind it.
"""

import asyncio
import hashlib
import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from processors.normalize.telegram_files import LARGEST
from processors.normalize.telegram_voice import Attached, attached
from schemas.codec import Codec, Rejected
from schemas.errors import RecordFault, Refused, Transient
from schemas.sources import FromJitsi, Inbound, Recording
from schemas.topics import DAY_MS, RECORDINGS
from streams.clients.bot_calls import BotCalls
from streams.engine import metrics
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.places import look_at_share
from streams.engine.settle import Batch, Outcome
from streams.settings import Settings

log = logging.getLogger(__name__)

OLDEST_MS: Final = 3 * DAY_MS
"""What was sent earlier is not fetched: who turns this on does not want the files of a month."""
AWAY_S: Final = 10.0
FOLDER: Final = "telegram"
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")

_INBOUND: Codec[Inbound] = Codec(Inbound)
_RECORDING: Codec[FromJitsi] = Codec(FromJitsi)


class _Told(msgspec.Struct, frozen=True):
    file_path: str


_TOLD: Codec[_Told] = Codec(_Told)


class Attachments:
    """Settle's `Process` over `source.telegram`. What cannot be read is the pipeline's dead letter, not ours too."""

    def __init__(self, calls: BotCalls, settings: Settings, clock: Clock) -> None:
        self._calls, self._clock, self._wanted = calls, clock, settings.telegram.files
        self._root, self._mount = settings.speech.recordings, settings.speech.recordings_mount

    async def __call__(self, batch: Batch) -> Outcome:
        """Fetch the files of a batch, one after the other; the recordings that come of it are its outputs."""
        outcome = Outcome()
        for record in batch.records:
            inbound = _INBOUND.decode(record.value)
            found = None if isinstance(inbound, Rejected) else attached(inbound)
            if isinstance(inbound, Rejected) or found is None or not self._is_wanted(found):
                continue
            recording = await self._kept(found, inbound)
            if recording is not None:
                outcome.outputs.append(Output(RECORDINGS.name, found.id.encode(), _RECORDING.encode(recording)))
        return outcome

    def _is_wanted(self, found: Attached) -> bool:
        return (found.spoken or self._wanted == "all") and self._clock() - found.said_at <= OLDEST_MS

    async def _kept(self, found: Attached, inbound: Inbound) -> Recording | None:
        """The file on the disk; a recording of it where somebody speaks."""
        file, outcome = found.file, "kept"
        path = None
        if file.file_size > LARGEST or not _SAFE.fullmatch(file.file_unique_id):
            outcome = "too_large"
        else:
            try:
                path = await self._fetched(found)
            except Refused as error:
                log.warning("a file is not given", extra={"kind": found.kind, "error": str(error)})
                outcome = "refused"
        metrics.TELEGRAM_FILES.labels(found.kind, outcome).inc()
        if path is None:
            log.info("a message is kept without its file", extra={"kind": found.kind, "outcome": outcome})
            return None
        return await asyncio.to_thread(self._recording, found, inbound, path) if found.spoken else None

    async def _fetched(self, found: Attached) -> Path:
        """Where the file lies; it is whole there or not at all. Raises `Transient`, `Refused`."""
        await asyncio.to_thread(self._ready)
        day = datetime.fromtimestamp(found.said_at / 1000, UTC).strftime("%Y-%m-%d")
        stem = self._root / FOLDER / day / found.file.file_unique_id
        there = await asyncio.to_thread(lambda: next(iter(stem.parent.glob(f"{stem.name}.*")), None))
        if there is not None and there.suffix != ".part":
            return there
        told = _TOLD.decode(bytes(await self._calls.call("getFile", {"file_id": found.file.file_id})))
        if isinstance(told, Rejected):
            raise RecordFault("getFile: an answer without a path")
        content = await self._calls.file(told.file_path, LARGEST)
        suffix = Path(told.file_path).suffix.lower()
        return await asyncio.to_thread(
            _write, stem.with_suffix(suffix if _SUFFIX.fullmatch(suffix) else ".bin"), content
        )

    def _ready(self) -> None:
        if not self._root.is_absolute():  # a folder of this installation; a share is waited for, never made
            self._root.mkdir(parents=True, exist_ok=True)
        if away := look_at_share(self._root, self._mount)():
            raise Transient(f"{self._root}: {away} (speech.recordings)", AWAY_S)

    def _recording(self, found: Attached, inbound: Inbound, path: Path) -> Recording:
        content = path.read_bytes()
        length = found.file.duration * 1000
        return Recording(
            recording_id=found.id,
            session_id=found.id,
            file=path.name,
            path=str(path.relative_to(self._root)),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            room="",
            started_at=found.said_at,
            ended_at=found.said_at + length,
            duration_ms=length,
            status="ok",
            said_in=inbound,
        )


def _write(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        return part.replace(path)
    except OSError as error:
        raise Transient(f"a file cannot be written: {error.strerror} (speech.recordings)", AWAY_S) from None
