"""Tests of `tests.fakes.jitsi`, the room of the demo, with a stand-in for the gateway and with the gateway itself."""

from pathlib import Path

from processors.normalize.recordings import FROM_JITSI
from schemas.sources import RoomReport
from tests.fakes.jitsi import JitsiRoom
from tests.installation import until
from tests.prosody.receiver import TOKEN, Receiver
from tests.unit.gateway.door import Door


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


async def test_the_gateway_says_that_a_lead_is_not_known(tmp_path: Path) -> None:
    """Module and gateway together: the question is understood, and every report says that the number is no lead's."""
    async with Door() as door:
        door.known["123452"] = False

        async def told() -> bool:
            return len(door.shelf.outputs) >= 4

        async def answered() -> bool:
            return "the lead of a room is not known" in (tmp_path / "prosody.log").read_text()

        url = f"http://127.0.0.1:{door.port}/hooks/jitsi"
        async with JitsiRoom("lead-123452", tmp_path, url, "room", answers=()) as room:
            await until(answered, 10, "the answer")  # the focus is in, and nobody else: in life a page loads meanwhile
            anna = await room.join("Анна")
            hint, _ = await anna.hears(2)
            metadata = await room.recorded()
            await until(told, 10, "four reports")
    assert "Лид 123452 не найден" in hint
    assert (metadata["lead_known"], "lead_id" in metadata) == (False, False)
    reports = [FROM_JITSI.decode(output.value) for output in door.shelf.outputs]
    assert {(r.lead_id, r.lead_known) for r in reports if isinstance(r, RoomReport)} == {(None, False)}
