"""Tests of `tests.fakes.jitsi`: the room of the demo."""

from pathlib import Path

from tests.fakes.jitsi import JitsiRoom
from tests.prosody.receiver import TOKEN, Receiver


async def test_busy_once_then_recorded(tmp_path: Path) -> None:
    """The demo's meeting: busy first, then it records; the gateway hears the whole of it, with names."""
    async with (
        Receiver() as receiver,
        JitsiRoom("lead-77-kickoff", tmp_path, receiver.url, TOKEN, options={"retry_seconds": 0.05}) as room,
    ):
        anna = await room.join("Анна")
        metadata = await room.recorded()
        await anna.hears(1)
        await room.join("Борис")
        await room.end()
        reports = await receiver.happened(
            "lead-77-kickoff",
            *("meeting_started", "joined", "recording_failed", "recording_on", "notice_sent"),
            *("joined", "notice_sent", "left", "left", "meeting_ended", "recording_off"),
        )
    assert metadata["lead_id"] == "77"
    assert metadata["conference_details"]["session_id"] == reports[3].session_id
    assert [report.name for report in reports if report.happening == "left"] == ["Анна", "Борис"]
