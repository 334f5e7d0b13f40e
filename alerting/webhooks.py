"""What n8n is told of each event (docs/n8n.md): pure functions from what happened to a `Webhook`.

Fields are only ever added. Every field is always there, so an expression in n8n never meets an undefined one. Times are
ISO 8601 UTC. Nothing goes out that a receiver does not need: no words with their times and confidences, no names of
participants beside those in the minutes, no curator who pressed a button. `origin` is the trace: the place of the raw
record that all of it came of (`leadpulse trace`).
"""

from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from alerting.clients import Clients
from alerting.minutes import render_markdown
from alerting.render import render
from alerting.report import render_report
from processors.utterances import utterances
from schemas.alerts import Alert
from schemas.codec import event_id
from schemas.minutes import UNKNOWN, Action, MeetingMinutes
from schemas.outlets import Webhook, WebhookKind
from schemas.reports import DailyReport
from schemas.sources import Recording, Transcript
from schemas.types import LeadId, Millis

_ENCODER = msgspec.json.Encoder()


def webhook_of_recording(recording: Recording, origin: str) -> Webhook:
    """A file is on the shared storage, also one that is damaged or empty (`status`). `ts`: the end of the recording."""
    return _webhook(
        "recording",
        event_id("webhook", "recording", recording.recording_id),
        recording.ended_at,
        recording.lead_id,
        {**_meeting(recording), "ended_at": _iso(recording.ended_at), "file": recording.path, "error": recording.error},
        origin,
    )


def webhook_of_transcript(transcript: Transcript, origin: str) -> Webhook:
    """The words of a recording; a higher `version` replaces the former. `ts`: the start of the recording."""
    recording = transcript.recording
    said = [
        {"start_ms": u.start_ms, "end_ms": u.end_ms, "speaker": u.speaker or "", "text": u.text}
        for u in transcript.utterances or utterances(transcript.words)
    ]
    return _webhook(
        "transcript",
        event_id("webhook", "transcript", recording.recording_id, transcript.version),
        recording.started_at,
        recording.lead_id,
        {
            **_meeting(recording),
            "version": transcript.version,
            "engine": transcript.engine,
            "degraded": transcript.degraded,
            "flaw": transcript.flaw,
            "utterances": said,
        },
        origin,
    )


def webhook_of_minutes(event: MeetingMinutes) -> Webhook:
    """The minutes of a meeting, in fields and ready to be read (`markdown`). `ts`: the meeting's start."""
    return _webhook(
        "minutes",
        event_id("webhook", "minutes", event.event_id),
        event.ts,
        event.lead_id,
        {
            "recording_id": event.recording_id,
            "room": event.room,
            "started_at": _iso(event.ts),
            "duration_ms": event.duration_ms,
            "people": event.people,
            "minutes": replace(event.minutes, actions=[_named(action) for action in event.minutes.actions]),
            "markdown": render_markdown(event),
        },
        event.origin,
    )


def webhook_of_alert(alert: Alert, clients: Clients) -> Webhook:
    """An alert in one of its states; `rings`: it is news that people get, not a change of what was told;
    `held` says why news is silent (`schemas.alerts.Held`). `text` is Telegram's HTML."""
    evidence = [
        {"event_id": e.event_id, "ts": _iso(e.ts), "kind": e.kind, "text": e.text, "who": e.who, "at_ms": e.at_ms}
        for e in alert.evidence
    ]
    return _webhook(
        "alert",
        event_id("webhook", "alert", alert.alert_id, alert.version),
        alert.updated_at,
        alert.lead_id,
        {
            "alert_id": alert.alert_id,
            "version": alert.version,
            "rule": alert.rule,
            "severity": alert.severity,
            "status": alert.status,
            "verdict": alert.verdict,
            "rings": alert.rings,
            "held": alert.held,
            "within": alert.within,
            "escalated": alert.escalated,
            "opened_at": _iso(alert.opened_at),
            "value": alert.value,
            "baseline": alert.baseline,
            "score": alert.score,
            "unit": alert.unit,
            "evidence": evidence,
            "text": render(replace(alert, acknowledged_by=""), clients(alert.lead_id)).text,
        },
        alert.origin,
    )


def webhook_of_report(report: DailyReport, clients: Clients, origin: str) -> Webhook:
    """The daily report: its figures, and its text in parts as Telegram takes them (HTML, each at most 4096 characters).

    `ts`: its end.
    """
    return _webhook(
        "report",
        event_id("webhook", "report", report.report_id),
        report.until,
        None,
        {
            "report_id": report.report_id,
            "since": _iso(report.since),
            "until": _iso(report.until),
            "meetings": report.meetings,
            "meeting_minutes": report.meeting_minutes,
            "messages": report.messages,
            "reservations": report.reservations,
            "reserved_qty": report.reserved_qty,
            "cancelled": report.cancelled,
            "cancelled_qty": report.cancelled_qty,
            "alerts_opened": report.alerts_opened,
            "alerts_open": report.alerts_open,
            "alerts_unseen": report.alerts_unseen,
            "unassigned": report.unassigned,
            "dead_letters": report.dead_letters,
            "parts": render_report(report, clients),
        },
        origin,
    )


def _named(action: Action) -> Action:
    """Nobody named is empty, as every field without a value."""
    owner, due = ("" if value.strip() == UNKNOWN else value for value in (action.owner, action.due))
    return replace(action, owner=owner, due=due)


def _meeting(recording: Recording) -> dict[str, object]:
    return {
        "recording_id": recording.recording_id,
        "room": recording.room,
        "started_at": _iso(recording.started_at),
        "duration_ms": recording.duration_ms,
        "status": recording.status,
    }


def _webhook(
    kind: WebhookKind, id_: str, ts: Millis, lead_id: LeadId | None, content: dict[str, object], origin: str
) -> Webhook:
    body = {"id": id_, "event": kind, "ts": _iso(ts), "lead_id": lead_id or "", "origin": origin, **content}
    return Webhook(id_, kind, ts, msgspec.Raw(_ENCODER.encode(body)), lead_id or "", origin)


def _iso(ts: Millis) -> str:
    return datetime.fromtimestamp(ts / 1000, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
