"""One recording from file to words: decode → plan → engines, segments side by side → one list."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from schemas.events import Utterance
from schemas.sources import SegmentNote, Word
from schemas.speech import FinishedSegment
from streams.engine import metrics
from streams.engine.workplace import workplace
from streams.speech.faults import EngineError
from streams.transcribe.engines.fallback import Course, Lineup, NoMemory
from streams.transcribe.engines.guard import Guarded
from streams.transcribe.engines.interface import SpeechEngine
from streams.transcribe.merge import Heard, joined, verify
from streams.transcribe.sound.apart import apart
from streams.transcribe.sound.audio import Segment
from streams.transcribe.sound.plan import Bounds, Lengths
from streams.transcribe.sound.prepare import Part, prepare

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with (segments done, segments in all), first with 0."""

SILENT = "нет звука: проверьте микрофон или Jibri"
"""What is told of a recording in which nobody can be heard: nothing is sent to an engine."""


@dataclass(frozen=True, slots=True)
class TranscribedAudio:
    """`words` in order of time, ms from the recording's start. `failed_segments`: [start_ms, end_ms) without words.

    `engine` and `model` did most of it; `notes` tell it for each segment. `utterances` as in `Transcript`.
    `degraded`: a segment failed, or the file was damaged. `flaw` says how, and tells that there is no sound at all.
    """

    words: list[Word]
    utterances: list[Utterance]
    failed_segments: list[tuple[int, int]]
    notes: list[SegmentNote]
    engine: str
    model: str
    duration_ms: int
    segments: int
    degraded: bool
    flaw: str


OnCourse = Callable[[int], Course]
"""From the number of segments to the way they go."""


async def transcribe(
    audio_path: Path, engine: SpeechEngine, bounds: Bounds, spool: Path, progress: Progress | None = None
) -> TranscribedAudio:
    """The words of a media file by one engine; as `transcribe_on`."""
    lineup = Lineup((Guarded(engine),))
    return await transcribe_on(audio_path, lambda parts: Course(lineup, parts, NoMemory()), bounds, spool, progress)


async def transcribe_on(
    audio_path: Path, on_course: OnCourse, bounds: Bounds, spool: Path, progress: Progress | None = None
) -> TranscribedAudio:
    """The words of a media file, each of its tracks by itself. Needs 1.9 MB a minute and track in `spool`.

    A segment that every engine refuses is reported in `failed_segments`. Raises `decode.Unreadable` for a file without
    sound, `EngineError` where the engines as a whole are at fault or a fault is passing (nothing is wrong with the
    recording: try later), `Transient` for storage faults and a recording that waits, `RecordFault` where the decoder
    died of the file. Segments that were begun are finished first, so what is paid for is kept.
    """
    with workplace(spool) as folder:
        parts, audios = await apart(prepare, audio_path, folder, Lengths.of(bounds))
        duration_ms = max(audio.duration_ms for audio in audios)
        log.info("recording planned", extra={"duration_ms": duration_ms, "segments": len(parts)})
        course = on_course(len(parts))
        heard, failed = await _hear_all(parts, course, progress or _quiet)
    verify([p.place for p in parts], heard, failed)
    words, utterances, repeats = joined(heard)
    metrics.SPEECH_REPEATS.labels("cut").inc(repeats)
    flaws = [audio.flaw for audio in audios] + ([] if parts else [SILENT])
    flaw = "; ".join(dict.fromkeys(filter(None, flaws)))
    engine, model = _main(heard) or course.first
    return TranscribedAudio(
        words=words,
        utterances=utterances,
        failed_segments=[(part.own_start_ms, part.own_end_ms) for _, part in failed],
        notes=[finished.note for _, _, finished in heard],
        engine=engine,
        model=model,
        duration_ms=duration_ms,
        segments=len(parts),
        degraded=bool(failed) or any(audio.damaged for audio in audios),
        flaw=flaw,
    )


def soundless(course: Course) -> TranscribedAudio:
    """Of a file without a sound track, or with an empty one: a meeting that was recorded without sound."""
    engine, model = course.first
    return TranscribedAudio([], [], [], [], engine, model, 0, 0, degraded=False, flaw=SILENT)


async def _hear_all(
    parts: list[Part], course: Course, progress: Progress
) -> tuple[list[Heard], list[tuple[str, Segment]]]:
    """Every segment's words, in order, and the segments without. The engines limit how many go at once.

    The longest start first: a long one that started last would keep the others' places empty at the end.
    """
    finished = count(1)
    progress(0, len(parts))

    async def hear(part: Part) -> FinishedSegment:
        answer = part.times.finished(await course.hear(part.track, part.audio, part.segment))
        progress(next(finished), len(parts))
        return answer

    heard: list[Heard] = []
    failed: list[tuple[str, Segment]] = []
    order = sorted(range(len(parts)), key=lambda place: -parts[place].length_ms)
    # a failure does not cancel the neighbours: their sessions are paid for
    ended = await asyncio.gather(*(hear(parts[place]) for place in order), return_exceptions=True)
    answers = dict(zip(order, ended, strict=True))
    failures = [answer for answer in ended if isinstance(answer, BaseException) and not _only_this_segment(answer)]
    if failures:  # one that is of the surroundings says more than those of the record
        raise min(failures, key=lambda failure: getattr(failure, "of_record", False))
    for place, part in enumerate(parts):
        answer = answers[place]
        if isinstance(answer, BaseException):
            progress(next(finished), len(parts))
            failed.append(part.place)
        else:
            heard.append(Heard(*part.place, answer))
    return heard, failed


def _only_this_segment(error: BaseException) -> bool:
    return isinstance(error, EngineError) and not error.engine_wide and not error.retriable


def _main(heard: list[Heard]) -> tuple[str, str] | None:
    """The engine and model that did most of the sound; None where there was none."""
    lengths: dict[tuple[str, str], int] = {}
    for _, segment, finished in heard:
        by = (finished.note.engine, finished.note.model)
        lengths[by] = lengths.get(by, 0) + segment.own_end_ms - segment.own_start_ms
    return max(lengths, key=lambda by: lengths[by], default=None)


def _quiet(_done: int, _all: int) -> None: ...
