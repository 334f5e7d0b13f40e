"""Any order of what may happen in a room: it is recorded in the end, and what was reported makes sense."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from unittest.mock import create_autospec

import pytest

from schemas.sources import RoomReport
from tests.installation import until
from tests.prosody.client import Client
from tests.prosody.conference import RELEASE_SECONDS, Conference
from tests.prosody.conftest import MAIN
from tests.prosody.focus import Focus
from tests.prosody.guest import Guest, join, recorder
from tests.prosody.receiver import Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

FAULTS = ("resource-constraint", "service-unavailable", "late", "ok", "unexpected-request", "not-allowed", "early")
HAPPENINGS = ("join", "leave", "restart", "stream", "fault", "failure", "reload", "jibri", "wait")


class Room:
    """A room, its people and a Jibri, to which one thing after another happens."""

    def __init__(self, prosody: Prosody, focus: Focus, conference: Conference, seed: int) -> None:
        self._prosody, self._focus, self._conference = prosody, focus, conference
        self._random = random.Random(seed)
        self._people: list[Guest] = []
        self._open = AsyncExitStack()
        self._jibri = recorder(prosody.port, conference.room)

    async def __aenter__(self) -> "Room":
        await self._open.enter_async_context(self._jibri)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def one_thing(self) -> None:
        """Let something happen."""
        conference = self._conference
        match self._random.choice(HAPPENINGS):
            case "join":
                self._people.append(await self._open.enter_async_context(join(self._prosody.port, conference.room)))
            case "leave" if self._people:
                await self._people.pop(0).leave()
            case "restart":
                await conference.leave()
                conference.settling = self._random.choice([0.0, 0.3])
                await conference.join()
            case "stream" if not conference.session:
                conference.stream("off" if conference.streaming else "on")
            case "fault":
                conference.answers.append(self._random.choice(FAULTS))
            case "failure" if conference.session:
                conference.tell("off", **self._random.choice([{}, {"failure_reason": "error"}]))
            case "reload":
                await self._focus.act(MAIN, "reload")
            case "jibri":
                await (self._jibri.leave() if self._jibri.inside else self._jibri.join())
            case _:
                await self._focus.act(MAIN, "parse", "[]")

    async def calm_down(self) -> Guest:
        """Everything works again, and somebody comes."""
        self._conference.answers.clear()
        if self._conference.streaming:
            self._conference.stream("off")
        if self._jibri.inside:
            await self._jibri.leave()
        guest = await self._open.enter_async_context(join(self._prosody.port, self._conference.room))
        self._conference.make_moderator(guest.jid)
        if self._conference.session and not is_on(self._conference):
            self._conference.tell("off")  # Jicofo's own limit for a Jibri that does not begin
        return guest


def is_on(conference: Conference) -> bool:
    """Whether Jicofo says that a file is being recorded."""
    return bool(conference.session) and all(said in conference.status for said in ('"on"', '"file"'))


def judge(reports: list[RoomReport]) -> None:
    """One meeting after another, everybody joins before he leaves, and nothing fails or is missed in an empty room."""
    meeting, inside = "", set[str]()
    for report in reports:
        match report.happening:
            case "meeting_started":
                assert not meeting
                meeting = report.meeting_id
            case "meeting_ended":
                assert (report.meeting_id, inside) == (meeting, set())
                meeting = ""
            case "joined":
                assert report.participant not in inside
                inside.add(report.participant)
            case "left":
                inside.remove(report.participant)
            case "notice_sent":
                assert report.participant in inside
            case "recording_failed" | "unrecorded" | "recording_gap":
                assert inside


@pytest.mark.parametrize("seed", [1, 2, 3, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(4, 40))])
async def test_any_order(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, seed: int) -> None:
    """Whatever happened, a room with people and a working Jicofo is recorded, and the last one in is told so."""
    conference = await focus.open(new_room())
    async with Room(prosody, focus, conference, seed) as room:
        for _ in range(25):
            await room.one_thing()
        guest = await room.calm_down()

        async def recorded() -> bool:
            return is_on(conference)

        await until(recorded, 10, f"a recording; {conference}", pause=0.02)
        await guest.hears(1)

    async def over() -> bool:
        return "meeting_ended" in [report.happening for report in receiver.of(conference.room)[-3:]]

    await until(over, 10, "the end", pause=0.02)
    judge(receiver.of(conference.room))


async def test_the_end_of_a_stream_is_of_no_other() -> None:
    """A stream that begins right after another one goes on until it is ended itself: else nobody would tell its end,
    and the room would wait for it."""
    conference = Conference(create_autospec(Client, instance=True), "lead-1-x@conference.meet.test")
    conference.stream("on")
    conference.stream("off")
    conference.stream("on")
    await asyncio.sleep(2 * RELEASE_SECONDS)
    assert conference.streaming
    conference.stream("off")
    await until(partial(_is_free, conference), 10, "the place is free", pause=0.02)


async def _is_free(conference: Conference) -> bool:
    return not conference.streaming
