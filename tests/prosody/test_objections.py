"""«возражаю» in a room's chat: the recording stops, does not come back in this meeting, and is to be deleted."""

from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.installation import until
from tests.prosody.conference import Conference
from tests.prosody.conftest import INSISTENT, MAIN, WORDY, Pause
from tests.prosody.focus import Focus
from tests.prosody.guest import Guest, join
from tests.prosody.receiver import Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

BEGUN = ("meeting_started", "joined", "recording_on", "notice_sent")


async def stopped(conference: Conference) -> None:
    """Wait until Jicofo records no more."""

    async def so() -> bool:
        return not conference.session and 'status="off"' in conference.status

    await until(so, 10, f"the recording of {conference.room} is off", pause=0.005)


async def heard(guest: Guest, words: str) -> None:
    """Wait until the server has said these words to him."""

    async def so() -> bool:
        return any(words in line for line in guest.chat)

    await until(so, 10, f"«{words}» in {guest.chat}", pause=0.005)


@pytest.mark.parametrize("domain", [MAIN, INSISTENT])
async def test_an_objection_stops_the_recording_for_the_meeting(
    prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause, domain: str
) -> None:
    """Everybody reads it; neither time nor somebody who comes later starts it again, where a human's stop is respected
    and where it is not. The next meeting is recorded as ever."""
    conference = await focus.open(new_room(domain, "lead-{}-x" if domain == MAIN else "deal-{}"))
    async with AsyncExitStack() as people:
        host = await people.enter_async_context(join(prosody.port, conference.room))
        client = await people.enter_async_context(join(prosody.port, conference.room, "Ольга"))
        await conference.is_on()
        session = conference.session
        client.write("  Возражаю!! ")
        await stopped(conference)
        assert conference.stops == [session]
        for person in (host, client):
            await heard(person, "Есть возражение против записи")
        await pause()
        await people.enter_async_context(join(prosody.port, conference.room))
        await host.act(domain, "parse", "[]")
        assert len(conference.starts) == 1
        await people.aclose()
        async with join(prosody.port, conference.room):
            await conference.started(2)


async def test_every_session_of_the_meeting_is_reported(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """A recording that failed before the objection is of the meeting too; who objected, and since when it lasts, is
    told. A session that a person starts afterwards is reported and stopped as well."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room, "Ольга") as client:
        await conference.is_on()
        first = conference.session
        conference.tell("off", failure_reason="error")
        await conference.started(2)
        await conference.is_on()
        second = conference.session
        client.write("возражаю против записи")
        await stopped(conference)
        conference.session = third = "5f3c0000-0000-4000-8000-00000000abcd"
        conference.tell("on", initiator="somebody")
        await stopped(conference)
        assert conference.stops == [second, third]

        async def told() -> bool:
            return len([r for r in receiver.of(conference.room) if r.happening == "objected"]) == 3

        await until(told, 10, "three sessions reported", pause=0.005)
    reports = receiver.of(conference.room)
    objected = [report for report in reports if report.happening == "objected"]
    assert {report.session_id for report in objected} == {first, second, third}
    assert {(report.participant, report.name) for report in objected} == {(client.nick, "Ольга")}
    began = next(report for report in reports if report.happening == "meeting_started")
    assert {report.meeting_id for report in objected} == {began.meeting_id}
    assert all(abs(report.since - began.ts) <= 50 for report in objected)
    assert not [report for report in reports if report.happening == "unrecorded"]


async def test_an_objection_before_the_recording(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Said while Jicofo still begins: what begins is stopped at once, and reported."""
    conference = await focus.open(new_room(), "ok")
    async with join(prosody.port, conference.room) as guest:
        await conference.started(1)
        guest.write("возражаю")
        reports = await receiver.happened(conference.room, "meeting_started", "joined", "objected")
        assert reports[-1].session_id == ""
        session = conference.session
        conference.tell("on")
        await stopped(conference)
        assert conference.stops == [session]

        async def told() -> bool:
            return any(r.session_id == session for r in receiver.of(conference.room) if r.happening == "objected")

        await until(told, 10, "the session is reported", pause=0.005)


async def test_jicofo_that_does_not_stop_is_asked_again(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """An error, again and again: the room is told that it still records, and it is stopped in the end."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as guest:
        await conference.is_on()
        conference.stop_answers.extend(["internal-server-error"] * 3)
        guest.write("возражаю")
        await stopped(conference)
        await heard(guest, "Остановить запись пока не удалось")
        assert len(conference.stops) == 4


@pytest.mark.parametrize(
    "line",
    ["не возражаю", "Я не возражаю", "если никто не возражает, начнём", "возражаю ли я? нет", "", "возражаю" * 40],
)
async def test_other_words_are_no_objection(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, line: str
) -> None:
    """A word in a sentence deletes no recording, nor does one who is not in the room."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as guest, Guest(prosody.port, conference.room) as outside:
        await conference.is_on()
        guest.write(line)
        outside.write("возражаю")
        await guest.act(MAIN, "parse", "[]")
        await receiver.happened(conference.room, *BEGUN)
        assert (conference.stops, 'status="on"' in conference.status) == ([], True)


PEOPLE = {"host": "Анна Ведущая", "ivanov": "Пётр Иванов", "ivan": "Иван Сидоров", "ivan2": "Иван Котов"}


@pytest.mark.parametrize(
    ("who", "line", "objector"),
    [
        ("ivanov", "Возражаю", "ivanov"),
        ("ivanov", "Я против записи!", "ivanov"),
        ("host", "Я возражаю", "host"),  # of himself
        ("host", "Возражаю", ""),  # for whom? He may write it for another
        ("host", "возражаю против записи", ""),
        ("host", "Иванов возражает", "ivanov"),
        ("ivan", "Петр против записи.", "ivanov"),  # nobody writes «ё»
        ("host", "Возражаю. Иванов", "ivanov"),
        ("ivanov", "Иванов возражает", "ivanov"),
        ("host", "Иван возражает", ""),  # there are two
        ("host", "клиент возражает", ""),
        ("ivan", "клиент возражает", ""),
        ("host", "возражаю, сидоренко", ""),  # he is not here
        ("ivan", "I object", "ivan"),
    ],
)
async def test_whose_objection_it_is(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, who: str, line: str, objector: str
) -> None:
    """His who speaks of himself, or the one's whose name is written; else nobody's, and then all goes, never another's
    track alone."""
    conference = await focus.open(new_room(WORDY))
    async with AsyncExitStack() as people:
        here = {}
        for key, name in PEOPLE.items():  # the first is a moderator
            here[key] = await people.enter_async_context(join(prosody.port, conference.room, name))
        await conference.is_on()
        here[who].write(line)
        await stopped(conference)

        async def told() -> bool:
            return any(r.happening == "objected" for r in receiver.of(conference.room))

        await until(told, 10, "the objection is reported", pause=0.005)
    [report] = [r for r in receiver.of(conference.room) if r.happening == "objected"]
    meant = (here[objector].nick, PEOPLE[objector]) if objector else ("", "")
    assert (report.participant, report.name) == meant


@pytest.mark.parametrize(
    "line",
    ["Иванова возражает", "Иванов не возражает", "Пётр, вы против записи?", "Иванов сказал: «возражаю»", "возражает"],
)
async def test_a_name_widens_nothing(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, line: str
) -> None:
    """Only whole messages of the list count, as ever: the name in another case, a question, a quotation are none."""
    conference = await focus.open(new_room(WORDY))
    async with (
        join(prosody.port, conference.room, PEOPLE["host"]) as host,
        join(prosody.port, conference.room, PEOPLE["ivanov"]),
    ):
        await conference.is_on()
        host.write(line)
        await host.act(MAIN, "parse", "[]")
        assert (conference.stops, 'status="on"' in conference.status) == ([], True)


async def test_another_one_objects_too(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Each is told of once, with the recording; behind an objection of nobody's there is nothing more to tell."""
    conference = await focus.open(new_room())
    async with AsyncExitStack() as people:
        host, ivanov, ivan = [
            await people.enter_async_context(join(prosody.port, conference.room, PEOPLE[key]))
            for key in ("host", "ivanov", "ivan")
        ]
        await conference.is_on()
        session = conference.session
        for guest, line in ((ivanov, "возражаю"), (ivan, "возражаю"), (ivanov, "я возражаю"), (host, "возражаю")):
            guest.write(line)
            await guest.act(MAIN, "parse", "[]")
        ivan.write("я против записи")
        await stopped(conference)

        async def told() -> bool:
            return len([r for r in receiver.of(conference.room) if r.happening == "objected"]) == 3

        await until(told, 10, "three objections are reported", pause=0.005)
        assert conference.stops == [session]
    objected = [report for report in receiver.of(conference.room) if report.happening == "objected"]
    assert [(one.participant, one.session_id) for one in objected] == [
        (ivanov.nick, session),
        (ivan.nick, session),
        ("", session),
    ]
