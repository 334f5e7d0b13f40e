"""Alerts and reports that the tests of `alerting` share."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from alerting.clients import Client
from schemas.alerts import Alert, CommonAlert, Evidence, Press, Rule, Unit
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


def known(lead_id: str) -> Client:
    """A client of whom everything is known."""
    card, meeting = f"https://portal.example/crm/{lead_id}/?a=1&b=2", f"https://x.example/{lead_id}/{{recording_id}}"
    return Client(lead_id, f"ООО «Ромашка & Ко {lead_id}» <b>", card, meeting)


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
    figures={"fleet": 1.0, "ratio": 3.25, "orders": 13, "pieces": 910, "cancelled": 0, "cancelled_pieces": 0},
    evidence=[Evidence("00000000000000e1", moscow(21, 14, 5), "reservation", "Р-100500, 70 шт.")],
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
        Evidence(
            "00000000000000e2",
            moscow(1, 9, 3, month=12),
            "message",
            "Мы уходим к <b>конкуренту</b> & точка",
            who="Олег 🙂 <i>",
            ref="-1001234567890/77",
        ),
        Evidence(
            *("00000000000000e3", moscow(1, 12, 2, month=12), "meeting", "расторгаем договор"), 135_000, ref="rec-1"
        ),
    ],
)

COMMON_ALERT = CommonAlert(
    common_id="common:reservation_spike:20000",
    version=34,
    rule="reservation_spike",
    ts=moscow(21, 12),
    day=20_000,
    clients=17,
    active=50,
)

REPORT = DailyReport(
    report_id="2026-11-21",
    since=moscow(20, 20),
    until=moscow(21, 20),
    meetings=3,
    meeting_minutes=135,
    messages=121,
    reservations=46,
    reserved_qty=45_000,
    alerts_opened=2,
    alerts_open=5,
    alerts_unseen=1,
    unassigned=4,
    dead_letters=11,
    cancelled=15,
    cancelled_qty=30_000,
    leads=[
        ReportLine(*("12345", 1, 11, 21, 1), reserved_qty=12_000, cancelled=1, cancelled_qty=300),
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


def pressed(alert: Alert, action: str, status: str, **changes: object) -> Alert:
    """The alert after Анна pressed a button at 14:10."""
    return replace(
        alert,
        version=alert.version + 1,
        status=status,
        updated_at=moscow(21, 14, 10),
        acknowledged_by="Анна",
        press=Press(action, "Анна", "q1"),
        rings=False,
        **changes,
    )


def found(rule: Rule, value: float, baseline: float = 0.0, *, unit: Unit = "", **fields: Any) -> Alert:
    """An open warning of any rule, noticed on the 21st of November at 20:00."""
    return Alert(
        alert_id="00000000000000a3",
        version=1,
        lead_id="12345",
        rule=rule,
        severity=fields.pop("severity", "warning"),
        status="open",
        opened_at=moscow(21, 20),
        updated_at=moscow(21, 20),
        value=value,
        baseline=baseline,
        score=1.0,
        unit=unit,
        **fields,
    )


def said(text: str, who: str = "", kind: str = "message", at_ms: int | None = None) -> Evidence:
    """Somebody's words on the 21st of November."""
    return Evidence("00000000000000e4", moscow(21, 15, 30), kind, text, at_ms, who)


LAST_ORDER = Evidence("", moscow(13), "last")
"""Silence shows the day of what came last, and where it can be opened."""
ASKED = Evidence("00000000000000e8", moscow(17, 10, 40), "last", ref="-1001234567890/43")

EACH_RULE = {
    "order-silence": found(
        *("order_silence", 6, 1.5),
        unit="days",
        figures={"days": 8, "working_days": 6, "usual_gap": 1.5, "longest_gap": 4},
        evidence=[LAST_ORDER],
    ),
    "chat-silence": found(
        *("chat_silence", 11, 2),
        unit="days",
        figures={"days": 15, "usual_gap": 2, "longest_gap": 5},
        evidence=[Evidence("00000000000000e5", moscow(6, 9, 12), "last", ref="-1001234567890/42")],
    ),
    "call-silence": found(
        *("call_silence", 21, 5), unit="days", figures={"usual_gap": 5, "longest_gap": 12}, evidence=[LAST_ORDER]
    ),
    "meeting-silence": found("meeting_silence", 31, 7, unit="days", figures={"usual_gap": 7, "longest_gap": 14}),
    "reply-silence": found(
        *("reply_silence", 4, 0.1),
        unit="days",
        figures={"days": 4, "messages": 3, "usual_hours": 2.4},
        evidence=[ASKED],
    ),
    "volume-decline": found(
        *("volume_decline", 2.1, 6.4), unit="reservations", figures={"ratio": 0.33, "fleet": 0.97}, severity="critical"
    ),
    "decline-to-nothing": found("volume_decline", 0, 0.77, unit="reservations", figures={"ratio": 0, "fleet": 0.8}),
    "decline-rare": found("volume_decline", 0.2, 0.6, unit="reservations", figures={"ratio": 0.29, "fleet": 1.2}),
    "bulk-pick": found(
        *("bulk_pick", 900, 150),
        unit="pieces",
        severity="critical",
        figures={
            "stock": 1200,
            "out": 900,
            "left": 300,
            "share": 75,
            "days": 3,
            "inbound": 0,
            "announced": 0,
            "days_to_zero": 1,
            "skus": 15,
            "gone": 12,
            "withdrawn": 600,
            "usual": 150,
            "worst": 400,
        },
        evidence=[Evidence("00000000000000e6", moscow(21, 18, 2), "pick", "П-5512, 400 шт.")],
    ),
    "bulk-pick-estimated": found(
        *("bulk_pick", 11_000, 700),
        unit="pieces",
        figures={"stock": 12_000, "out": 11_000, "days": 1, "inbound": 0, "announced": 500, "estimated": 1},
    ),
    "broken-reservations": found(
        *("broken_reservations", 30_000, 2_000),
        unit="pieces",
        severity="critical",
        figures={"cancelled": 30_000, "reserved": 40_000, "share": 75, "usual_share": 5, "documents": 12, "days": 3},
        evidence=[Evidence("00000000000000e7", moscow(21, 19, 1), "reservation", "Р-7, снято 9000 шт.")],
    ),
    "payment-conflict": found(
        "payment_conflict",
        2,
        figures={"talks": 3, "days": 30},
        evidence=[said("За такие деньги платить не будем", "Олег")],
    ),
    "competitor": found(
        "competitor_phrase", 1, unit="words", evidence=[said("Нам предложили дешевле", "Олег", "meeting", 754_000)]
    ),
    "complaint": found(
        "complaint_phrase",
        3,
        unit="words",
        evidence=[said("Опять всё перепутали"), said("Третий раз жду ответа", "Олег")],
    ),
    "loss": found("loss_phrase", 1, unit="words", evidence=[said("Пропало двадцать коробок", "Олег")]),
    "legal": found(
        "legal_phrase", 1, unit="words", severity="critical", evidence=[said("Готовим претензию к вам", "Олег")]
    ),
    "leaving-conditional": found(
        *("leaving_phrase", 1),
        unit="words",
        figures={"conditional": 1},
        evidence=[said("Если так пойдёт, уйдём к другому складу", "Олег")],
    ),
    "tone": found("tone", 2, figures={"bad": 2}, evidence=[said("Мне всё равно, что вы там решили", "Олег")]),
    "combined-yellow": found(
        *("combined_risk", 38, 12),
        unit="points",
        figures={"level": 1, "order_silence": 27.5, "chat_silence": 9.2},
        evidence=[LAST_ORDER],
    ),
    "combined-red": found(
        *("combined_risk", 71, 38),
        unit="points",
        severity="critical",
        figures={"level": 2, "leaving_phrase": 57, "order_silence": 27.5, "volume_decline": 4},
        evidence=[LAST_ORDER, said("Мы уходим к другому складу", "Олег")],
    ),
}

FULL_REPORT = replace(
    REPORT,
    minutes=[MINUTES, replace(MINUTES, lead_id="777", people=[])],
    untold=[
        UntoldMeeting("42", "r1", moscow(21, 12, 30), 65 * 60_000),
        UntoldMeeting("43", "r2", moscow(21, 13), 20_000, "too_short"),
        UntoldMeeting("44", "r3", moscow(21, 14), 0, "damaged"),
    ],
    chats=[ChatLine("12345", "Спросили про остатки; ответили."), ChatLine("9", "Тишина <и> покой")],
    risks=[
        SPIKE,
        replace(LEAVING, opened_at=moscow(2, 9, 3), lead_id="9"),
        *(replace(alert, lead_id="9") for alert in (EACH_RULE["combined-red"], EACH_RULE["order-silence"])),
        replace(EACH_RULE["chat-silence"], lead_id="43", opened_at=moscow(20, 12), held="budget"),
    ],
    promises=[
        DuePromise("12345", moscow(21, 11), MINUTES.minutes.actions[0]),
        DuePromise("9", moscow(20, 11), Action("вернуть деньги", UNKNOWN, "2026-11-21", "вернём", 1)),
    ],
    silent=[SilentLead("42", moscow(1, 10)), SilentLead("43", moscow(14, 10))],
    unknown=[UnknownClient("jitsi_room", "lead 12345", 3), UnknownClient("tg_chat", "-100", 1)],
    sources=[SourceHealth("jibri", moscow(19, 10), 0), SourceHealth("wms-1", moscow(21, 19), 40)],
)
