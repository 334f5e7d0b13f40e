"""The daily report as the head of curators reads it, and a curator's own part. Pure. Telegram's HTML; Moscow time.

It is built of items (a meeting, a risk, a promise …) under headings, and cut between items.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

from msgspec.structs import replace

from alerting.minutes import meeting_lines
from alerting.render import clean, gist, why_silent
from processors.russian.dates import clock, date, iso_date, length
from processors.russian.plural import (
    ALERTS,
    DAYS,
    EVENTS,
    MEETINGS,
    MESSAGES,
    PIECES,
    RECORDS,
    RESERVATIONS,
    Forms,
    count,
)
from schemas.alerts import Alert
from schemas.minutes import UNKNOWN
from schemas.reports import ChatLine, DailyReport, DuePromise, ReportLine, SilentLead, UnknownClient, UntoldMeeting
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis

LONGEST_PART = 4000
"""Characters of one message: 4096 are allowed, the rest is kept for the mark of a repeated message."""
LONGEST_SUMMARY, LONGEST_NAME = 400, 80
STALE_MS = DAY_MS
"""A source without anything for so long is pointed out."""

Link = Callable[[LeadId, str], str]
"""From lead and recording to the meeting's address, or an empty text."""


def no_link(_lead: LeadId, _recording: str) -> str:
    """Where nobody set one."""
    return ""


def render_report(report: DailyReport, link: Link = no_link) -> list[str]:
    """The report for the shared chat, in one message or more."""
    items = ["\n".join(_figures(report)), *_lists(report, report.since, link), *_strangers(report), *_sources(report)]
    shown = [line for line in map(_lead, report.leads) if line]
    if shown:
        items += _section("По клиентам", shown)
    return split(items, LONGEST_PART)


def render_curator(report: DailyReport, leads: Collection[LeadId], link: Link = no_link) -> list[str]:
    """What concerns a curator's own clients; nothing on a day without."""
    own = _only(report, frozenset(leads))
    items = _lists(own, report.since, link)
    if not items:
        return []
    title = f"<b>Ваши клиенты: отчёт за {date(max(report.since, report.until - 1))}</b>"
    return split([title, *items], LONGEST_PART)


def split(items: Iterable[str], longest: int) -> list[str]:
    """Items joined to parts of at most `longest` characters; an item that is longer is cut between its lines."""
    parts: list[str] = []
    for piece in _pieces(items, longest):
        if parts and len(parts[-1]) + 1 + len(piece) <= longest:
            parts[-1] += "\n" + piece
        else:
            parts.append(piece)
    return [stripped for part in parts if (stripped := part.strip("\n"))]


def _pieces(items: Iterable[str], longest: int) -> Iterable[str]:
    for item in items:
        if len(item) <= longest:
            yield item
        else:
            yield from item.split("\n")


def _only(report: DailyReport, leads: frozenset[LeadId]) -> DailyReport:
    return replace(
        report,
        minutes=[event for event in report.minutes if event.lead_id in leads],
        untold=[meeting for meeting in report.untold if meeting.lead_id in leads],
        chats=[chat for chat in report.chats if chat.lead_id in leads],
        risks=[alert for alert in report.risks if alert.lead_id in leads],
        promises=[promise for promise in report.promises if promise.lead_id in leads],
        silent=[lead for lead in report.silent if lead.lead_id in leads],
    )


def _lists(report: DailyReport, since: Millis, link: Link) -> list[str]:
    meetings = ["\n".join(meeting_lines(event, link(event.lead_id, event.recording_id))) for event in report.minutes]
    new = [f"{_risk(alert)} <i>(новый)</i>" for alert in report.risks if alert.opened_at >= since]
    old = [f"{_risk(alert)} (с {date(alert.opened_at)})" for alert in report.risks if alert.opened_at < since]
    return [
        *_section("Встречи", [*meetings, *map(_untold, report.untold)]),
        *_section("Риски", new + old),
        *_section("Обещания на сегодня и завтра", map(_promise, report.promises)),
        *_section("Переписка за сутки", map(_chat, report.chats)),
        *_section("Давно молчат", [_silent(lead, report.until) for lead in report.silent]),
    ]


def _risk(alert: Alert) -> str:
    """What it is, and why nobody was rung for it."""
    silent = why_silent(alert)
    told = " Передано руководителю." if alert.escalated else ""
    again = "повторного " if alert.rung else ""
    return f"{gist(alert)}{told}{f' <i>Без {again}звонка: {silent}.</i>' if silent else ''}"


def _section(title: str, items: Iterable[str]) -> list[str]:
    """A heading goes with its first item, so that it never ends a message."""
    found = list(items)
    return [f"\n<b>{title}</b>\n{found[0]}", *found[1:]] if found else []


def _figures(report: DailyReport) -> Sequence[str]:
    since, until = report.since, max(report.since, report.until)
    lines = [
        f"<b>Отчёт за {date(max(since, until - 1))}</b>",
        f"с {date(since)}, {clock(since)} до {date(until)}, {clock(until)} (мск)",
        "",
        f"Встречи: {_meetings(report)}",
        f"Переписка: {_or_none(report.messages, MESSAGES, 'сообщений не было')}",
        f"Брони: {_reservations(report)}",
        f"Новые тревоги: {_or_none(report.alerts_opened, ALERTS, 'не было')}",
        f"Открытые риски: {_open(report)}",
    ]
    if report.dead_letters:
        lines.append(f"Не удалось разобрать: {count(report.dead_letters, RECORDS)}")
    return lines


def _strangers(report: DailyReport) -> list[str]:
    if not report.unassigned:
        return []
    head = f"\nКлиент не определён: {count(report.unassigned, EVENTS)}"
    return ["\n".join([head, *map(_unknown, report.unknown)])]


def _sources(report: DailyReport) -> list[str]:
    stale = [source for source in report.sources if report.until - source.last_arrival > STALE_MS]
    alive = [source.source for source in report.sources if source not in stale]
    lines = [f"• {clean(s.source, LONGEST_NAME)}: нет данных с {date(s.last_arrival)}" for s in stale]
    if alive:
        lines.append(f"• данные идут: {clean(', '.join(alive), LONGEST_SUMMARY)}")
    return ["\n".join(["\n<b>Источники</b>", *lines])] if lines else []


def _untold(meeting: UntoldMeeting) -> str:
    when = ", ".join(filter(None, (clock(meeting.started_at), length(meeting.duration_ms))))
    head = f"• Клиент {meeting.lead_id}, {when}: "
    match meeting.status:
        case "empty" | "too_short":
            return head + "запись пуста"
        case "damaged":
            return head + "запись повреждена, протокола пока нет"
        case _:
            return head + "протокола пока нет"


def _promise(promise: DuePromise) -> str:
    action = promise.action
    who = "" if action.owner == UNKNOWN else f"{clean(action.owner, LONGEST_NAME)} — "
    said = f"срок {iso_date(action.due)}, обещано {date(promise.ts)}"
    return f"• Клиент {promise.lead_id}: {who}{_small(clean(action.text, LONGEST_SUMMARY))} ({said})"


def _small(text: str) -> str:
    """As it reads within a sentence; an abbreviation stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _chat(chat: ChatLine) -> str:
    return f"• Клиент {chat.lead_id}: {clean(chat.summary, LONGEST_SUMMARY)}"


def _silent(lead: SilentLead, until: Millis) -> str:
    days = (until - lead.last_ts) // DAY_MS
    return f"• Клиент {lead.lead_id}: ничего с {date(lead.last_ts)}, {count(days, DAYS)}"


def _unknown(client: UnknownClient) -> str:
    kind = _KINDS.get(client.kind, client.kind)
    return f"• {clean(f'{kind} {client.value}', LONGEST_NAME)}: {count(client.events, EVENTS)}"


_KINDS = {"jitsi_room": "комната", "tg_chat": "чат Telegram", "wms_customer": "клиент WMS", "lead": "лид"}


def _meetings(report: DailyReport) -> str:
    if not report.meetings:
        return "не было"
    lasted = length(report.meeting_minutes * 60_000) or "меньше минуты"
    return f"{count(report.meetings, MEETINGS)}, {lasted}"


def _reservations(report: DailyReport) -> str:
    if not report.reservations:
        return "не было"
    return f"{count(report.reservations, RESERVATIONS)}, {count(report.reserved_qty, PIECES)}"


def _open(report: DailyReport) -> str:
    if not report.alerts_open:
        return "нет"
    unseen = str(report.alerts_unseen) if report.alerts_unseen else "нет"
    return f"{count(report.alerts_open, ALERTS)}, из них без ответа: {unseen}"


def _lead(line: ReportLine) -> str:
    """A lead's day; nothing for a day without anything."""
    parts = [
        (line.alerts, ALERTS),
        (line.meetings, MEETINGS),
        (line.messages, MESSAGES),
        (line.reservations, RESERVATIONS),
    ]
    said = ", ".join(count(number, forms) for number, forms in parts if number)
    return f"{line.lead_id}: {said}" if said else ""


def _or_none(number: int, forms: Forms, none: str) -> str:
    return count(number, forms) if number else none
