"""One recording from file to words: decode → plan → engine, segment after segment → one list."""

import asyncio
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from schemas.sources import Word
from streams.speech.decode import decode
from streams.speech.engines import Audio, EngineError, Segment, SegmentResult, SpeechEngine
from streams.speech.plan import Bounds, plan

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with (segments done, segments in all), first with 0."""

FOLDER = "job-{pid}-"
"""Prefix of a job's folder in the spool, so that what a killed worker left can be told and removed."""


@dataclass(frozen=True, slots=True)
class TranscribedAudio:
    """`words` in order of time, ms from the recording's start. `failed_segments`: [start_ms, end_ms) without words.

    `degraded`: a segment failed, or the file was damaged (`flaw` says how). No words and not degraded: a silent room.
    """

    words: list[Word]
    failed_segments: list[tuple[int, int]]
    engine: str
    model: str
    duration_ms: int
    segments: int
    degraded: bool
    flaw: str


async def transcribe(
    audio_path: Path, engine: SpeechEngine, bounds: Bounds, spool: Path, progress: Progress | None = None
) -> TranscribedAudio:
    """The words of a media file. Needs 1.9 MB a minute in `spool` while it runs.

    A segment that the engine refuses is reported in `failed_segments`. Raises `decode.Unreadable` for a file without
    sound, `EngineError` where the engine as a whole is at fault or a fault is passing (nothing is wrong with the
    recording: try later), `Transient` for storage faults.
    """
    with _workplace(spool) as folder:
        audio, segments = await _prepare(audio_path, folder / "audio.pcm", bounds)
        log.info("recording planned", extra={"duration_ms": audio.duration_ms, "segments": len(segments)})
        results: list[tuple[Segment, SegmentResult]] = []
        failed: list[tuple[int, int]] = []
        for done, segment in enumerate(segments):
            if progress:
                progress(done, len(segments))
            try:
                results.append((segment, await engine.transcribe(audio, segment)))
            except EngineError as error:
                if error.engine_wide or error.retriable:
                    raise
                log.warning("segment failed", extra={"segment": segment.index, "kind": error.kind, "error": str(error)})
                failed.append((segment.own_start_ms, segment.own_end_ms))
        if progress:
            progress(len(segments), len(segments))
    return TranscribedAudio(
        words=merge(results),
        failed_segments=failed,
        engine=engine.name,
        model=engine.model,
        duration_ms=audio.duration_ms,
        segments=len(segments),
        degraded=bool(failed) or audio.damaged,
        flaw=audio.flaw,
    )


def merge(results: Iterable[tuple[Segment, SegmentResult]]) -> list[Word]:
    """Words that their segment owns, in order; starts never go back, no word ends before it starts.

    Beside a hard cut two engine runs may place one word's midpoint on both sides of it: such a twin is dropped.
    """
    merged: list[Word] = []
    for segment, result in results:
        words = [word for word in result.words if segment.owns(word)]
        if merged and words and _twins(merged[-1], words[0]):
            words = words[1:]
        for word in words:
            start = max(word.start_ms, merged[-1].start_ms if merged else 0)
            merged.append(Word(word.text, start, max(word.end_ms, start), word.confidence))
    return merged


def _twins(one: Word, other: Word) -> bool:
    return one.text == other.text and one.start_ms < other.end_ms and other.start_ms < one.end_ms


def sweep(spool: Path) -> int:
    """Remove job folders of processes that are gone; returns how many. For a spool on this machine only."""
    stale = [folder for folder in spool.glob(FOLDER.format(pid="*") + "*") if not psutil.pid_exists(_pid(folder))]
    for folder in stale:
        shutil.rmtree(folder, ignore_errors=True)
    return len(stale)


def _pid(folder: Path) -> int:
    digits = folder.name.split("-")[1]
    return int(digits) if digits.isdecimal() else 0


@contextmanager
def _workplace(spool: Path) -> Iterator[Path]:
    spool.mkdir(parents=True, exist_ok=True)
    prefix = FOLDER.format(pid=os.getpid())
    # a cancelled decode may still be writing into it: what is left then goes with the next `sweep`
    with tempfile.TemporaryDirectory(prefix=prefix, dir=spool, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def _prepare(audio_path: Path, into: Path, bounds: Bounds) -> tuple[Audio, list[Segment]]:
    stop = threading.Event()

    def decode_and_plan() -> tuple[Audio, list[Segment]]:
        audio = decode(audio_path, into, stop)
        return audio, plan(audio.pcm(), bounds)

    try:
        return await asyncio.to_thread(decode_and_plan)
    finally:
        stop.set()  # a cancelled job must not hold the process at its end
