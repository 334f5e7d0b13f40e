"""Any media file → 16 kHz mono s16le in a spooled file, frame by frame, so memory does not grow with the meeting."""

import errno
import re
from pathlib import Path
from typing import Any, NamedTuple

from processors.russian.system import os_reason
from schemas.errors import Transient
from streams.engine.cutting import is_tracks
from streams.transcribe.sound.audio import RATE, Audio
from streams.transcribe.sound.channels import Channels, names
from streams.transcribe.sound.sound_file import Blocks, FileAway, NoSound, SoundFile, Unreadable
from streams.transcribe.sound.tails import broken_off, gapless, tells_length

__all__ = ["Unreadable", "Voice", "decode", "tracks", "voices"]


class Voice(NamedTuple):
    """Sound with the name of who speaks in it; the name is empty where the file has only one sound."""

    name: str
    audio: Audio


def tracks(path: Path) -> list[str]:
    """Names of the audio streams, one for each; a single one has none, but in a file of a meeting's tracks.

    Where the file cannot be opened it is one nameless stream, and `decode` says what is wrong.
    """
    titles = _titles(path)
    if len(titles) <= 1:
        return titles if titles and is_tracks(path.name) else [""]
    named = [title or f"{number}" for number, title in enumerate(titles, start=1)]
    return [name if named.count(name) == 1 else f"{name} ({at})" for at, name in enumerate(named, start=1)]


def voices(path: Path, folder: Path, *, track: int = 0, name: str = "") -> list[Voice]:
    """The audio stream `track`, called `name`, in files of `folder`: one sound, or one for each channel.

    Channels are taken apart where they carry different people, and one is taken where mixing would silence somebody
    (`channels.py`); only then is the stream decoded twice. Raises as `decode`.
    """
    whole = folder / f"audio-{track}.pcm"
    channels = Channels()
    audios = _decode(path, track, SoundFile([whole]), channels)
    chosen = channels.chosen()
    if not chosen:
        return [Voice(name, *audios)]
    whole.unlink()
    apart = [folder / f"audio-{track}-{channel}.pcm" for channel in chosen]
    audios = _decode(path, track, SoundFile(apart, chosen))
    who = [name] if len(chosen) == 1 else names(name, _titles(path)[track], len(chosen))
    return [Voice(*pair) for pair in zip(who, audios, strict=True)]


def decode(path: Path, into: Path, *, track: int = 0) -> Audio:
    """Decode an audio stream of `path`, its channels mixed, into the file `into`. Blocking.

    A damaged tail is cut off and marked, where the file tells that there was more: MP3 without a Xing header, WAV and
    Matroska written to a pipe may end anywhere. Sample 0 is the container's start, so times fit the video.
    Raises `Unreadable` (missing, no index, no audio, nothing decodable), `FileAway` (not to be read now)
    and `Transient` (no room for `into`).
    """
    return _decode(path, track, SoundFile([into]))[0]


def _decode(path: Path, track: int, spool: SoundFile, channels: Channels | None = None) -> list[Audio]:
    import av  # here: 16 MB of RSS that an idle worker need not hold

    try:
        with av.open(str(path), metadata_errors="ignore") as container, spool:
            if not container.streams.audio:
                raise NoSound("в файле нет звуковой дорожки")
            stream = container.streams.audio[track]
            spool.lasting_s = _lasting_s(path, container, stream)
            flaw = _read(container, stream, Blocks(spool, channels))
        holes = spool.holes() if gapless(path) else ""
        flaw = "; ".join(filter(None, (flaw, spool.flaw, holes, spool.shortfall() or _lost_end(path, spool))))
    except PermissionError as error:  # a person may set it right; of one file, so the others do not wait for it
        raise FileAway(f"{path.name}: файл не открыть, {os_reason(error)}") from error
    except (FileNotFoundError, IsADirectoryError) as error:
        raise Unreadable(f"файл не открыть: {os_reason(error)}") from error
    except OSError as error:
        raise _fault(error, path) from error
    except av.error.FFmpegError as error:
        raise Unreadable(_why(error, path)) from error
    if not spool.samples:
        raise Unreadable(f"звук не прочитать: {flaw}") if flaw else NoSound("звуковая дорожка пуста")
    return [Audio(file, spool.samples, damaged=bool(flaw), flaw=flaw) for file in spool.paths]


def _lost_end(path: Path, spool: SoundFile) -> str:
    reason = broken_off(path)
    return f"кончается на {spool.samples / RATE:.1f} с: {reason}" if reason else ""


def _titles(path: Path) -> list[str]:
    """Titles of the audio streams, empty where they have none."""
    import av

    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            return [stream.metadata.get("title", "").strip() for stream in container.streams.audio]
    except (OSError, av.error.FFmpegError):
        return []


def _read(container: Any, stream: Any, blocks: Blocks) -> str:
    """Demux and decode to the end, or to where it breaks. Returns the flaw."""
    import av
    from av.stream import Discard

    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all  # unread: a picture cut off at its place in the file must not end the sound
    origin_s = (container.start_time or 0) / 1_000_000
    broken, first_s = 0, 0.0
    try:
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:  # AAC has codes of its own beside InvalidDataError
                first_s = first_s if broken else blocks.reached_s
                broken += 1
                continue
            for frame in frames:
                if frame.time is not None:
                    blocks.advance(frame.time - origin_s)
                blocks.take(frame)
    except (av.error.InvalidDataError, av.error.EOFError):
        blocks.flush()
        return f"обрывается на {blocks.spool.samples / RATE:.1f} с, дальше данных нет или они испорчены"
    blocks.flush()
    return f"испорченных пакетов: {broken}, первый на {first_s:.1f} с" if broken else ""


def _lasting_s(path: Path, container: Any, stream: Any) -> float | None:
    """How long the sound says it lasts, in seconds. A live-written container does not know, and where there is no
    place to write it (ADTS, AC-3, AMR, MP3 without a Xing header) FFmpeg guesses it from the bit rate at the start.

    Matroska tells it in a tag; the duration that FFmpeg makes up there is the longest track's, and others left earlier.
    """
    if not tells_length(path, container.format.name):
        return None
    if told := re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d+)", stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = map(float, told.groups())
        return hours * 3600 + minutes * 60 + seconds or None
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return container.duration / 1_000_000 if container.duration and len(container.streams) == 1 else None


def _why(error: Exception, path: Path) -> str:
    """A text (Russian) for the person who looks at the dead letter. A killed Jibri leaves an mp4 without `moov`."""
    text = getattr(error, "strerror", None) or str(error)
    if path.stat().st_size == 0:
        return "файл пуст"
    if path.suffix.lower() in {".mp4", ".m4a", ".mov"}:
        return f"не читается ({text}): скорее всего, запись прервали раньше, чем был записан указатель (moov)"
    return f"не читается как звук или видео ({text})"


def _fault(error: OSError, path: Path) -> Transient | Unreadable:
    """Whose it is. FFmpeg says "Input/output error" of files too that end too early (Matroska, right behind its head):
    where every byte can be read, it is the file."""
    import av

    if error.errno == errno.ENOSPC:
        return Transient("no space left in the spool folder", retry_after=60.0)
    try:
        with path.open("rb", buffering=0) as file:
            while file.read(1 << 20):
                pass
    except OSError as fault:
        return FileAway(f"{path.name}: файл не прочитать, {os_reason(fault)}")
    if isinstance(error, av.error.FFmpegError):
        return Unreadable(_why(error, path))
    return Transient(f"storage fault while decoding: {error.strerror}", retry_after=5.0)
