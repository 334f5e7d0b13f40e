"""Tests of the start: when, from whom to whom, every answer of Jicofo, and who is told (research page jitsi.md 2.2)."""

from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.prosody.conftest import HASTY, INSISTENT, MAIN, Pause
from tests.prosody.focus import Focus
from tests.prosody.guest import Guest, join, recorder
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]


async def test_the_iq_goes_from_a_moderator_to_the_real_focus(
    prosody: Prosody, focus: Focus, new_room: NewRoom
) -> None:
    """The start is sent as from the moderator in the room, to the focus' real JID and not through the room."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        start = await conference.started(1)
        assert (start.moderator, start.to) == (host.nick, focus.jid)


async def test_nothing_before_the_focus_is_there(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """People without Jicofo are not recorded; when it comes, they are."""
    conference = focus.expect(new_room())
    async with join(prosody.port, conference.room) as host:
        await host.act(MAIN, "parse", "[]")
        assert conference.starts == []
        await conference.join()
        await conference.started(1)


async def test_nothing_without_a_moderator(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Without a moderator nobody may start it; it starts when one is made."""
    conference = await focus.open(new_room(), grant="none")
    async with join(prosody.port, conference.room) as host:
        await focus.act(MAIN, "parse", "[]")
        assert conference.starts == []
        conference.make_moderator(host.jid)
        await conference.started(1)


async def test_busy_then_unavailable_then_on(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Both kinds of a missing Jibri lead to another attempt, until it records."""
    conference = await focus.open(new_room(), "resource-constraint", "service-unavailable")
    async with join(prosody.port, conference.room) as host:
        await conference.started(3)
        assert "записывается" in (await host.hears(1))[0]
    assert len(conference.starts) == 3


@pytest.mark.parametrize("condition", ["internal-server-error", "item-not-found", "bad-request", "not-acceptable"])
async def test_any_other_error_is_tried_again(
    prosody: Prosody, focus: Focus, new_room: NewRoom, condition: str
) -> None:
    """An error that no rule knows is not the end either."""
    conference = await focus.open(new_room(), condition)
    async with join(prosody.port, conference.room):
        await conference.started(2)
        await conference.is_on()


async def test_an_answer_that_does_not_come_is_tried_again(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """An IQ that times out counts as an attempt that failed."""
    conference = await focus.open(new_room(HASTY), "silence")
    async with join(prosody.port, conference.room):
        await conference.started(2)


async def test_people_are_told_once_when_it_takes_long(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """After three attempts the chat says that nothing is recorded yet, once; then comes the notice of the recording."""
    conference = await focus.open(new_room(), *["resource-constraint"] * 5)
    async with join(prosody.port, conference.room) as host:
        await conference.started(6)
        trouble, notice = await host.hears(2)
    assert "пока не началась" in trouble
    assert "записывается" in notice


async def test_item_not_found_is_given_up(prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause) -> None:
    """Jicofo without Jibri is asked five times; the next one who joins is a reason to ask again."""
    conference = await focus.open(new_room(HASTY), *["item-not-found"] * 1000)
    async with join(prosody.port, conference.room):
        await conference.started(5)
        await pause()
        await pause()
        asked = len(conference.starts)
        assert asked in (5, 6)  # one may have come while Jicofo was new: it is not counted
        async with join(prosody.port, conference.room):
            await conference.started(asked + 1)


async def test_a_running_recording_is_adopted(prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause) -> None:
    """`unexpected-request` is no recording yet: asked again until one is seen, whose `on` brings the notice."""
    conference = await focus.open(new_room())
    conference.session = "theirs"
    async with join(prosody.port, conference.room) as host:
        await conference.started(2)
        assert host.chat == []
        conference.tell("on")
        await host.hears(1)
        asked = len(conference.starts)
        await pause()
        assert len(conference.starts) == asked


async def test_a_recording_by_the_button_is_adopted(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """A human's start while we wait for the next attempt ends the attempts."""
    conference = await focus.open(new_room(), grant="none")
    async with join(prosody.port, conference.room) as host:
        conference.session = "theirs"
        conference.tell("on", initiator="someone")
        await host.hears(1)
        conference.make_moderator(host.jid)
        await focus.act(MAIN, "parse", "[]")
        assert conference.starts == []


@pytest.mark.parametrize("condition", ["not-allowed", "forbidden"])
async def test_another_moderator_when_one_is_refused(
    prosody: Prosody, focus: Focus, new_room: NewRoom, condition: str
) -> None:
    """Who is no moderator in Jicofo's eyes is not asked for again while there is another."""
    conference = await focus.open(new_room(), condition, grant="none")
    async with join(prosody.port, conference.room) as first, join(prosody.port, conference.room) as second:
        conference.make_moderator(second.jid)
        await conference.started(1)
        conference.make_moderator(first.jid)
        await conference.started(2)
        assert [start.moderator for start in conference.starts] == [second.nick, first.nick]


async def test_the_only_moderator_is_tried_again(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """When every moderator was refused, all are tried again later."""
    conference = await focus.open(new_room(), "not-allowed")
    async with join(prosody.port, conference.room) as host:
        await conference.started(2)
        assert {start.moderator for start in conference.starts} == {host.nick}


async def test_four_join_at_once(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """One start for all, and each of them reads the notice."""
    conference = await focus.open(new_room())
    async with AsyncExitStack() as people:
        guests = [await people.enter_async_context(Guest(prosody.port, conference.room)) for _ in range(4)]
        for guest in guests:
            guest.show('<x xmlns="http://jabber.org/protocol/muc"/>')
        for guest in guests:
            assert len(await guest.hears(1)) == 1
    assert len(conference.starts) == 1


async def test_each_later_join_reads_the_notice(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Who comes while it records is told at once; a repeated presence of the focus tells nobody again."""
    conference = await focus.open(new_room(INSISTENT, "deal-{}"))
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        conference.repeat()
        async with join(prosody.port, conference.room) as late:
            assert await late.hears(1) == ["Идёт запись."]
            await late.act(INSISTENT, "parse", "[]")
        assert host.chat == ["Идёт запись."]
    assert len(conference.starts) == 1


async def test_the_recorder_is_nobody(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Jibri's own occupant alone starts nothing, though it is a moderator, and gets no notice."""
    conference = await focus.open(new_room())
    async with recorder(prosody.port, conference.room) as jibri:
        await jibri.join()
        conference.make_moderator(jibri.jid)
        await focus.act(MAIN, "parse", "[]")
        assert conference.starts == []
        async with join(prosody.port, conference.room) as host:
            conference.make_moderator(host.jid)
            start = await conference.started(1)
            assert start.moderator == host.nick
            await host.hears(1)
        await jibri.act(MAIN, "parse", "[]")
        assert jibri.chat == []


async def test_a_stream_is_not_a_recording(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """A live stream has the same element in presence; it neither counts as a recording nor ends one."""
    conference = await focus.open(new_room(), "ok")
    async with join(prosody.port, conference.room) as host:
        await conference.started(1)
        for status in ("on", "off"):
            conference.tell(status, recording_mode="stream")
        await host.act(MAIN, "parse", "[]")
        assert (host.chat, len(conference.starts)) == ([], 1)


async def test_an_answer_that_comes_too_late(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """The presence may overtake the answer to the IQ: the room is recorded then, and stays so."""
    conference = await focus.open(new_room(), "early")
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        await focus.act(MAIN, "parse", "[]")
        async with join(prosody.port, conference.room) as late:
            await late.hears(1)
