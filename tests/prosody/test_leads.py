"""Tests of the question whether the lead in the room's name is known: asked of the gateway, waited for by nobody."""

from collections.abc import Callable, Iterator

import pytest

from tests.prosody.conference import Conference
from tests.prosody.conftest import MAIN
from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.receiver import Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

ONE_GUEST = ("meeting_started", "joined", "recording_on", "notice_sent")


@pytest.fixture(autouse=True)
def _healthy(receiver: Receiver) -> Iterator[None]:
    yield
    receiver.heal()
    receiver.known.clear()


def lead_in(conference: Conference) -> str:
    """The digits of the room's name."""
    return "".join(char for char in conference.room.partition("@")[0] if char.isdigit())


async def test_an_unknown_lead_is_unassigned(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """`lead-12345 2` came as `lead-123452`: recorded for nobody, and the chat names the number and the right form."""
    room = new_room()
    receiver.known[room[5:9]] = False
    conference = await focus.open(room)
    await receiver.said(lead_in(conference))
    async with join(prosody.port, room) as host:
        start = await conference.started(1)
        hint, consent = await host.hears(2)
        reports = await receiver.happened(room, *ONE_GUEST)
    assert lead_in(conference) in hint
    assert "lead-12345-тема" in hint
    assert "записывается" in consent
    assert start.metadata == {"room": room.partition("@")[0], "autostart": True, "share": True, "lead_known": False}
    assert {(report.lead_id, report.lead_known) for report in reports} == {(None, False)}


@pytest.mark.parametrize("known", [True, None])
async def test_a_known_lead_and_one_of_which_nobody_can_say(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, known: bool | None
) -> None:
    """Nothing changes: the id of the name counts, and there is no hint."""
    room = new_room()
    if known:
        receiver.known[room[5:9]] = known
    conference = await focus.open(room)
    await receiver.said(lead_in(conference))
    async with join(prosody.port, room) as host:
        start = await conference.started(1)
        assert "записывается" in (await host.hears(1))[0]
    assert (start.metadata["lead_id"], "lead_known" in start.metadata) == (room[5:9], False)


@pytest.mark.parametrize("known", [True, False, None])
async def test_a_topic_that_sticks_to_the_number(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, known: bool | None
) -> None:
    """`lead-12345 тема` came as `lead-12345тема`: it is 12345 if that is known, else a room without a lead."""
    room = new_room(pattern="lead-{}%d1%82%d0%b5%d0%bc%d0%b0")
    lead = room[5:9]
    if known is not None:
        receiver.known[lead] = known
    conference = await focus.open(room)
    await receiver.said(lead)
    async with join(prosody.port, room) as host:
        start = await conference.started(1)
        chat = await host.hears(1 if known else 2)
        reports = await receiver.happened(room, *ONE_GUEST)
    assert start.metadata.get("lead_id") == (lead if known else None)
    assert {report.lead_id for report in reports} == {lead if known else None}
    assert ("не удалось прочитать" in chat[0]) is not bool(known)


@pytest.mark.parametrize("fault", [404, 401, 500])
async def test_a_gateway_that_cannot_say(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, fault: int
) -> None:
    """A gateway without that entrance, or in trouble, changes nothing."""
    receiver.lead_fault = fault
    room = new_room()
    receiver.known[room[5:9]] = False
    conference = await focus.open(room)
    await receiver.said(lead_in(conference))
    async with join(prosody.port, room) as host:
        start = await conference.started(1)
        await host.hears(1)
    assert start.metadata["lead_id"] == room[5:9]


async def test_a_late_answer_is_only_a_hint(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """The room does not wait: this meeting keeps the id of its name, people are hinted, the next one is unassigned."""
    receiver.held.clear()
    room = new_room()
    receiver.known[room[5:9]] = False
    conference = await focus.open(room)
    async with join(prosody.port, room) as host:
        start = await conference.started(1)
        await host.hears(1)
        receiver.heal()
        assert room[5:9] in (await host.hears(2))[1]
        async with join(prosody.port, room) as late:
            assert room[5:9] in (await late.hears(2))[0]
        await host.leave()
        await focus.act(MAIN, "parse", "[]")
        await host.join()
        second = await conference.started(2)
        reports = await receiver.happened(
            room,
            *(*ONE_GUEST, "joined", "notice_sent", "left", "left", "meeting_ended", "recording_off"),
            *ONE_GUEST,
        )
    assert start.metadata["lead_id"] == room[5:9]
    assert second.metadata["lead_known"] is False
    assert [report.lead_id for report in reports] == [room[5:9]] * 10 + [None] * 4


async def test_other_rooms_ask_nothing(prosody: Prosody, focus: Focus, receiver: Receiver) -> None:
    """A room without a number that could be a lead's is nobody's question."""
    before = len(receiver.asked)
    for node in ("standup", "lead_777", "lead-1o345", "lead-1234567890123"):
        conference = await focus.open(f"{node}@{MAIN}")
        async with join(prosody.port, conference.room) as host:
            await host.act(MAIN, "parse", "[]")
    assert receiver.asked[before:] == []
