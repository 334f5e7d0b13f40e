"""Alerts and reports that the tests of `alerting` share."""

from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from schemas.alerts import Alert, Evidence, Press
from schemas.reports import DailyReport, ReportLine


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
