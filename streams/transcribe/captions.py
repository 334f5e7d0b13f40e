"""A transcript as a person or a player takes it: SRT, WebVTT, plain text, JSON. Pure.

SRT and WebVTT: lines of at most `LINE` characters, at most two a caption, a caption of at most `LONGEST_MS`
(the usual rules of subtitling; W3C WebVTT 1.0 for the escapes).
"""

import textwrap
from collections.abc import Callable, Iterable, Sequence

import msgspec

from processors.utterances import utterances as by_pauses
from schemas.events import Utterance
from schemas.sources import SegmentNote, Word
from schemas.transcription import Part, SpokenUtterance, SpokenWord, Transcription
from schemas.types import Millis

LINE = 42
LINES = 2
LONGEST_MS = 7000
SHORTEST_MS = 700


class Text(msgspec.Struct, frozen=True):
    """What is written out: times in ms from the recording's start. `flaws`: what is wrong with it, in Russian."""

    words: list[Word]
    duration_ms: Millis
    engine: str
    model: str
    utterances: list[Utterance] = []
    segments: list[SegmentNote] = []
    failed_segments: list[tuple[int, int]] = []
    flaws: list[str] = []

    @property
    def said(self) -> list[Utterance]:
        """The readable text, or the words between pauses."""
        return self.utterances or by_pauses(self.words)


def srt(text: Text) -> str:
    """SubRip: numbered captions, commas in the times, CRLF not needed by any player."""
    captions = enumerate(_captions(text.said), start=1)
    return "\n".join(f"{n}\n{_time(a, ',')} --> {_time(b, ',')}\n{body}\n" for n, (a, b, body) in captions)


def vtt(text: Text) -> str:
    """WebVTT; a speaker is a voice tag."""
    escaped = (_escaped(utterance) for utterance in text.said)
    cues = [f"{_time(a, '.')} --> {_time(b, '.')}\n{body}\n" for a, b, body in _captions(escaped, voice="<v {}>")]
    return "\n".join(["WEBVTT\n", *cues])


def txt(text: Text) -> str:
    """A line an utterance, with its time; gaps are told where they are."""
    lines = [(u.start_ms, f"{_who(u, '{}: ')}{u.text}") for u in text.said]
    lines += [(start, f"[не распознано до {_clock(end)}]") for start, end in text.failed_segments]
    return "".join(f"[{_clock(at)}] {line}\n" for at, line in sorted(lines))


def json(text: Text) -> str:
    """All of it, for a program (`schemas.transcription`)."""
    written = Transcription(
        text="\n".join(f"{_who(said, '{}: ')}{said.text}" for said in text.said),
        utterances=[SpokenUtterance(u.start_ms / 1000, u.end_ms / 1000, u.speaker, u.text) for u in text.said],
        words=[SpokenWord(w.text, w.start_ms / 1000, w.end_ms / 1000, w.confidence, w.speaker) for w in text.words],
        engine=text.engine,
        model=text.model,
        duration=text.duration_ms / 1000,
        flaws=text.flaws,
        parts=[
            Part(n.start_ms / 1000, n.end_ms / 1000, n.engine, n.model, n.track, n.billed_units) for n in text.segments
        ],
    )
    return msgspec.json.format(msgspec.json.encode(written), indent=2).decode() + "\n"


FORMATS: dict[str, Callable[[Text], str]] = {"json": json, "srt": srt, "vtt": vtt, "txt": txt}


Caption = tuple[int, int, str]
"""From, to in ms, and the lines."""


def _captions(said: Iterable[Utterance], voice: str = "{}: ") -> list[Caption]:
    """Captions in order; none begins before the former one ends, so players show one at a time."""
    captions: list[Caption] = []
    for utterance in said:
        for start, end, body in _parts(utterance, _who(utterance, voice)):
            begin = max(start, captions[-1][1] if captions else 0)
            captions.append((begin, max(end, begin + 1), body))
    return captions


def _parts(utterance: Utterance, who: str) -> Iterable[Caption]:
    """An utterance cut to captions that fit; time is shared out by the number of characters."""
    lines = textwrap.wrap(utterance.text, LINE) or [""]
    length_ms = max(utterance.end_ms - utterance.start_ms, SHORTEST_MS)
    wanted = max(-(-len(lines) // LINES), -(-length_ms // LONGEST_MS))
    per_caption = max(1, -(-len(lines) // wanted))
    groups = [lines[at : at + per_caption] for at in range(0, len(lines), per_caption)]
    total = sum(map(_length, groups)) or 1
    done = 0
    for group in groups:
        start = utterance.start_ms + length_ms * done // total
        done += _length(group)
        end = utterance.start_ms + length_ms * done // total
        yield start, min(end, start + LONGEST_MS), who + "\n".join(group)


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines))


def _who(utterance: Utterance, form: str) -> str:
    return form.format(utterance.speaker) if utterance.speaker else ""


def _escaped(utterance: Utterance) -> Utterance:
    def plain(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    speaker = plain(utterance.speaker) if utterance.speaker else None
    return msgspec.structs.replace(utterance, text=plain(utterance.text), speaker=speaker)


def _time(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{ms:03}"


def _clock(ms: int) -> str:
    return _time(ms, ".")[:8]
