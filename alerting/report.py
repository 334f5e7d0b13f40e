"""The daily report as the head of curators reads it, and a curator's own part. Pure. Telegram's HTML.

It is built of items (a meeting, a client's risks, a promise …) under headings, and cut between items. What one block
tells, no other repeats.
"""

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from alerting.clients import LONGEST_NAME, Client, Clients, linked
from alerting.cutting import split
from alerting.foreign import cut, telegram
from alerting.goods import booked
from alerting.meetings import actions_told, meeting_lines
from alerting.render import MARKS, gist, why_silent
from alerting.sources import backlogs_told, losses_told, named, trouble_told
from processors.russian.called import OUTCOMES
from processors.russian.dates import clock, date, iso_date, length, whose_clock
from processors.russian.plural import ALERTS, DAYS, EVENTS, MEETINGS, MESSAGES, RECORDS, Forms, count
from processors.signals.combined_risk import RULE as COMBINED
from schemas.alerts import Alert
from schemas.minutes import UNKNOWN
from schemas.outcomes import Hint, Said
from schemas.reports import ChatLine, DailyReport, DuePromise, ReportLine, SilentLead, UnknownClient, UntoldMeeting
from schemas.rounds import SourceHealth
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis

MOST = 30
"""Items of a list: more nobody reads in a chat; what is left out is counted."""
LONGEST_SUMMARY = 400
STALE_MS = DAY_MS
"""A source without anything for so long is named with its last day, although all is well with it."""


def render_report(report: DailyReport, clients: Clients) -> list[str]:
    """The report for the shared chat, in one message or more."""
    items = ["\n".join(_figures(report)), *_lists(report, clients), *_strangers(report), *_sources(report)]
    shown = [line for line in (_lead(line, clients) for line in report.leads) if line]
    return split([*items, *_section("Переписка и брони по клиентам", shown)])


def render_curator(report: DailyReport, leads: Collection[LeadId], clients: Clients) -> list[str]:
    """What concerns a curator's own clients; nothing on a day without."""
    items = _lists(_only(report, frozenset(leads)), clients)
    if not items:
        return []
    return split([f"<b>Ваши клиенты: отчёт за {date(max(report.since, report.until - 1))}</b>", *items])


def _only(report: DailyReport, leads: frozenset[LeadId]) -> DailyReport:
    return replace(
        report,
        minutes=[event for event in report.minutes if event.lead_id in leads],
        untold=[meeting for meeting in report.untold if meeting.lead_id in leads],
        chats=[chat for chat in report.chats if chat.lead_id in leads],
        risks=[alert for alert in report.risks if alert.lead_id in leads],
        promises=[promise for promise in report.promises if promise.lead_id in leads],
        overdue=[promise for promise in report.overdue if promise.lead_id in leads],
        outcomes=[said for said in report.outcomes if said.lead_id in leads],
        hints=[hint for hint in report.hints if hint.lead_id in leads],
        silent=[lead for lead in report.silent if lead.lead_id in leads],
    )


def _lists(report: DailyReport, clients: Clients) -> list[str]:
    meetings = ["\n".join(meeting_lines(event, clients(event.lead_id))) for event in report.minutes]
    meetings += [_untold(meeting, clients) for meeting in report.untold]
    told = {(event.lead_id, action.text) for event in report.minutes for action in actions_told(event)}
    promises = [each for each in report.promises if (each.lead_id, each.action.text) not in told]
    overdue = [each for each in report.overdue if (each.lead_id, each.action.text) not in told]
    known = {alert.lead_id for alert in report.risks if alert.rule.endswith("_silence")}
    silent = [lead for lead in report.silent if lead.lead_id not in known]
    return [
        *_section("Кто ушёл и кто вернулся", [_outcome(said, clients) for said in report.outcomes]),
        *_section("Закрыты в Битрикс24 как неудачные: клиент ушёл?", [_hint(hint, clients) for hint in report.hints]),
        *_section("Риски", _risks(report, clients)),
        *_section("Встречи", meetings),
        *_section("Обещания на сегодня и завтра", [_promise(promise, clients) for promise in promises]),
        *_section("Обещания, срок которых прошёл", [_promise(promise, clients) for promise in overdue]),
        *_section("Переписка и звонки за сутки", [_chat(chat, clients) for chat in report.chats]),
        *_section("Давно молчат", [_silent(lead, report.until, clients) for lead in silent]),
    ]


def _risks(report: DailyReport, clients: Clients) -> list[str]:
    """An item a client: those with something new first, then the worst, mere notes last; each alert of his once."""
    by_lead: dict[LeadId, list[Alert]] = {}
    for alert in sorted(report.risks, key=lambda alert: (alert.severity == "info", alert.opened_at < report.since)):
        by_lead.setdefault(alert.lead_id, []).append(alert)
    return [_risk(alerts, report.since, clients(lead)) for lead, alerts in by_lead.items()]


def _risk(alerts: Sequence[Alert], since: Millis, client: Client) -> str:
    worst = next(mark for severity, mark in reversed(MARKS.items()) if any(a.severity == severity for a in alerts))
    head = f"{worst} {client.title()}: "
    if len(alerts) == 1:
        return head + _told(alerts[0], since, client)
    whole = [replace(a, figures={}, evidence=[]) for a in alerts if a.rule == COMBINED]  # its parts follow
    short = [*whole, *(a for a in alerts if a.rule != COMBINED)]
    return "\n".join([head.rstrip(" "), *(f"• {_told(alert, since, client)}" for alert in short)])


def _told(alert: Alert, since: Millis, client: Client) -> str:
    """What it is, and why nobody was rung for it."""
    silent = why_silent(alert)
    told = " Передано руководителю." if alert.escalated else ""
    again = "повторного " if alert.rung else ""
    when = "новое" if alert.opened_at >= since else f"с {date(alert.opened_at)}"
    return f"{gist(alert, client, when)}{told}{f' <i>Без {again}оповещения: {silent}.</i>' if silent else ''}"


def _section(title: str, items: Iterable[str]) -> list[str]:
    """A heading goes with its first item, so that it never ends a message."""
    found = list(items)
    if not found:
        return []
    more = [f"… и ещё {len(found) - MOST}"] if len(found) > MOST else []
    return [f"\n<b>{title}</b>\n{found[0]}", *found[1:MOST], *more]


def _figures(report: DailyReport) -> Sequence[str]:
    since, until = report.since, max(report.since, report.until)
    goods = booked(report.reservations, report.reserved_qty, report.cancelled, report.cancelled_qty)
    lines = [
        f"<b>Отчёт за {date(max(since, until - 1))}</b>",
        f"с {date(since)}, {clock(since)} до {date(until)}, {clock(until)} ({whose_clock()})",
        "",
        f"Встречи: {_meetings(report)}",
        f"Переписка: {_or_none(report.messages, MESSAGES, 'сообщений не было')}",
        f"Склад: {goods or 'броней не было'}",
        f"Новые тревоги: {report.alerts_opened or 'не было'}",
        f"Открытые риски: {_open(report)}",
    ]
    if report.dead_letters or report.open_letters:
        new = count(report.dead_letters, RECORDS) if report.dead_letters else "новых нет"
        waiting = f", ждут решения: {report.open_letters}" if report.open_letters else ""
        lines.append(f"Не удалось разобрать: {new}{waiting}")
    return lines


def _strangers(report: DailyReport) -> list[str]:
    if not report.unassigned:
        return []
    head = f"\n<b>Клиент не определён: {count(report.unassigned, EVENTS)}</b>"
    more = [f"… и ещё {len(report.unknown) - MOST}"] if len(report.unknown) > MOST else []
    return ["\n".join([head, *map(_unknown, report.unknown[:MOST]), *more])]


def _sources(report: DailyReport) -> list[str]:
    """What is wrong first; what nobody waits for is not there, and what is well takes two lines."""
    told = [source for source in report.sources if source.last_arrival or not source.history]  # no mere import
    waited = [source for source in told if source.state != "left"]
    wrong = [source for source in waited if trouble_told(source)]
    well = [source for source in waited if source not in wrong]
    fresh = [source for source in well if report.until - source.last_arrival <= STALE_MS]
    quiet = [f"{_shown(s)}{f' (с {date(s.last_arrival)})' if s.last_arrival else ''}" for s in well if s not in fresh]
    lines = [f"• {_shown(source)}: {telegram(cut(trouble_told(source), LONGEST_SUMMARY))}" for source in wrong]
    lines += [f"• {_shown(source)}: {losses}" for source in waited if (losses := losses_told(source))]
    lines += [f"• {kind}: ждут разбора {count(number, RECORDS)}" for kind, number in backlogs_told(report.sources)]
    if quiet:
        lines.append(f"• нового не было: {cut(', '.join(quiet), LONGEST_SUMMARY)}")
    if fresh:
        lines.append(f"• данные идут: {cut(', '.join(map(_shown, fresh)), LONGEST_SUMMARY)}")
    return ["\n".join(["\n<b>Источники</b>", *lines])] if lines else []


def _shown(source: SourceHealth) -> str:
    return telegram(cut(named(source.source), LONGEST_NAME))


def _untold(meeting: UntoldMeeting, clients: Clients) -> str:
    when = ", ".join(filter(None, (clock(meeting.started_at), length(meeting.duration_ms))))
    head = f"• {clients(meeting.lead_id).title()}, {when}: "
    match meeting.status:
        case "empty" | "too_short":
            return head + "запись пуста"
        case "damaged":
            return head + "запись повреждена, протокола пока нет"
        case _:
            return head + "протокола пока нет"


def _promise(promise: DuePromise, clients: Clients) -> str:
    action, client = promise.action, clients(promise.lead_id)
    who = "" if action.owner == UNKNOWN else f"{telegram(cut(action.owner, LONGEST_NAME))} — "
    made = linked(date(promise.ts), client.meeting_at(promise.recording_id) if promise.recording_id else "")
    said = f"срок {iso_date(action.due)}, обещано {made}"
    return f"• {client.title()}: {who}{_small(telegram(cut(action.text, LONGEST_SUMMARY)))} ({said})"


def _outcome(said: Said, clients: Clients) -> str:
    reason = f": {_small(telegram(cut(said.reason, LONGEST_SUMMARY)))}" if said.reason else ""
    author = telegram(cut(said.author, LONGEST_NAME))
    return f"• {clients(said.lead_id).title()} {OUTCOMES[said.outcome]} с {iso_date(said.since)}{reason} ({author})"


def _hint(hint: Hint, clients: Clients) -> str:
    of = {"lead": "лид", "deal": "сделка"}.get(hint.entity, hint.entity)
    return f"• {clients(hint.lead_id).title()}: {of} {telegram(hint.entity_id)}, с {date(hint.ts)}"


def _small(text: str) -> str:
    """As it reads within a sentence; an abbreviation stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _chat(chat: ChatLine, clients: Clients) -> str:
    return f"• {clients(chat.lead_id).title()}: {telegram(cut(chat.summary, LONGEST_SUMMARY))}"


def _silent(lead: SilentLead, until: Millis, clients: Clients) -> str:
    days = (until - lead.last_ts) // DAY_MS
    return f"• {clients(lead.lead_id).title()}: ничего с {date(lead.last_ts)}, {count(days, DAYS)}"


def _unknown(client: UnknownClient) -> str:
    kind = _KINDS.get(client.kind, client.kind)
    return f"• {telegram(cut(f'{kind} {client.value}', LONGEST_NAME))}: {count(client.events, EVENTS)}"


_KINDS = {"jitsi_room": "комната", "tg_chat": "чат Telegram", "wms_customer": "клиент WMS", "lead": "лид"}


def _meetings(report: DailyReport) -> str:
    if not report.meetings:
        return "не было"
    lasted = length(report.meeting_minutes * 60_000) or "меньше минуты"
    return f"{count(report.meetings, MEETINGS)}, {lasted}"


def _open(report: DailyReport) -> str:
    if not report.alerts_open:
        return "нет"
    unseen = str(report.alerts_unseen) if report.alerts_unseen else "нет"
    return f"{count(report.alerts_open, ALERTS)}, из них без ответа: {unseen}"


def _lead(line: ReportLine, clients: Clients) -> str:
    """A lead's day in figures; nothing where it has none. His meetings and alerts stand above."""
    messages = count(line.messages, MESSAGES) if line.messages else ""
    goods = booked(line.reservations, line.reserved_qty, line.cancelled, line.cancelled_qty)
    said = ", ".join(filter(None, (messages, goods)))
    return f"{clients(line.lead_id).short()}: {said}" if said else ""


def _or_none(number: int, forms: Forms, none: str) -> str:
    return count(number, forms) if number else none
