"""What n8n is told: stable fields, the same id for the same event, and nothing that it has no need of."""

import json
from pathlib import Path
from typing import Any, get_args

from msgspec.structs import replace

from alerting.clients import Client
from alerting.webhooks import (
    webhook_of_alert,
    webhook_of_minutes,
    webhook_of_recording,
    webhook_of_report,
    webhook_of_transcript,
)
from schemas.codec import Codec
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action
from schemas.outlets import Webhook, WebhookKind
from tests.unit.alerting.alerts import SPIKE
from tests.unit.alerting.reports import REPORT
from tests.unit.notify.outlets.copies import MINUTES, meeting
from tests.unit.notify.outlets.events import PRESSED, RECORDING, TRANSCRIPT, webhooks

ENVELOPE = {"id", "event", "ts", "lead_id", "origin"}

FIELDS = {
    "recording": {
        "recording_id", "room", "started_at", "ended_at", "duration_ms", "status", "file", "error",
    },
    "transcript": {
        "recording_id", "room", "started_at", "duration_ms", "status", "version", "engine", "degraded", "flaw",
        "utterances",
    },
    "minutes": {"recording_id", "room", "started_at", "duration_ms", "people", "minutes", "markdown"},
    "alert": {
        "alert_id", "version", "rule", "severity", "status", "verdict", "rings", "held", "within", "escalated",
        "opened_at", "value", "baseline",
        "score", "unit", "evidence", "text",
    },
    "report": {
        "report_id", "since", "until", "meetings", "meeting_minutes", "messages", "reservations", "reserved_qty",
        "cancelled", "cancelled_qty", "alerts_opened", "alerts_open", "alerts_unseen", "unassigned", "dead_letters",
        "parts",
    },
}  # fmt: skip

RAW = "source.recordings/0/1"


def body(webhook: Webhook) -> Any:
    """As the receiver reads it."""
    return json.loads(bytes(webhook.body))


def test_documented_fields() -> None:
    """Every kind has exactly the fields that docs/n8n.md lists, always all of them."""
    made = webhooks()
    assert set(made) == set(get_args(WebhookKind))
    for kind, webhook in made.items():
        assert set(body(webhook)) == ENVELOPE | FIELDS[kind]
        assert (body(webhook)["id"], body(webhook)["event"]) == (webhook.id, kind)
        assert body(webhook)["lead_id"] == webhook.lead_id
        assert body(webhook)["ts"].endswith("Z")
        assert body(webhook)["origin"] == webhook.origin
    assert made["recording"].origin == "source.recordings/0/1"


def test_fields_are_there_when_they_are_empty() -> None:
    """A default is told like any other value: a recording without a lead, an alert without evidence."""
    recording = body(webhook_of_recording(replace(RECORDING, lead_id=None), RAW))
    assert (recording["lead_id"], recording["error"]) == ("", "")
    alert = body(webhook_of_alert(replace(SPIKE, evidence=[], unit="", rings=False), Client))
    assert set(alert) == ENVELOPE | FIELDS["alert"] and alert["evidence"] == []
    minutes = body(webhook_of_minutes(meeting()))["minutes"]
    assert minutes["pains"] == [] and minutes["tone"] == "ровный"


def test_documents_name_every_field() -> None:
    """docs/n8n.md lists them."""
    text = (Path(__file__).parents[3] / "docs" / "n8n.md").read_text()
    missing = [name for names in [*FIELDS.values(), ENVELOPE] for name in names if f"`{name}`" not in text]
    assert missing == []


def test_same_event_same_id() -> None:
    """The id is of the event, not of the telling; another version or another event has another."""
    again = webhooks()
    assert {w.id for w in webhooks().values()} == {w.id for w in again.values()}
    ids = [
        *(w.id for w in again.values()),
        webhook_of_transcript(replace(TRANSCRIPT, version=3), RAW).id,
        webhook_of_minutes(meeting(version=2)).id,
        webhook_of_alert(replace(SPIKE, version=9), Client).id,
        webhook_of_report(replace(REPORT, report_id="other"), Client, RAW).id,
        webhook_of_recording(replace(RECORDING, recording_id="other"), RAW).id,
    ]
    assert len(set(ids)) == len(ids)


def test_transcript_without_words() -> None:
    """Utterances with who and when, no single words and confidences; where there are none, pauses make them."""
    told = body(webhook_of_transcript(TRANSCRIPT, RAW))
    assert told["utterances"] == [
        {"start_ms": 0, "end_ms": 900, "speaker": "", "text": "мы уходим"},
        {"start_ms": 9000, "end_ms": 9500, "speaker": "", "text": "прощайте"},
    ]
    readable = replace(TRANSCRIPT, utterances=[Utterance(0, 900, "Мы уходим.", "Пётр", 0.9)])
    assert body(webhook_of_transcript(readable, RAW))["utterances"] == [
        {"start_ms": 0, "end_ms": 900, "speaker": "Пётр", "text": "Мы уходим."}
    ]


def test_no_more_personal_data_than_needed() -> None:
    """Neither the participants of a recording nor the curator who pressed a button leave."""
    made = [webhook_of_recording(RECORDING, RAW), webhook_of_alert(PRESSED, Client)]
    for webhook in made:
        assert "Анна" not in bytes(webhook.body).decode()
    assert "confidence" not in bytes(webhook_of_transcript(TRANSCRIPT, RAW).body).decode()


def test_ready_texts() -> None:
    """Minutes come as Markdown, an alert and a report as Telegram's HTML in parts that fit a message."""
    made = {kind: body(webhook) for kind, webhook in webhooks().items()}
    assert "тариф «Плюс»" in made["minutes"]["markdown"]
    assert "<b>" in made["alert"]["text"] and "12345" in made["alert"]["text"]
    assert made["report"]["parts"] and all(0 < len(part) <= 4096 for part in made["report"]["parts"])


def test_survives_the_topic() -> None:
    """A webhook read back from `out.webhooks` has the body byte for byte: its signature is over them."""
    codec: Codec[Webhook] = Codec(Webhook)
    for webhook in webhooks().values():
        back = codec.decode(codec.encode(webhook))
        assert isinstance(back, Webhook)
        assert (bytes(back.body), back.id, back.event, back.ts) == (
            bytes(webhook.body),
            webhook.id,
            webhook.event,
            webhook.ts,
        )


def test_who_was_not_named_is_empty() -> None:
    """As every field without a value: an expression in n8n asks one question, not two."""
    actions = [Action("Дело", UNKNOWN, UNKNOWN, "я сделаю", 1), Action("Дело", "Анна", "2026-11-28", "сделаю", 2)]
    told = body(webhook_of_minutes(meeting(minutes=replace(MINUTES, actions=actions))))["minutes"]["actions"]
    assert [(action["owner"], action["due"]) for action in told] == [("", ""), ("Анна", "2026-11-28")]
