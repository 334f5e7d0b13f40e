"""A client's card in words: facts with where they come from, the risk and what makes it, figures, promises, notes."""

from dataclasses import dataclass
from urllib.parse import quote

from alerting.texts import TEXTS
from processors.corrections import Entry
from processors.days import local
from processors.notes import KeptNote
from processors.pages import Card, Daily, Series
from processors.profile import FIELDS, Profile
from processors.russian.called import PROMISE_STATES
from processors.russian.dates import iso_date
from processors.russian.plural import DAYS, DOCUMENTS, MESSAGES, POINTS, Forms, count
from schemas.promises import Promise, PromiseState
from schemas.scores import Level, Score
from schemas.types import Millis
from streams.web.told.facts import FACTS
from streams.web.told.listed import LEVELS, SEEN
from streams.web.told.times import ago, change, short_date, when

_SERIES = {"shipment": "Отгрузки", "reservation": "Брони", "return": "Возвраты", "message": "Сообщения клиента"}
_UNITS: dict[str, Forms] = {"pieces": ("шт.", "шт.", "шт."), "documents": DOCUMENTS, "messages": MESSAGES}
_A_DAY = {"pieces": "шт. в день", "documents": "документов в день", "messages": "в день"}
CLOSED: tuple[PromiseState, ...] = ("kept", "broken", "cancelled")
MOST_PARTS = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """An entry of the card. `source` and `link`: where it was said; `corrected`: by whom and when a person changed it,
    `heard` what stood there before. `whole`: it stands for the whole field, from before there were entries."""

    entry_id: str
    text: str
    quote: str
    source: str
    link: str
    heard: str = ""
    corrected: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the card: `hidden` are the entries that people took out."""

    name: str
    words: str
    facts: list[Fact]
    hidden: list[Fact]


@dataclass(frozen=True, slots=True)
class Risk:
    """Points now and a week ago, and the rules that make them."""

    points: int
    level: Level
    level_words: str
    before: str
    moved: str
    parts: list[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of thirty days beside thirty usual ones."""

    name: str
    words: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """`late`: its day is over and nobody has said what came of it."""

    promise: str
    text: str
    owner: str
    due: str
    state: str
    late: bool
    link: str


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note; `mine` may be changed here."""

    note_id: str
    text: str
    said: str
    pinned: bool
    mine: bool


def fields(lead: str, profile: Profile, now: Millis) -> list[Field]:
    """All of them, also those without entries: a person may add one."""
    return [
        Field(
            name,
            FACTS[name],
            [_fact(lead, entry, now) for entry in profile.fields.get(name, [])],
            [_fact(lead, entry, now) for entry in profile.hidden.get(name, [])],
        )
        for name in FIELDS
    ]


def _fact(lead: str, entry: Entry, now: Millis) -> Fact:
    at = short_date(entry.ts, now)
    chat, by_hand = entry.source.startswith("chat "), entry.segment is None
    source = f"переписка {at}" if chat else f"{entry.source}, {at}" if by_hand else f"встреча {at}"
    link = "" if chat or by_hand else f"/leads/{lead}/meetings/{quote(entry.source, safe='')}?u={entry.segment}"
    by = f"{entry.author}, {when(entry.corrected_at, now)}" if entry.author else ""
    said = entry.quote if entry.quote != entry.text else ""
    return Fact(entry.entry_id, entry.text, said, source, link, entry.heard, by, not entry.entry_id)


def risk(card: Card) -> Risk | None:
    """None while nothing was counted."""
    now, before = card.score, card.week_ago
    if now is None:
        return None
    rise = now.points - (before.points if before else 0)
    return Risk(
        round(now.points),
        now.level,
        LEVELS[now.level],
        count(round(before.points), POINTS) if before else "",
        "up" if before and rise >= 3 else "down" if before and rise <= -3 else "",
        parts(now),
    )


def parts(score: Score) -> list[str]:
    """What makes the points, the heaviest first."""
    said = [
        f"{TEXTS[part.rule].title}: {count(round(part.points), POINTS)}"
        + (f", {count(round(part.age_days), DAYS)} назад" if part.age_days >= 1 else "")
        for part in score.parts[:MOST_PARTS]
        if part.points >= 1
    ]
    if score.background >= 1:
        said.append(f"срок работы с нами и частота заказов: {count(round(score.background), POINTS)}")
    return said


def figures(daily: Daily) -> list[Figure]:
    """Of the last thirty days."""
    return [_figure(series) for series in daily.series]


def _figure(series: Series) -> Figure:
    value = count(round(series.sum_30), _UNITS[series.unit])
    return Figure(series.name, _SERIES[series.name], value, change(series.sum_30, series.usual_30))


def chart(daily: Daily) -> dict[str, object]:
    """For the browser: each series with its name, unit and usual range. Days are seconds of the wall's own clock, which
    the browser shows as if they were UTC: it may stand in another zone than the installation."""
    return {
        "days": [local(day) // 1000 for day in daily.days],
        "series": [
            {
                "name": _SERIES[one.name],
                "unit": _A_DAY[one.unit],
                "values": one.values,
                "low": one.low,
                "high": one.high,
            }
            for one in daily.series
        ],
    }


def promises(lead: str, found: list[Promise], now: Millis) -> list[PromiseShown]:
    """Those that are still owed, the overdue ones first."""
    owed = [one for one in found if one.state not in CLOSED]
    ordered = sorted(owed, key=lambda one: (one.state != "past", one.day or "9999", -one.ts))
    return [
        PromiseShown(
            one.promise,
            one.text,
            one.owner,
            iso_date(one.due),
            PROMISE_STATES[one.state],
            one.state == "past",
            _talk(lead, one),
        )
        for one in ordered
    ]


def _talk(lead: str, one: Promise) -> str:
    return f"/leads/{lead}/meetings/{quote(one.talk, safe='')}" if one.kind == "meeting" else ""


def notes(found: list[KeptNote], now: Millis) -> list[NoteShown]:
    """Pinned ones first."""
    ordered = sorted(found, key=lambda note: (not note.pinned, -note.ts))
    return [
        NoteShown(note.note_id, note.text, f"{note.author}, {when(note.ts, now)}", note.pinned, note.by_hand)
        for note in ordered
    ]


def seen(card: Card, now: Millis) -> str:
    """`чат 2 ч назад, встреча 12.03`."""
    said = [f"{words} {ago(card.last[kind], now)}" for kind, words in SEEN if kind in card.last]
    return ", ".join(said)
