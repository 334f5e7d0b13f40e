"""Tests of what a real Jicofo was seen to do (research page jitsi.md, "Found on a real Jicofo since")."""

import asyncio
import time
from collections.abc import Callable

import pytest

from tests.installation import until
from tests.prosody.conftest import EARLY, HASTY, MAIN, PATIENT, SLOW
from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.receiver import Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

BEGUN = ("meeting_started", "joined")
RECORDED = ("recording_on", "notice_sent")
LEFT = ("left", "meeting_ended")


async def test_an_early_item_not_found_is_no_failure(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Jicofo joins before it has made its recorder: asked again soon, not after the pause of a failure, and none is
    told."""
    conference = await focus.open(new_room(), settling=60)
    async with join(prosody.port, conference.room):
        await conference.started(1)
        begin = time.monotonic()
        conference.settling = 0
        await conference.started(2)
        assert time.monotonic() - begin < 10  # 0.5 s on a quiet machine
        await receiver.happened(conference.room, *BEGUN, *RECORDED)


async def test_a_late_answer_is_no_failure(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Jicofo answers when Jibri has: an answer after our patience still brings the recording, and is no failure."""
    conference = await focus.open(new_room(HASTY), "late")
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        begun = [r.happening for r in receiver.of(conference.room) if r.happening != "unrecorded"]
        assert begun[:2] == list(BEGUN)
        assert "recording_failed" not in begun


async def test_after_a_live_stream_it_records(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """A stream takes the room's only session: nothing is asked meanwhile, and its end is the moment to start."""
    conference = await focus.open(new_room(SLOW))
    conference.stream("on")
    await asyncio.sleep(EARLY)
    async with join(prosody.port, conference.room) as host:
        await host.act(SLOW, "parse", "[]")
        assert (conference.starts, host.chat) == ([], [])
        conference.stream("off")
        await conference.is_on()
        await host.hears(1)


async def test_after_a_session_that_was_never_on(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Somebody else's start took the session and came to nothing: its end is the moment, too."""
    conference = await focus.open(new_room(SLOW))
    conference.session = "theirs"
    await asyncio.sleep(EARLY)
    async with join(prosody.port, conference.room):
        await conference.started(1)
        await focus.act(SLOW, "parse", "[]")
        conference.tell("off", failure_reason="error")
        await conference.is_on()


async def test_a_stream_that_begins_while_we_ask(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """The stream was quicker: our start is refused, and comes again when the stream is over."""
    conference = await focus.open(new_room(PATIENT), "unexpected-request")
    async with join(prosody.port, conference.room):
        await conference.started(1)
        conference.stream("on")
        conference.stream("off")
        await conference.started(2)
        await conference.is_on()


async def test_a_visit_of_seconds(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Jicofo stops with the last person, also what has not begun: no failure after the meeting's end."""
    conference = await focus.open(new_room(), "ok", "on")
    async with join(prosody.port, conference.room) as host:
        await conference.started(1)
        await host.leave()
        await focus.act(MAIN, "parse", "[]")
        await host.join()
        await receiver.happened(conference.room, *BEGUN, *LEFT, *BEGUN, *RECORDED)


async def test_an_end_of_the_meeting_before(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Who comes back before Jicofo has stopped what the last visit asked for is recorded, and that is no failure."""
    conference = await focus.open(new_room(), "ok", "on")
    async with join(prosody.port, conference.room) as host:
        await conference.started(1)
        session, conference.session = conference.session, ""
        await host.leave()
        await host.join()
        conference.session = session
        conference.tell("off")
        await conference.started(2)
        await receiver.happened(conference.room, *BEGUN, *LEFT, *BEGUN, *RECORDED)


@pytest.mark.parametrize("answer", ["late", "service-unavailable"])
async def test_a_refusal_after_the_end(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, answer: str
) -> None:
    """An answer of any kind that finds nobody in the room is news to nobody."""
    conference = await focus.open(new_room(), "silence" if answer != "late" else "late")
    async with join(prosody.port, conference.room) as host:
        start = await conference.started(1)
        await host.leave()
        if answer != "late":
            conference.refuse(start, answer)
        await focus.act(MAIN, "parse", "[]")
        conference.answers.append("on")
        await host.join()
        await host.hears(1)
        reports = [report.happening for report in receiver.of(conference.room)]
        assert "recording_failed" not in reports


@pytest.mark.parametrize("why", ["asking", "pending", "focus-back", "busy", "streaming"])
async def test_why_it_is_not_recorded(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, why: str
) -> None:
    """With a moderator in the room the reason is never that there is none."""
    answers = {"asking": ["silence"], "pending": ["ok"], "busy": ["unexpected-request"]}
    conference = focus.expect(new_room(PATIENT), *answers.get(why, []))
    conference.settling = 60 if why == "focus-back" else 0
    await conference.join()
    if why == "streaming":
        conference.stream("on")

    async def told() -> bool:
        return any(report.happening == "unrecorded" for report in receiver.of(conference.room))

    async with join(prosody.port, conference.room):
        await until(told, 10, "unrecorded", pause=0.005)
    assert [r.reason for r in receiver.of(conference.room) if r.happening == "unrecorded"] == [why]
