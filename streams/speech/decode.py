"""Any media file → 16 kHz mono s16le in a spooled file, frame by frame, so memory does not grow with the meeting."""

import errno
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from schemas.errors import Terminal, Transient
from streams.speech.engines import RATE, Audio

GAP_S = 0.1
"""A hole in the source's time stamps longer than this becomes silence, so later words keep their times."""
SHORT_S = 1.0
"""Missing sound at the end that still counts as whole: containers round, encoders pad."""
LONGEST_S = 12 * 3600
"""Longest recording we take; also stops a broken time stamp from filling the disk with silence."""
BLOCK = 1 << 15
"""Samples resampled at once (0.7 s at 44.1 kHz): the whole decode takes 4.3 s of CPU for 90 min, 7.8 s at 1024."""


class Unreadable(Terminal):
    """There is no sound to be had from this file; the text says why."""


class Stopped(Transient):
    """The decode was told to stop."""


def tracks(path: Path) -> list[str]:
    """Names of the audio streams, one for each; a single one has none. Sound that comes in channels is one stream.

    Where the file cannot be opened it is one nameless stream, and `decode` says what is wrong.
    """
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            titles = [stream.metadata.get("title", "") for stream in container.streams.audio]
    except (OSError, av.error.FFmpegError):
        return [""]
    if len(titles) <= 1:
        return [""]
    named = [title.strip() or f"{number}" for number, title in enumerate(titles, start=1)]
    return [name if named.count(name) == 1 else f"{name} ({at})" for at, name in enumerate(named, start=1)]


def decode(path: Path, into: Path, stop: Event | None = None, *, track: int = 0) -> Audio:
    """Decode an audio stream of `path` into the file `into`. Blocking: call it in a thread.

    A damaged tail is cut off and marked. Sample 0 is the container's start, so times fit the video.
    Raises `Unreadable` (missing, no index, no audio, nothing decodable) and `Transient` (storage fault, stopped).
    """
    import av  # here: 16 MB of RSS that an idle worker need not hold

    try:
        with av.open(str(path), metadata_errors="ignore") as container, into.open("wb") as file:
            if not container.streams.audio:
                raise Unreadable("no audio stream in the file")
            stream = container.streams.audio[track]
            sound = _Track(file, _lasting_s(container, stream), stop)
            flaw = _read(container, stream, sound)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise Unreadable(f"cannot open the file: {error.strerror}") from error
    except OSError as error:
        raise _storage_fault(error) from error
    except av.error.FFmpegError as error:
        raise Unreadable(_why(error, path)) from error
    if not sound.samples:
        raise Unreadable(f"no sound could be decoded: {flaw or 'the audio stream is empty'}")
    flaw = "; ".join(filter(None, (flaw, sound.flaw, sound.shortfall())))
    return Audio(into, sound.samples, damaged=bool(flaw), flaw=flaw)


class _Track:
    """The file being written, and what went wrong on the way."""

    def __init__(self, file: BinaryIO, lasting_s: float | None, stop: Event | None) -> None:
        self.file = file
        self.lasting_s = lasting_s
        self.stop = stop
        self.samples = 0
        self.flaw = ""

    def write(self, pcm: bytes) -> None:
        if self.stop and self.stop.is_set():
            raise Stopped("decode stopped")
        if self.samples > LONGEST_S * RATE:
            raise Unreadable(f"longer than {LONGEST_S // 3600} h")
        self.file.write(pcm)
        self.samples += len(pcm) // 2

    def advance(self, to_s: float) -> None:
        """Fill up with silence to `to_s` seconds if that is a hole; a hole past the known end is a broken stamp."""
        missing = round(to_s * RATE) - self.samples
        if missing <= GAP_S * RATE:
            return
        if to_s > (LONGEST_S if self.lasting_s is None else self.lasting_s + SHORT_S):
            self.flaw = "broken time stamps"
            return
        self.file.seek(missing * 2, 1)  # a hole in a sparse file reads as zeros
        self.samples += missing

    def shortfall(self) -> str:
        if self.lasting_s is None or self.samples / RATE >= self.lasting_s - max(SHORT_S, self.lasting_s / 1000):
            return ""
        return f"ends at {self.samples / RATE:.1f} s of {self.lasting_s:.1f} s"


def _read(container: Any, stream: Any, track: _Track) -> str:
    """Demux and decode to the end, or to where it breaks. Returns the flaw."""
    import av
    from av.stream import Discard

    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all  # unread: a picture cut off at its place in the file must not end the sound
    origin_s = (container.start_time or 0) / 1_000_000
    blocks = _Blocks(track)
    broken = 0
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:  # AAC has codes of its own beside InvalidDataError
                broken += 1
                continue
            for frame in frames:
                if frame.time is not None:
                    blocks.advance(frame.time - origin_s)
                blocks.take(frame)
    except (av.error.InvalidDataError, av.error.EOFError) as error:
        blocks.flush()
        return f"breaks off at {track.samples / RATE:.1f} s: {error.strerror}"
    blocks.flush()
    return f"{broken} broken packets" if broken else ""


class _Blocks:
    """Gathers small frames into blocks and resamples those. A stream may change rate or layout in the middle."""

    def __init__(self, track: _Track) -> None:
        self._track = track
        self._shape: tuple[str, str, int] | None = None
        self._fifo: Any = None
        self._resampler: Any = None

    def take(self, frame: Any) -> None:
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self._shape:
            self._restart(shape)
        frame.pts = None  # time is kept by `advance`; the fifo would refuse jumps
        self._fifo.write(frame)
        while block := self._fifo.read(BLOCK):
            self._resample(block)

    def advance(self, to_s: float) -> None:
        """Bring out what is held back if `to_s` may be past a hole, so the hole is filled at its place."""
        held = self._fifo.samples / self._fifo.sample_rate if self._fifo else 0.0
        if to_s - held - self._track.samples / RATE > GAP_S:
            self.flush()
            self._track.advance(to_s)

    def flush(self) -> None:
        if self._shape is None:
            return
        if block := self._fifo.read(0, partial=True):
            self._resample(block)
        self._resample(None)
        self._shape = None

    def _restart(self, shape: tuple[str, str, int]) -> None:
        import av

        self.flush()
        self._shape = shape
        self._fifo = av.AudioFifo()
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)

    def _resample(self, block: Any) -> None:
        for out in self._resampler.resample(block):
            self._track.write(bytes(out.planes[0])[: out.samples * 2])


def _lasting_s(container: Any, stream: Any) -> float | None:
    """How long the sound says it lasts, in seconds. A live-written container does not know."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration else None


def _why(error: Exception, path: Path) -> str:
    """A text for the person who looks at the dead letter. A killed Jibri leaves an mp4 without `moov`."""
    text = getattr(error, "strerror", None) or str(error)
    if path.stat().st_size == 0:
        return "the file is empty"
    if path.suffix.lower() in {".mp4", ".m4a", ".mov"}:
        return f"cannot be read ({text}): most likely the recorder was killed before it wrote the index (moov)"
    return f"cannot be read as media ({text})"


def _storage_fault(error: OSError) -> Transient:
    if error.errno == errno.ENOSPC:
        return Transient("no space left in the spool folder", retry_after=60.0)
    return Transient(f"storage fault while decoding: {error.strerror}", retry_after=5.0)
