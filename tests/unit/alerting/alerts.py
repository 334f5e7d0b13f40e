"""Alerts and reports that the tests of `alerting` share."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from schemas.alerts import Alert, Evidence, Press
from schemas.minutes import OFFLINE, UNKNOWN, Action, MeetingMinutes, Minutes, Point
from schemas.reports import (
    ChatLine,
    DailyReport,
    DuePromise,
    ReportLine,
    SilentLead,
    SourceHealth,
    UnknownClient,
    UntoldMeeting,
)


def moscow(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> int:
    """Milliseconds of a Moscow time in 2026."""
    return int(datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Europe/Moscow")).timestamp() * 1000)


SPIKE = Alert(
    alert_id="00000000000000a1",
    version=1,
    lead_id="12345",
    rule="reservation_spike",
    severity="critical",
    status="open",
    opened_at=moscow(21, 14, 5),
    updated_at=moscow(21, 14, 5),
    value=13,
    baseline=4,
    score=6.1,
    unit="reservations",
    evidence=[Evidence("00000000000000e1", moscow(21, 14, 5), "reservation", "Р-100500: 70 шт.")],
)

LEAVING = Alert(
    alert_id="00000000000000a2",
    version=1,
    lead_id="777",
    rule="leaving_phrase",
    severity="critical",
    status="open",
    opened_at=moscow(1, 9, 3, month=12),
    updated_at=moscow(1, 9, 3, month=12),
    value=93,
    baseline=0,
    score=93,
    evidence=[
        Evidence("00000000000000e2", moscow(1, 9, 3, month=12), "message", "Мы уходим к <b>конкуренту</b> & точка"),
        Evidence("00000000000000e3", moscow(1, 12, 2, month=12), "meeting", "расторгаем договор", at_ms=135_000),
    ],
)

REPORT = DailyReport(
    report_id="2026-11-21",
    since=moscow(20, 20),
    until=moscow(21, 20),
    meetings=3,
    meeting_minutes=135,
    messages=121,
    reservations=42,
    reserved_qty=12_345,
    alerts_opened=2,
    alerts_open=5,
    alerts_unseen=1,
    unassigned=4,
    dead_letters=11,
    leads=[
        ReportLine("12345", meetings=1, messages=11, reservations=2, alerts=1),
        ReportLine("777", messages=1),
        ReportLine("42"),
    ],
)

MINUTES = MeetingMinutes(
    event_id="00000000000000e9",
    lead_id="12345",
    ts=moscow(21, 11),
    source="minutes",
    recording_id="5f0c9a7e11d24e0b",
    room="lead-12345-kickoff",
    duration_ms=30 * 60_000,
    people=["Анна", "Иван <b>"],
    minutes=Minutes(
        summary="Обсудили тариф на хранение. Клиент недоволен ценой.",
        engine=OFFLINE,
        decisions=[Point("Скидка 5 % до конца года", "договорились на скидку пять процентов", 4)],
        actions=[Action("прислать расчёт", "Анна", "2026-11-22", "пришлю расчёт завтра", 5)],
    ),
)

FULL_REPORT = replace(
    REPORT,
    minutes=[MINUTES, replace(MINUTES, lead_id="777", people=[])],
    untold=[
        UntoldMeeting("42", "r1", moscow(21, 12, 30), 65 * 60_000),
        UntoldMeeting("43", "r2", moscow(21, 13), 20_000, "too_short"),
        UntoldMeeting("44", "r3", moscow(21, 14), 0, "damaged"),
    ],
    chats=[ChatLine("12345", "Спросили про остатки; ответили."), ChatLine("9", "Тишина <и> покой")],
    risks=[SPIKE, replace(LEAVING, opened_at=moscow(2, 9, 3), lead_id="9")],
    promises=[
        DuePromise("12345", moscow(21, 11), MINUTES.minutes.actions[0]),
        DuePromise("9", moscow(20, 11), Action("вернуть деньги", UNKNOWN, "2026-11-21", "вернём", 1)),
    ],
    silent=[SilentLead("42", moscow(1, 10)), SilentLead("43", moscow(14, 10))],
    unknown=[UnknownClient("jitsi_room", "lead 12345", 3), UnknownClient("tg_chat", "-100", 1)],
    sources=[SourceHealth("jibri", moscow(19, 10), 0), SourceHealth("wms-1", moscow(21, 19), 40)],
)


def pressed(alert: Alert, action: str, status: str, **changes: object) -> Alert:
    """The alert after Анна pressed a button at 14:10."""
    return replace(
        alert,
        version=alert.version + 1,
        status=status,
        updated_at=moscow(21, 14, 10),
        acknowledged_by="Анна",
        press=Press(action, "Анна", "q1"),
        **changes,
    )
