"""One event of each kind as n8n is told of it; the tests of bodies and of the workflow share them."""

from msgspec.structs import replace

from alerting.clients import Client
from alerting.webhooks import (
    webhook_of_alert,
    webhook_of_minutes,
    webhook_of_recording,
    webhook_of_report,
    webhook_of_transcript,
)
from schemas.alerts import Press
from schemas.minutes import Fact, Minutes, Point, Topic
from schemas.outlets import Webhook
from schemas.sources import Recording, Transcript, Word
from tests.unit.alerting.alerts import SPIKE
from tests.unit.alerting.reports import REPORT
from tests.unit.notify.outlets.copies import FOUR_PM, MINUTES, meeting

RECORDING = Recording(
    recording_id="5f0c9a7e11d24e0b",
    session_id="qwertyuiopasdfgh",
    file="lead-12345-kickoff.mp4",
    path="12345/2026/11/21/5f0c9a7e11d24e0b.mp4",
    size=1 << 20,
    sha256="9f86d081",
    room="lead-12345-kickoff",
    ended_at=FOUR_PM + 5_100_000,
    duration_ms=5_100_000,
    started_at=FOUR_PM,
    status="ok",
    lead_id="12345",
    host="jibri-1",
    participants=["Анна", "Пётр"],
)

TRANSCRIPT = Transcript(
    recording=RECORDING,
    version=2,
    engine="vosk",
    model="vosk-model-ru-0.42",
    words=[Word("мы", 0, 300, 0.91), Word("уходим", 320, 900, 0.77), Word("прощайте", 9000, 9500, 0.5, "Пётр")],
)

FULL: Minutes = replace(
    MINUTES,
    topics=[Topic("Сроки", 0, 1000)],
    facts=[Fact("sells", "обувь", "мы продаём обувь", 1)],
    pains=[Point("Долго", "очень долго", 2)],
)

PRESSED = replace(
    SPIKE, version=2, status="acknowledged", acknowledged_by="Анна Куратор", press=Press("seen", "Анна Куратор", "77")
)


def webhooks() -> dict[str, Webhook]:
    """By kind."""
    made = [
        webhook_of_recording(RECORDING, "source.recordings/0/1"),
        webhook_of_transcript(TRANSCRIPT, "source.transcripts/0/1"),
        webhook_of_minutes(meeting(minutes=FULL)),
        webhook_of_alert(SPIKE, Client),
        webhook_of_report(REPORT, Client, "daily.reports/0/1"),
    ]
    return {webhook.event: webhook for webhook in made}
