"""Tests of every end of a recording, of Jicofo's own restart, and of the module's (research page jitsi.md 2.2)."""

from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.prosody.conftest import HASTY, INSISTENT, MAIN, Pause
from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

MUTED = '<audiomuted xmlns="http://jitsi.org/jitmeet/audio">{}</audiomuted>'
SOURCES = "<SourceInfo>{{&quot;a-a0&quot;:{{&quot;muted&quot;:{}}}}}</SourceInfo>"


@pytest.mark.parametrize("reason", ["error", "busy"])
async def test_a_failed_recording_starts_anew(prosody: Prosody, focus: Focus, new_room: NewRoom, reason: str) -> None:
    """`off` with a failure after `on`: Jicofo has given up, we have not."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room):
        await conference.is_on()
        conference.tell("off", failure_reason=reason)
        await conference.started(2)


async def test_a_pending_timeout_is_a_failure(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """A bare `off` that was never `on` is Jicofo's pending timeout: it does not try another Jibri itself."""
    conference = await focus.open(new_room(), "ok")
    async with join(prosody.port, conference.room):
        await conference.started(1)
        conference.tell("off")
        await conference.started(2)


async def test_an_accepted_start_that_leads_to_nothing(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Accepted, and then neither `on` nor `off`: after our own limit it is tried again."""
    conference = await focus.open(new_room(HASTY), "ok", "on")
    async with join(prosody.port, conference.room):
        await conference.started(2)


async def test_a_humans_stop_is_respected(prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause) -> None:
    """Who stops the recording has stopped it: neither time nor a late join starts it in this meeting; the next does."""
    conference = await focus.open(new_room())
    async with AsyncExitStack() as people:
        host = await people.enter_async_context(join(prosody.port, conference.room))
        await conference.is_on()
        conference.tell("off", initiator="someone")
        await pause()
        late = await people.enter_async_context(join(prosody.port, conference.room))
        await late.act(MAIN, "parse", "[]")
        assert (len(conference.starts), late.chat) == (1, [])
        await late.leave()
        await host.leave()
        await host.join()
        await conference.started(2)


async def test_a_humans_stop_outlives_jicofo(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """A restart of Jicofo does not overrule the human."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await conference.is_on()
        conference.tell("off", initiator="someone")
        await conference.leave()
        await conference.join()
        conference.make_moderator(host.jid)
        await focus.act(MAIN, "parse", "[]")
        assert len(conference.starts) == 1


async def test_a_humans_stop_may_be_overruled(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """With `respect_stop = false` the recording starts again."""
    conference = await focus.open(new_room(INSISTENT, "deal-{}"))
    async with join(prosody.port, conference.room):
        await conference.is_on()
        conference.tell("off", initiator="someone")
        await conference.started(2)


async def test_ended_by_jibri_starts_at_the_next_join(
    prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause
) -> None:
    """Jibri left a silent room: nothing to record until somebody comes."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await conference.is_on()
        conference.tell("off")
        host.show(MUTED.format("true"))
        await pause()
        assert len(conference.starts) == 1
        async with join(prosody.port, conference.room):
            await conference.started(2)


@pytest.mark.parametrize("shown", [MUTED, SOURCES])
async def test_ended_by_jibri_starts_at_an_unmute(
    prosody: Prosody, focus: Focus, new_room: NewRoom, shown: str
) -> None:
    """Who unmutes after Jibri left because all were muted is recorded, with either form of Jitsi's presence."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        host.show(shown.format("true"))
        await conference.is_on()
        conference.tell("off")
        await focus.act(MAIN, "parse", "[]")
        host.show(shown.format("true"))
        await host.act(MAIN, "parse", "[]")
        assert len(conference.starts) == 1
        host.show(shown.format("false"))
        await conference.started(2)


async def test_ended_by_jibri_while_somebody_speaks(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """With somebody unmuted in the room the end is no reason to wait for a join."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        host.show(MUTED.format("false"))
        await conference.is_on()
        await host.act(MAIN, "parse", "[]")
        conference.tell("off")
        await conference.started(2)


async def test_focus_gone_and_back(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Jicofo is restarted: its recordings are gone, ours starts when it is back, also in the middle of an attempt."""
    conference = await focus.open(new_room(), "ok")
    async with join(prosody.port, conference.room) as host:
        await conference.started(1)
        await conference.leave()
        await conference.join()
        conference.make_moderator(host.jid)
        await conference.started(2)
        await conference.is_on()


async def test_reload_while_recording(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """After a reload a running recording is known: no start, no second notice, and its end is seen."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        await focus.act(MAIN, "reload")
        async with join(prosody.port, conference.room) as late:
            await late.hears(1)
        assert (len(conference.starts), len(host.chat)) == (1, 1)
        conference.tell("off", failure_reason="error")
        await conference.started(2)


async def test_reload_while_waiting(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """The attempts go on after a reload, though the timers of the old module are gone."""
    conference = await focus.open(new_room(), "silence", "resource-constraint")
    async with join(prosody.port, conference.room):
        await conference.started(1)
        await focus.act(MAIN, "reload")
        await conference.started(3)
        await conference.is_on()


@pytest.mark.parametrize("ended", [False, True])
async def test_loaded_into_a_running_server(
    prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause, ended: bool
) -> None:
    """A module without memory reads from the focus' presence that it records, or that a human stopped it."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        if ended:
            conference.tell("off", initiator="someone")
            await focus.act(MAIN, "parse", "[]")
        await focus.act(MAIN, "load_anew")
        if not ended:
            await host.hears(2)
        await pause()
        assert len(conference.starts) == 1


async def test_an_old_end_is_not_a_new_one(prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause) -> None:
    """Jicofo repeats its last status in every presence; while we wait for its next answer that says nothing."""
    conference = await focus.open(new_room(), "on", "silence")
    async with join(prosody.port, conference.room):
        await conference.is_on()
        conference.tell("off", failure_reason="error")
        await conference.started(2)
        conference.repeat()
        await pause()
        assert len(conference.starts) == 2
