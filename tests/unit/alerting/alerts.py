"""Alerts that the tests of `alerting` share."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from alerting.clients import Client
from schemas.alerts import Alert, CommonAlert, Evidence, Press, Rule, Unit

ONE_SCREEN = 900
"""Characters that a telephone shows without scrolling."""


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
    figures={
        "fleet": 1.0,
        "ratio": 3.25,
        "day": 20_778,
        "orders": 13,
        "pieces": 910,
        "cancelled": 0,
        "cancelled_pieces": 0,
    },
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
NO_ORDERS = {"order_silence": 27.5, "order_silence_value": 5, "order_silence_usual": 1.31}
"""As the alert of the whole risk has it."""
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
    "decline-holidays": found(
        *("volume_decline", 3.1, 7.5),
        unit="reservations",
        figures={"ratio": 0.41, "fleet": 1.0, "off": 13},
    ),
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
        figures=NO_ORDERS | {"chat_silence": 9.2, "chat_silence_value": 12, "chat_silence_usual": 2.4},
        evidence=[LAST_ORDER],
    ),
    "combined-red": found(
        *("combined_risk", 71, 38),
        unit="points",
        severity="critical",
        figures=NO_ORDERS
        | {"leaving_phrase": 57, "volume_decline": 4, "volume_decline_value": 3.25, "volume_decline_usual": 6.1},
        evidence=[LAST_ORDER, said("Мы уходим к другому складу", "Олег")],
    ),
}
