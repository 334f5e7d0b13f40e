"""The daily report as the head of curators reads it: figures only. Pure. Telegram's HTML; Moscow time."""

from alerting.plural import (
    ALERTS,
    EVENTS,
    MEETINGS,
    MESSAGES,
    PIECES,
    RECORDS,
    RESERVATIONS,
    Forms,
    clock,
    count,
    date,
)
from schemas.reports import DailyReport, ReportLine

LONGEST_PART = 4000
"""Characters of one message: 4096 are allowed, the rest is kept for the mark of a repeated message."""


def render_report(report: DailyReport) -> list[str]:
    """The report in one message or more, each cut at the end of a line."""
    return split(_lines(report), LONGEST_PART)


def split(lines: list[str], longest: int) -> list[str]:
    """Lines joined to parts of at most `longest` characters. No line of ours comes near that."""
    parts: list[str] = []
    for line in lines:
        if parts and len(parts[-1]) + 1 + len(line) <= longest:
            parts[-1] += "\n" + line
        else:
            parts.append(line)
    return [part.strip("\n") for part in parts]


def _lines(report: DailyReport) -> list[str]:
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
    if report.unassigned:
        lines.append(f"Клиент не определён: {count(report.unassigned, EVENTS)}")
    if report.dead_letters:
        lines.append(f"Не удалось разобрать: {count(report.dead_letters, RECORDS)}")
    shown = [line for line in map(_lead, report.leads) if line]
    if shown:
        lines += ["", "<b>По клиентам</b>", *shown]
    return lines


def _meetings(report: DailyReport) -> str:
    if not report.meetings:
        return "не было"
    hours, minutes = divmod(report.meeting_minutes, 60)
    length = f"{hours}\u00a0ч {minutes}\u00a0мин" if hours else f"{minutes}\u00a0мин"
    return f"{count(report.meetings, MEETINGS)}, {length}"


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
