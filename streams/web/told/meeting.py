"""A meeting in words: minutes whose every item leads to its second, the transcript, who spoke how long."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerting.minutes import engine_words
from processors.pages import Meeting
from processors.russian.dates import iso_date, length, moment, place
from processors.tracks.entry import TRACKS
from schemas.minutes import UNKNOWN, Action, Minutes, Point


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the minutes; `at`: the second at which it was said, as words and as a number (-1: not known)."""

    text: str
    quote: str
    at_words: str
    at: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the minutes with at least one line."""

    title: str
    items: list[Item]


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance of the transcript."""

    number: int
    at: int
    at_words: str
    who: str
    text: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class SpeakerShown:
    """`share`: of all that was spoken, in per cent."""

    name: str
    spoken: str
    share: int


@dataclass(frozen=True, slots=True)
class MeetingShown:
    """`has_sound`: there is a recording that a player may ask for; it begins `late` seconds after the transcript.
    `apart`: there is none, but a file with a track for each participant, of which a browser plays one."""

    recording_id: str
    title: str
    length: str
    room: str
    people: list[str]
    summary: str
    tone: str
    engine: str
    flaw: str
    parts: list[Part]
    lines: list[Line]
    speakers: list[SpeakerShown]
    has_sound: bool
    quality: str
    late: int
    apart: bool


UNSURE = 0.6
"""Confidence of an utterance below which a person should rather listen."""

_PARTS = (
    ("Обещания", "actions"),
    ("Решения", "decisions"),
    ("Боли клиента", "pains"),
    ("Конфликты", "conflicts"),
    ("Конкуренты", "competitors"),
    ("Тарифы", "tariffs"),
    ("Цифры", "numbers"),
    ("Открытые вопросы", "open_questions"),
)


def shown(meeting: Meeting) -> MeetingShown:
    """All of it."""
    minutes = meeting.minutes
    starts = [one.start_ms for one in meeting.utterances]
    total = sum(one.spoken_ms for one in meeting.speakers)
    return MeetingShown(
        meeting.recording_id,
        f"Встреча {moment(meeting.ts)}",
        length(meeting.duration_ms),
        meeting.room,
        meeting.people,
        minutes.summary if minutes else "",
        minutes.tone if minutes else "",
        engine_words(minutes) if minutes else "",
        meeting.flaw,
        _parts(minutes, starts) if minutes else [],
        [
            Line(
                number,
                one.start_ms // 1000,
                place(one.start_ms),
                one.speaker or "",
                one.text,
                one.confidence is not None and one.confidence < UNSURE,
            )
            for number, one in enumerate(meeting.utterances)
        ],
        [SpeakerShown(one.name, length(one.spoken_ms), round(100 * one.spoken_ms / total)) for one in meeting.speakers],
        bool(meeting.path) and not meeting.path.endswith(TRACKS) and meeting.status in ("", "ok", "damaged"),
        "часть записи распознана запасным способом: слова могут быть неточны" if meeting.degraded else "",
        round(meeting.sound_ms / 1000),
        meeting.path.endswith(TRACKS),
    )


def _parts(minutes: Minutes, starts: Sequence[int]) -> list[Part]:
    found = [Part(title, [_item(one, starts) for one in getattr(minutes, name)]) for title, name in _PARTS]
    return [part for part in found if part.items]


def _item(one: Point | Action, starts: Sequence[int]) -> Item:
    text = one.text
    if isinstance(one, Action):
        due = "" if one.due == UNKNOWN else f", срок {iso_date(one.due)}"
        text = f"{one.text} ({one.owner}{due})" if one.owner != UNKNOWN else f"{one.text}{due}"
    known = 0 <= one.segment < len(starts)
    at = starts[one.segment] if known else -1
    said = one.quote if one.quote != one.text else ""
    return Item(text, said, place(at) if known else "", at // 1000 if known else -1, f"u{one.segment}")
