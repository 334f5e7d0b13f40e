"""Tests of breakout rooms: who is there has not left the meeting (jitsi-meet `mod_muc_breakout_rooms.lua`)."""

import asyncio
import json
from collections.abc import Callable

from tests.prosody.conftest import MAIN
from tests.prosody.focus import Focus
from tests.prosody.guest import join
from tests.prosody.receiver import Receiver
from tests.prosody.server import BREAKOUTS, Prosody

NewRoom = Callable[..., str]

ONE_GUEST = ("meeting_started", "joined", "recording_on", "notice_sent")
AWAY = (*ONE_GUEST, "left", "recording_off")


async def test_a_breakout_of_everyone(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """All are in breakout rooms and Jicofo has left with them: the meeting goes on, and is recorded when they are back.

    Then it ends once. A reload of the module meanwhile changes nothing.
    """
    conference = await focus.open(new_room())
    small = f"{conference.room.partition('@')[0]}-a@{BREAKOUTS}"
    async with join(prosody.port, conference.room) as host:
        await host.hears(1)
        await focus.act(MAIN, "breakout", json.dumps({"room": conference.room, "breakout": small}))
        async with join(prosody.port, small):
            await host.leave()
            await receiver.happened(conference.room, *AWAY)
            await conference.leave()
            await focus.act(MAIN, "reload")
            await asyncio.sleep(0.3)  # longer than an empty room without breakout rooms would be waited for
            await receiver.happened(conference.room, *AWAY)
            await conference.join()
            await host.join()
            await conference.started(2)
        await host.hears(2)
        await host.leave()
        reports = await receiver.happened(
            conference.room, *AWAY, *ONE_GUEST[1:], "left", "recording_off", "meeting_ended"
        )
    assert len({report.meeting_id for report in reports}) == 1
    assert reports[-1].duration_ms >= reports[-1].ts - reports[0].ts - 50  # ms


async def test_the_room_ends_while_all_are_away(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Jitsi closes the main room when the breakout rooms are empty: that is the end of the meeting."""
    conference = await focus.open(new_room())
    small = f"{conference.room.partition('@')[0]}-a@{BREAKOUTS}"
    async with join(prosody.port, conference.room) as host, join(prosody.port, small):
        await host.hears(1)
        await focus.act(MAIN, "breakout", json.dumps({"room": conference.room, "breakout": small}))
        await host.leave()
        await receiver.happened(conference.room, *AWAY)
        await focus.act(MAIN, "destroy", conference.room)
        await receiver.happened(conference.room, *AWAY, "meeting_ended")
