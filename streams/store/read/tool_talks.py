"""Tools over what was said: how the client's tone changed, and which problems stand in talks, letters and chats."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz

from alerting.texts import TEXTS
from processors.answers.figures import span as told_span
from processors.answers.periods import month_end
from processors.russian.dates import date as told_date
from processors.russian.plural import MESSAGES, count
from schemas.alerts import Evidence, Rule
from schemas.answers import Figure, Item, ToolCall
from schemas.minutes import ChatSummary, MeetingMinutes, Point
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.tool_spans import Span, span_of

MOST_PROBLEMS, MOST_QUOTES = 12, 5
BY_MONTH_FROM = 46
"""Days of a period that is told month by month."""
SAME = 85.0
"""`fuzz.token_set_ratio` from which two problems are one, told once, with its newest words."""

COMPLAINTS: tuple[Rule, ...] = (
    *("complaint_phrase", "loss_phrase", "payment_conflict", "legal_phrase", "leaving_phrase", "competitor_phrase"),
    "broken_reservations",
)
SILENCES: tuple[Rule, ...] = ("chat_silence", "reply_silence", "call_silence", "meeting_silence", "order_silence")
BAD_TONES = ("напряжённый", "плохой")

_MS = "toUnixTimestamp64Milli"
_INSIDE = f"{_MS}(ts) >= {{since:Int64}} AND {_MS}(ts) < {{until:Int64}}"

SIGNALS = f"""
SELECT rule, {_MS}(ts) AS at, evidence FROM signals FINAL
WHERE lead_id = {{lead:String}} AND rule IN {{rules:Array(String)}} AND {_INSIDE} ORDER BY at DESC, signal_id"""

MINUTES = f"""
SELECT payload FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind IN ('meeting_minutes', 'chat_summary') AND {_INSIDE}
ORDER BY ts DESC, event_id"""

WRITTEN = f"""
SELECT {_MS}(ts) FROM events FINAL
WHERE lead_id = {{lead:String}} AND kind IN ('message', 'mail') AND action IN ('client', 'in') AND {_INSIDE}"""

_EVIDENCE = msgspec.json.Decoder(list[Evidence])
_TALK = msgspec.json.Decoder(MeetingMinutes | ChatSummary)

_SOURCES = {
    "message": "в чате",
    "message_edited": "в чате",
    "mail": "в письме",
    "call": "по телефону",
    "call_transcribed": "по телефону",
    "meeting_transcribed": "на встрече",
    "note": "в заметке",
}


class _Bad(NamedTuple):
    """A signal: what the client said or that he did not say anything."""

    rule: Rule
    at: Millis
    evidence: list[Evidence]


async def tone(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    """Bad signs (complaints, silences, talks in a bad tone) of the newest part of the period against the part before
    it; by months where the period is long. `value`, `other`: their numbers; items with a quote are the complaints."""
    parts = _parts(span_of(call, now))
    whole = {"lead": lead, "since": parts[0].start(), "until": parts[-1].end()}
    bad = await _signals(database, whole, (*COMPLAINTS, *SILENCES))
    talks = await _talks(database, whole)
    written = [at for (at,) in await database.read(WRITTEN, whole)]
    told, signs = [], []
    for part in parts:
        inside = range(part.start(), part.end())
        complaints = sum(one.rule in COMPLAINTS for one in bad if one.at in inside)
        silences = sum(one.rule in SILENCES for one in bad if one.at in inside)
        tones = [talk.minutes.tone for talk in talks if talk.ts in inside]
        tense = sum(heard in BAD_TONES for heard in tones)
        signs.append(complaints + silences + tense)
        messages = sum(at in inside for at in written)
        told.append(Item(part.start(), _part_told(part, parts[-1], complaints, silences, tense, len(tones), messages)))
    last = range(parts[-1].start(), parts[-1].end())
    words = [one for one in bad if one.rule in COMPLAINTS and one.at in last and _said(one.evidence)]
    seen = [*(one.at for one in bad), *(talk.ts for talk in talks), *written]
    return Figure(
        lead_id=lead,
        call=call,
        value=float(signs[-1]),
        other=float(signs[-2]),
        usual=round(sum(signs[:-1]) / (len(signs) - 1), 1),
        usual_of="раньше в среднем",
        unit="тревожных признаков",
        rows_seen=len(seen),
        as_of=max(seen, default=0),
        since=parts[-1].since,
        until=parts[-1].until,
        items=[*reversed(told), *(_complaint(one) for one in words[:MOST_QUOTES])],
    )


def _parts(span: Span) -> list[Span]:
    """The period and as much before it; a long one month by month, at least two."""
    if span.days < BY_MONTH_FROM:
        return [span.former(), span]
    found, first = [], span.first
    while first <= span.last:
        last = min(month_end(first), span.last)
        found.append(Span(str(first), str(last)))
        first = last + timedelta(days=1)
    return found


def _part_told(part: Span, newest: Span, complaints: int, silences: int, tense: int, talks: int, messages: int) -> str:
    when = told_span(part.since, part.until, date.fromisoformat(newest.until).year)
    heard = f"разговоров в напряжённом тоне {tense} из {talks}" if talks else "разговоров не было"
    signs = f"жалоб и угроз\u00a0— {complaints}, молчаний\u00a0— {silences}"
    return f"{when} {signs}, {heard}, от клиента {count(messages, MESSAGES)}"


def _complaint(signal: _Bad) -> Item:
    said = _said(signal.evidence)
    assert said is not None  # only of those that have words
    return Item(signal.at, _title(signal), quote=said.text, event_id=said.event_id)


def _title(signal: _Bad) -> str:
    return f"«{TEXTS[signal.rule].title}», {told_date(signal.at)}"


def _said(evidence: Iterable[Evidence]) -> Evidence | None:
    return next((one for one in evidence if one.text and one.kind in _SOURCES), None)


async def problems(database: Database, lead: LeadId, call: ToolCall, now: Millis) -> Figure:
    """Pains, conflicts and open questions of minutes, and complaints found in what was said and written, newest first,
    each once."""
    span = span_of(call, now)
    asked = {"lead": lead, "since": span.start(), "until": span.end()}
    bad = await _signals(database, asked, COMPLAINTS)
    talks = await _talks(database, asked)
    found = [item for talk in talks for item in _of_talk(talk)] + [item for one in bad for item in _of_signal(one)]
    items = _once(sorted(found, key=lambda item: -item.ts))
    return Figure(
        lead_id=lead,
        call=call,
        value=float(len(items)),
        unit="проблем",
        rows_seen=len(talks) + len(bad),
        as_of=max([*(talk.ts for talk in talks), *(one.at for one in bad)], default=0),
        since=span.since,
        until=span.until,
        items=items[:MOST_PROBLEMS],
    )


def _of_talk(talk: MeetingMinutes | ChatSummary) -> Iterable[Item]:
    minutes = talk.minutes
    where, recording = _place(talk)
    for title, points in (
        ("", minutes.pains),
        ("конфликт: ", minutes.conflicts),
        ("не решено: ", minutes.open_questions),
    ):
        yield from (_point(talk, point, title, where, recording) for point in points)


def _place(talk: MeetingMinutes | ChatSummary) -> tuple[str, str]:
    match talk:
        case MeetingMinutes():
            return "на встрече", talk.recording_id
        case ChatSummary():
            return "в переписке", ""


def _point(talk: MeetingMinutes | ChatSummary, point: Point, title: str, where: str, recording: str) -> Item:
    text = f"{title}{point.text} ({where} {told_date(talk.ts)})"
    return Item(talk.ts, text, quote=point.quote, event_id=talk.event_id, recording_id=recording)


def _of_signal(signal: _Bad) -> Iterable[Item]:
    said = _said(signal.evidence)
    if said is not None:
        where = f"{_SOURCES[said.kind]} {told_date(said.ts)}"
        title = TEXTS[signal.rule].title.lower()
        yield Item(said.ts, f"{title} ({where})", quote=said.text, event_id=said.event_id)


def _once(items: Sequence[Item]) -> list[Item]:
    kept: list[Item] = []
    for item in items:
        words = (item.quote or item.text).lower()
        if not any(fuzz.token_set_ratio(words, (other.quote or other.text).lower()) >= SAME for other in kept):
            kept.append(item)
    return kept


async def _signals(database: Database, asked: dict[str, object], rules: Sequence[Rule]) -> list[_Bad]:
    rows = await database.read(SIGNALS, asked | {"rules": list(rules)})
    return [_Bad(rule, at, _EVIDENCE.decode(evidence)) for rule, at, evidence in rows]


async def _talks(database: Database, asked: dict[str, object]) -> list[MeetingMinutes | ChatSummary]:
    """Of each meeting and day the newest minutes."""
    newest: dict[str, MeetingMinutes | ChatSummary] = {}
    for (payload,) in await database.read(MINUTES, asked):
        talk = _TALK.decode(payload)
        name = _place(talk)[1] or f"chat {talk.ts}"
        if name not in newest or talk.minutes.version >= newest[name].minutes.version:
            newest[name] = talk
    return list(newest.values())
