"""What an event or a signal of the store's API says, in a few Russian words. Pure."""

import json
from collections.abc import Iterable
from typing import Any

from alerting.render import ANSWERS, why_silent
from alerting.texts import TEXTS
from processors.commands.words import STATES
from processors.russian.called import CONTENTS, OUTCOMES, PROMISE_MARKS
from processors.russian.dates import iso_date
from processors.russian.plural import FILES, RESERVATIONS, TIMES, count
from schemas.alerts import Alert

LONGEST = 100
"""Characters of a text that fit a terminal's line beside the other columns."""

RULES: dict[str, str] = {rule: text.title for rule, text in TEXTS.items()}
HAPPENINGS = {
    "meeting_started": "встреча началась",
    "meeting_ended": "встреча закончилась",
    "joined": "пришёл участник",
    "left": "вышел участник",
    "renamed": "участник назвался иначе",
    "recording_on": "запись идёт",
    "recording_off": "запись остановлена",
    "recording_failed": "запись сорвалась",
    "recording_gap": "перерыв в записи: её продолжил другой сервер",
    "unrecorded": "встреча идёт без записи",
    "notice_sent": "участникам сказано о записи",
    "objected": "участник возразил против записи",
    "recording_deleted": "запись удалена: участник возразил",
}
STATUSES = {"open": "открыта", "acknowledged": "принята", "snoozed": "отложена", "resolved": "закрыта"}
SEVERITIES = {"info": "к сведению", "warning": "внимание", "critical": "срочно"}


def gist(event: dict[str, Any]) -> str:
    """The heart of an event: its words, pieces, or length."""
    payload = _fields(event.get("payload"))
    if payload.get("utterances"):
        return _short(" ".join(str(utterance["text"]) for utterance in payload["utterances"]))
    if isinstance(payload.get("minutes"), dict):
        return _short(str(payload["minutes"].get("summary", "")))
    if payload.get("content"):
        content, words = str(payload["content"]), " ".join(str(payload.get("text") or "").split())
        what = " и ".join(CONTENTS.get(kind, kind) for kind in content.split("+"))
        parts = f"{what}, {count(payload['parts'], FILES)}" if payload.get("parts") else what
        return _short(": ".join(part for part in (parts, words) if part))
    if payload.get("mark") in PROMISE_MARKS:
        marked = f"{PROMISE_MARKS[payload['mark']]}: «{payload['text']}»"
        return _short(". ".join(filter(None, (marked, str(payload.get("note", ""))))))
    if payload.get("outcome") in OUTCOMES:
        became = f"{OUTCOMES[payload['outcome']]} с {iso_date(payload['since'])}"
        return _short(": ".join(filter(None, (became, str(payload.get("reason", ""))))))
    if payload.get("command_id"):
        became = f"{payload['title']}: {STATES.get(payload['state'], payload['state'])}"
        return _short(", ".join(filter(None, (became, payload.get("what"), payload.get("why"), payload.get("by")))))
    for field in ("text", "summary", "subject"):
        if payload.get(field):
            return _short(str(payload[field]))
    if "qty" in payload:
        back = "снято " if payload["qty"] < 0 and payload.get("type") == "reservation" else ""
        qty = abs(payload["qty"]) if back else payload["qty"]
        return _short(f"{back}{qty} шт., документ {payload.get('doc', '?')}")
    if payload.get("happening") in HAPPENINGS:
        minutes = round(payload.get("duration_ms", 0) / 60_000)
        said = (
            HAPPENINGS[payload["happening"]],
            payload.get("name"),
            payload.get("reason"),
            minutes and f"{minutes} мин",
        )
        return _short(": ".join(str(part) for part in said if part))
    if "duration_ms" in payload:
        return f"{round(payload['duration_ms'] / 60_000)} мин"
    if "action" in payload:
        return ANSWERS.get(str(payload["action"]), str(payload["action"]))
    return ""


def whole(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Albums as one message each, where its first part stands: all its words, and how many parts of which kinds."""
    found: dict[object, list[dict[str, Any]]] = {}
    for number, event in enumerate(events):
        album = _fields(event.get("payload")).get("album") if event.get("kind") == "message" else None
        found.setdefault((album, event.get("lead_id")) if album else number, []).append(event)
    return [parts[0] if len(parts) == 1 else _album(parts) for parts in found.values()]


def _album(parts: list[dict[str, Any]]) -> dict[str, Any]:
    payloads = [_fields(part.get("payload")) for part in parts]
    kinds = dict.fromkeys(str(payload.get("content", "")) for payload in payloads)
    text = " ".join(str(payload["text"]) for payload in payloads if payload.get("text"))
    return parts[0] | {"payload": payloads[0] | {"content": "+".join(kinds), "text": text, "parts": len(parts)}}


def amount(value: float, unit: str) -> str:
    """A signal's figure with its unit: `5 броней`, `480 шт.`, or the bare score."""
    match unit:
        case "reservations" if value == int(value):
            return count(int(value), RESERVATIONS)
        case "pieces":
            return f"{value:g} шт."
    return f"{value:g}"


def bell(alert: Alert) -> str:
    """How an alert was told: how often it rang, or why it did not."""
    silent = why_silent(alert)
    rang = f"оповещали {count(alert.rung, TIMES)}" if alert.rung else "" if silent else "не оповещали"
    told = "передано руководителю" if alert.escalated else ""
    return "; ".join(filter(None, (rang, f"без оповещения: {silent}" if silent else "", told)))


def evidence(found: object) -> str:
    """What a signal rests on: the words of the first piece of evidence."""
    pieces = json.loads(found) if isinstance(found, str) and found else found
    if not isinstance(pieces, list) or not pieces:
        return ""
    first = pieces[0]
    return (
        _short(str(first.get("text") or first.get("event_id", ""))) if isinstance(first, dict) else _short(str(first))
    )


def _fields(payload: object) -> dict[str, Any]:
    value = json.loads(payload) if isinstance(payload, str) and payload else payload
    return value if isinstance(value, dict) else {}


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
