"""What the job made → the transcript record, with who did which part. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from schemas.sources import Recording, SegmentNote, Transcript
from schemas.speech import TOY_MODEL
from streams.transcribe.job import TranscribedAudio


def shares(notes: Sequence[SegmentNote]) -> dict[str, float]:
    """Each engine's part of the sound that was transcribed, 0..1."""
    lengths: dict[str, int] = {}
    for note in notes:
        lengths[note.engine] = lengths.get(note.engine, 0) + note.end_ms - note.start_ms
    total = sum(lengths.values())
    return {engine: round(length / total, 4) for engine, length in lengths.items()} if total else {}


def marked(heard: TranscribedAudio) -> TranscribedAudio:
    """With the mark that the test model did some of it."""
    if not any(note.engine == "vosk" for note in heard.notes):
        return heard
    flaw = "; ".join(filter(None, (TOY_MODEL, heard.flaw)))
    return replace(heard, flaw=flaw, degraded=True)


def transcript_of(
    recording: Recording, version: int, heard: TranscribedAudio, is_fallback: Callable[[str], bool], seconds: float
) -> Transcript:
    """The record of `source.transcripts`. `seconds` of wall time."""
    return Transcript(
        recording=recording,
        version=version,
        engine=heard.engine,
        model=heard.model,
        words=heard.words,
        degraded=heard.degraded or any(is_fallback(note.engine) for note in heard.notes),
        failed_segments=heard.failed_segments,
        shares=shares(heard.notes),
        segments=heard.notes,
        utterances=heard.utterances,
        punctuated=bool(heard.notes) and all(note.punctuated for note in heard.notes),
        flaw=heard.flaw,
        seconds=round(seconds, 2),
    )
