"""One event of every type; a signal, an alert, and as many reservations as are wanted."""

from typing import Any, TypeVar, get_args

import msgspec

from schemas import events as ev
from schemas.alerts import Alert, Evidence, Signal
from schemas.codec import event_id
from schemas.minutes import OFFLINE, Minutes, Point
from tests.unit.store.records import NOW

E = TypeVar("E")

LEAD = "12345"
_AUTHOR = ev.Author("7", "Анна")

_FIELDS: dict[type, dict[str, Any]] = {
    ev.MeetingRecorded: {"recording_id": "r1", "room": "lead-12345-kickoff", "duration_ms": 600_000},
    ev.MeetingRoom: {"happening": "joined", "room": "lead-12345-kickoff", "meeting_id": "m1", "name": "Анна"},
    ev.MeetingTranscribed: {
        "recording_id": "r1",
        "version": 1,
        "engine": "vosk",
        "duration_ms": 600_000,
        "words": 3,
        "utterances": [ev.Utterance(0, 900, "добрый день", "A", 0.9), ev.Utterance(1000, 1500, "да")],
    },
    ev.MeetingMinutes: {
        "recording_id": "r1",
        "room": "lead-7-kickoff",
        "duration_ms": 600_000,
        "people": ["Анна"],
        "minutes": Minutes("«итоги»", OFFLINE, decisions=[Point("едем", "ну, едем", 3)]),
    },
    ev.MeetingSaid: {
        "meeting_id": "m1",
        "room": "lead-7",
        "participant": "a1",
        "start_ms": NOW,
        "end_ms": NOW + 900,
        "text": "да",
    },
    ev.PhraseVerdict: {"about": "00" * 8, "rule": "leaving_phrase", "key": "r", "meant": True, "model": "glm"},
    ev.ChatSummary: {"day": "2026-09-22", "messages": 3, "minutes": Minutes("Спросили о счёте.", OFFLINE, 3)},
    ev.ProfileCorrected: {"field": "sells", "text": "обувь", "author": "Мария"},
    ev.PromiseMarked: {"promise": "0" * 15 + "a", "text": "счёт", "mark": "kept", "author": "Мария"},
    ev.ClientOutcome: {"outcome": "stays", "since": "2026-11-20", "author": "Мария"},
    ev.Message: {"chat_id": "-1", "message_id": "5", "author": _AUTHOR, "text": "где наш товар? 'ё' \x00"},
    ev.MessageEdited: {"chat_id": "-1", "message_id": "5", "author": ev.Author("8", client=False), "text": "правка"},
    ev.MessageDeleted: {"chat_id": "-1", "message_id": "5"},
    ev.Call: {"call_id": "c1", "direction": "in", "duration_ms": 60_000},
    ev.CallTranscribed: {"call_id": "c1", "direction": "in", "duration_ms": 60_000, "text": "Клиент: где товар?"},
    ev.Mail: {"mail_id": "m1", "direction": "out", "subject": "счёт"},
    ev.CrmChanged: {"entity": "deal", "entity_id": "9", "change": "updated", "fields": {"stage": "won"}},
    ev.Note: {"note_id": "n1", "author": _AUTHOR, "text": "любит порядок"},
    ev.Reservation: {"doc": "R-1", "qty": -4, "action": "cancelled", "lines": [ev.Line("sku", -4)]},
    ev.Pick: {"doc": "P-1", "qty": 3},
    ev.Shipment: {"doc": "S-1", "qty": 3},
    ev.Inbound: {"doc": "I-1", "qty": 10_000_000, "planned": True},
    ev.Return: {"doc": "V-1", "qty": 1},
    ev.Adjustment: {"doc": "A-1", "qty": -10_000_000},
    ev.StockSnapshot: {"doc": "Q-1", "qty": 0, "complete": True},
    ev.AlertAction: {"alert_id": "0" * 16, "action": "seen", "actor": _AUTHOR},
    ev.AlertMailed: {"alert_id": "a" * 16, "version": 1, "address": "anna@example.ru"},
    ev.AlertsMuted: {"until": NOW + 86_400_000, "actor": _AUTHOR},
    ev.Tick: {"lead_id": ""},
    ev.Fleet: {"lead_id": "", "day": 20_000, "ratios": [1.0, 1.2], "verdicts": {"tone": (1, 2)}},
    ev.Baseline: {"first_day": 20_000, "last_day": 20_001, "days": [ev.DayFigures(20_000, 1, 2)]},
    ev.EventsMoved: {"events": [ev.MovedEvent("0" * 16, NOW, "-1:5", ev.DayFigures(20_000, messages=1))]},
    ev.CommandChanged: {
        "command_id": "c" * 16,
        "name": "task.bitrix",
        "title": "Поставить задачу",
        "state": "done",
        "words": "Позвонить",
        "by": "Мария",
        "what": "задача 7",
    },
    ev.IdentityLinked: {"kind": "tg_chat", "value": "-1"},
}


def event_of(type_: type[E]) -> E:
    """An event of this type."""
    common = {"event_id": event_id("sample", type_.__name__), "lead_id": LEAD, "ts": NOW - 5000, "source": "test"}
    fields: dict[str, Any] = common | _FIELDS[type_]
    return type_(**fields)


ALL_EVENTS = [event_of(type_) for type_ in get_args(ev.Event)]


SIGNAL = Signal(
    signal_id=event_id("s", 1),
    lead_id=LEAD,
    rule="leaving_phrase",
    severity="critical",
    ts=NOW,
    window_start=NOW,
    value=1.5,
    baseline=0.25,
    score=0.9,
    evidence=[Evidence("00" * 8, NOW, "message", "мы уходим")],
)
OPENED = Alert(
    alert_id="f" * 16,
    version=1,
    lead_id=LEAD,
    rule="leaving_phrase",
    severity="critical",
    status="open",
    opened_at=NOW,
    updated_at=NOW,
    value=1,
    baseline=0,
    score=0.9,
)


def reservation(n: int, **fields: object) -> ev.Reservation:
    given = {"lead_id": str(n % 3), "ts": NOW - n * 1000, "source": "wms", "doc": f"R-{n}", "qty": n} | fields
    return msgspec.convert({"event_id": event_id("wms", n)} | given, ev.Reservation)
