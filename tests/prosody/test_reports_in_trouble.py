"""Tests of the reports when the gateway is in trouble: nothing is lost up to the bound, and no room notices."""

from collections.abc import Callable, Iterator

import pytest

from schemas.sources import RoomReport
from tests.installation import until
from tests.prosody.conftest import CRAMPED, MAIN
from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.receiver import TOKEN, Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

ONE_GUEST = ("meeting_started", "joined", "recording_on", "notice_sent")
ENDED = ("left", "meeting_ended", "recording_off")


@pytest.fixture(autouse=True)
def _healthy(receiver: Receiver, small_receiver: Receiver) -> Iterator[None]:
    yield
    receiver.heal()
    small_receiver.heal()


@pytest.mark.parametrize("fault", [500, 503, 401, 429, "hang"])
async def test_a_gateway_in_trouble(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, fault: int | str
) -> None:
    """The room records as if nothing were; when the gateway is well again it gets all reports in order."""
    receiver.fault = fault
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        await receiver.tried(2)
        assert receiver.of(conference.room) == []
        receiver.heal()
        await receiver.happened(conference.room, *ONE_GUEST)


async def test_a_gateway_that_is_away(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Connections are refused for two meetings; both are told afterwards."""
    await receiver.close()
    rooms = [new_room(), new_room()]
    for room in rooms:
        conference = await focus.open(room)
        async with join(prosody.port, room) as host:
            await conference.started(1)
            await host.hears(1)
    await receiver.open()
    for room in rooms:
        await receiver.happened(room, *ONE_GUEST, *ENDED)


async def test_a_refused_report_stops_nothing(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """A room whose reports the gateway calls wrong loses them; another room's in the same batch pass."""
    bad, good = new_room(), new_room()
    receiver.fault, receiver.refuse = 500, bad.partition("@")[0]
    for room in (bad, good):
        conference = await focus.open(room)
        async with join(prosody.port, room) as host:
            await conference.started(1)
            await host.hears(1)
    receiver.fault = 0
    await receiver.happened(good, *ONE_GUEST, *ENDED)
    assert receiver.of(bad) == []


async def test_the_queue_is_bounded(
    prosody: Prosody, focus: Focus, small_receiver: Receiver, new_room: NewRoom
) -> None:
    """Without a gateway the newest three reports are kept (and what was on its way); the room does not notice."""
    small_receiver.fault = "hang"
    conference = await focus.open(new_room(CRAMPED))
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        conference.session = ""  # its end comes later
    small_receiver.heal()

    async def told() -> bool:
        return any(report.happening == "meeting_ended" for report in small_receiver.of(conference.room))

    await until(told, 10, "the last report", pause=0.005)
    reports = [report.happening for report in small_receiver.of(conference.room)]
    assert reports == ["meeting_started", "left", "meeting_ended"]


async def test_a_reload_loses_no_report(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """What waits to be posted, and the meeting's id, outlive a reload of the module."""
    receiver.fault = 500
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        await focus.act(MAIN, "reload")
        receiver.heal()
        reports: list[RoomReport] = await receiver.happened(conference.room, *ONE_GUEST)
    assert len({report.meeting_id for report in reports}) == 1


async def test_the_token_is_not_logged(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Not even at debug level."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room):
        await receiver.happened(conference.room, *ONE_GUEST)
    assert TOKEN not in prosody.log.read_text()
