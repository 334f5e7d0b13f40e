"""Tests of the recorders in the room: what is recorded shows in who is there, not only in what Jicofo says."""

from collections.abc import Callable

from schemas.sources import RoomReport
from tests.installation import until
from tests.prosody.conftest import HASTY, MAIN, PATIENT, Pause
from tests.prosody.focus import Focus
from tests.prosody.guest import join, recorder
from tests.prosody.receiver import Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

ONE_GUEST = ("meeting_started", "joined", "recording_on", "notice_sent")


async def test_a_recorder_that_nobody_speaks_for(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, pause: Pause
) -> None:
    """Jicofo is restarted and Jibri records on: who comes is told; no failure and no alarm is raised in vain."""
    conference = await focus.open(new_room(HASTY))
    async with join(prosody.port, conference.room) as host, recorder(prosody.port, conference.room) as jibri:
        await receiver.happened(conference.room, *ONE_GUEST)
        await jibri.join()
        await conference.leave()
        conference.answers.extend(["resource-constraint"] * 1000)
        await conference.join()
        async with join(prosody.port, conference.room) as late:
            assert "записывается" in (await late.hears(1))[0]
        await pause()
        await receiver.happened(conference.room, *ONE_GUEST, "joined", "notice_sent", "left")
        assert len(host.chat) == 1
        await jibri.leave()
        conference.answers.clear()

        def told() -> list[RoomReport]:
            """But that Jicofo was asked before its answers changed."""
            return [one for one in receiver.of(conference.room) if one.happening != "recording_failed"]

        async def records_again() -> bool:
            happened = [*ONE_GUEST, "joined", "notice_sent", "left", "recording_off", *ONE_GUEST[2:]]
            return [one.happening for one in told()] == happened

        await until(records_again, 10, "it is recorded again")
        assert told()[7].reason == "focus-left"


async def test_who_is_with_a_recorder_is_told_before_jicofo_says_so(
    prosody: Prosody, focus: Focus, new_room: NewRoom
) -> None:
    """The recorder comes in before the status is on: people are told then, and once."""
    conference = await focus.open(new_room(), "ok")
    async with join(prosody.port, conference.room) as host, recorder(prosody.port, conference.room) as jibri:
        await conference.started(1)
        await jibri.join()
        assert "записывается" in (await host.hears(1))[0]
        conference.tell("on")
        await focus.act(MAIN, "parse", "[]")
        await host.act(MAIN, "parse", "[]")
        assert len(host.chat) == 1


async def test_a_recorder_of_a_module_without_memory(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """A module that is loaded into a running server sees the recorder that is there."""
    conference = await focus.open(new_room(), *["resource-constraint"] * 1000)
    async with join(prosody.port, conference.room) as host, recorder(prosody.port, conference.room) as jibri:
        await jibri.join()
        await host.hears(1)
        await focus.act(MAIN, "load_anew")
        assert "записывается" in (await host.hears(2))[1]


async def test_a_transcriber_is_no_recorder(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Jigasi's transcriber lives in the hidden domain too, and records nothing."""
    conference = await focus.open(new_room(), *["resource-constraint"] * 1000)
    async with (
        join(prosody.port, conference.room) as host,
        recorder(prosody.port, conference.room, "transcriber") as jigasi,
    ):
        await jigasi.join()
        await host.hears(1)
        await host.act(MAIN, "parse", "[]")
        assert [text for text in host.chat if "записывается" in text] == []


async def test_a_takeover_leaves_a_gap(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Another Jibri goes on under the same session: `on` stays, nobody is told twice, the gap is reported."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host, recorder(prosody.port, conference.room) as first:
        await receiver.happened(conference.room, *ONE_GUEST)
        await first.join()
        await first.leave()
        async with recorder(prosody.port, conference.room) as second:
            await second.join()
            conference.repeat()
            reports = await receiver.happened(conference.room, *ONE_GUEST, "recording_gap")
            assert reports[-1].session_id == conference.session
            assert reports[-1].duration_ms > 0
            assert len(host.chat) == 1
            await second.leave()
            conference.tell("off")
            await receiver.happened(conference.room, *ONE_GUEST, "recording_gap", "recording_off")


async def test_a_recorder_that_does_not_come_back(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """`on` without a recorder for too long is a room without a recording, whatever Jicofo says, until one is back."""
    conference = await focus.open(new_room(HASTY))

    async def told() -> bool:
        return receiver.of(conference.room)[-1].happening == "unrecorded"

    async with join(prosody.port, conference.room), recorder(prosody.port, conference.room) as first:
        await receiver.happened(conference.room, *ONE_GUEST)
        await first.join()
        await first.leave()
        await until(told, 10, "unrecorded", pause=0.005)
        assert receiver.of(conference.room)[-1].reason == "no-recorder"
        await first.join()
        await receiver.happened(conference.room, *ONE_GUEST, "unrecorded", "recording_gap")


async def test_a_streams_recorder_records_nothing(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """While a stream is on, its Jibri in the room is no recording: nobody is told so, and the room is unrecorded."""
    conference = await focus.open(new_room(PATIENT))
    conference.stream("on")
    async with recorder(prosody.port, conference.room) as jibri:
        await jibri.join()
        async with join(prosody.port, conference.room) as host:
            await receiver.happened(conference.room, "meeting_started", "joined", "unrecorded")
            assert host.chat == []
