"""Tests of the reports to the gateway: what is told, in which order, with which reasons."""

from collections.abc import Callable

import pytest

from tests.installation import until
from tests.prosody.conftest import HASTY
from tests.prosody.focus import Focus
from tests.prosody.guest import join, recorder
from tests.prosody.receiver import Receiver
from tests.prosody.server import Prosody

NewRoom = Callable[..., str]

ONE_GUEST = ("meeting_started", "joined", "recording_on", "notice_sent")
BEGUN = ("meeting_started", "joined")


async def test_a_whole_meeting(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Who was there, what was recorded and who was told: in order, with names, ids and times."""
    conference = await focus.open(new_room(), "resource-constraint")
    async with join(prosody.port, conference.room, "Анна «Лид» O'Neil") as anna:
        await anna.hears(1)
        session = conference.session
        async with join(prosody.port, conference.room) as boris:
            await boris.hears(1)
        await receiver.happened(
            conference.room, *BEGUN, "recording_failed", *ONE_GUEST[2:], "joined", "notice_sent", "left"
        )
        await anna.leave()
    reports = await receiver.happened(
        conference.room,
        *BEGUN,
        "recording_failed",
        *ONE_GUEST[2:],
        *("joined", "notice_sent", "left"),
        *("left", "meeting_ended", "recording_off"),
    )
    lead_id = conference.room[5:9]
    assert {(report.room, report.lead_id) for report in reports} == {(f"lead-{lead_id}-x", lead_id)}
    assert len({report.meeting_id for report in reports}) == 1
    assert len({report.id for report in reports}) == len(reports)
    assert [report.ts for report in reports] == sorted(report.ts for report in reports)
    people = [(report.participant, report.name) for report in reports if report.participant]
    one, two = (anna.nick, "Анна «Лид» O'Neil"), (boris.nick, "")
    assert people == [one, one, two, two, two, one]
    assert [r.session_id for r in reports if r.happening in ("recording_on", "notice_sent", "recording_off")] == [
        session
    ] * 4
    assert [report.reason for report in reports if report.reason] == ["resource-constraint", "ended"]
    begin = {"left": "joined", "meeting_ended": "meeting_started", "recording_off": "recording_on"}
    for report in [r for r in reports if r.happening in begin]:
        same = [r for r in reports if r.happening == begin[report.happening] and r.participant == report.participant]
        between = report.ts - same[0].ts
        assert abs(report.duration_ms - between) <= 50  # ms; the server may be held up between two looks at the clock
    assert all(report.happening in begin for report in reports if report.duration_ms)


async def test_a_near_miss_has_no_lead(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """The reports of a misspelt room come without an id: a person links the room."""
    conference = await focus.open(new_room(pattern="lead_{}"))
    async with join(prosody.port, conference.room):
        reports = await receiver.happened(conference.room, *ONE_GUEST)
    assert {report.lead_id for report in reports} == {None}


async def test_the_next_meeting_has_its_own_id(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Last one out, first one in: another meeting in the same room; a recording that still runs belongs to both."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await receiver.happened(conference.room, *ONE_GUEST)
        conference.session = ""  # it has not stopped it yet
        await host.leave()
        await host.join()
        reports = await receiver.happened(
            conference.room,
            *(*ONE_GUEST, "left", "meeting_ended"),
            *("meeting_started", "recording_on", "joined", "notice_sent"),
        )
    first, second = reports[0].meeting_id, reports[-1].meeting_id
    assert [report.meeting_id for report in reports] == [first] * 6 + [second] * 4
    assert first != second


async def test_focus_and_recorder_are_no_participants(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """Neither counts as a person, nor keeps a meeting alive."""
    conference = await focus.open(new_room())
    async with recorder(prosody.port, conference.room) as jibri:
        await jibri.join()
        async with join(prosody.port, conference.room):
            await receiver.happened(conference.room, *BEGUN, "notice_sent", "recording_on")
        await receiver.happened(
            conference.room, *BEGUN, "notice_sent", "recording_on", "left", "meeting_ended", "recording_off"
        )


@pytest.mark.parametrize(
    ("said", "reasons"),
    [
        ({"initiator": "someone"}, {"recording_off": "stopped"}),
        ({}, {"recording_off": "ended"}),
        ({"failure_reason": "error"}, {"recording_off": "error", "recording_failed": "error"}),
    ],
)
async def test_why_a_recording_ended(
    prosody: Prosody,
    focus: Focus,
    receiver: Receiver,
    new_room: NewRoom,
    said: dict[str, str],
    reasons: dict[str, str],
) -> None:
    """The reason tells a human's stop, an end by Jibri and a failure apart; a failure is told as both."""
    conference = await focus.open(new_room(), "on", "silence")
    async with join(prosody.port, conference.room):
        await receiver.happened(conference.room, *ONE_GUEST)
        conference.tell("off", **said)
        reports = await receiver.happened(conference.room, *ONE_GUEST, *reasons)
    assert {report.happening: report.reason for report in reports[4:]} == reasons


async def test_the_focus_leaves(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """A restart of Jicofo ends the recording and begins another."""
    conference = await focus.open(new_room())
    async with join(prosody.port, conference.room) as host:
        await receiver.happened(conference.room, *ONE_GUEST)
        await conference.leave()
        await conference.join()
        conference.make_moderator(host.jid)
        reports = await receiver.happened(conference.room, *ONE_GUEST, "recording_off", *ONE_GUEST[2:])
    assert reports[4].reason == "focus-left"


async def test_the_same_failure_is_told_once(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """An hour without Jibri is not a report a minute; another reason is told."""
    conference = await focus.open(new_room(), *["resource-constraint"] * 3, "service-unavailable")
    async with join(prosody.port, conference.room):
        await conference.started(5)
        reports = await receiver.happened(
            conference.room, *BEGUN, "recording_failed", "recording_failed", *ONE_GUEST[2:]
        )
    assert [report.reason for report in reports[2:4]] == ["resource-constraint", "service-unavailable"]


@pytest.mark.parametrize("why", ["no-focus", "no-moderator", "service-unavailable"])
async def test_unrecorded(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, why: str) -> None:
    """A room with people and no recording for too long is told once, with the reason; then that it records."""
    room = new_room(HASTY)
    conference = focus.expect(room, grant="none" if why == "no-moderator" else "first")
    conference.answers.extend(["service-unavailable"] * 1000 if why == "service-unavailable" else [])
    if why != "no-focus":
        await conference.join()

    async def told() -> bool:
        return any(report.happening == "unrecorded" for report in receiver.of(room))

    async def recorded() -> bool:
        return any(report.happening == "recording_on" for report in receiver.of(room))

    async with join(prosody.port, room) as host:
        await until(told, 10, "unrecorded", pause=0.005)
        conference.answers.clear()
        if why == "no-focus":
            await conference.join()
        if why == "no-moderator":
            await conference.leave()  # a restart of Jicofo is not another outage
            await conference.join()
            conference.make_moderator(host.jid)
        await until(recorded, 10, "recorded at last", pause=0.005)
    assert [report.reason for report in receiver.of(room) if report.happening == "unrecorded"] == [why]
    happenings = [report.happening for report in receiver.of(room)]
    assert happenings.index("recording_on") > happenings.index("unrecorded")


async def test_a_humans_stop_is_not_unrecorded(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom
) -> None:
    """A room that may be without a recording raises no alarm; the same domain's next room does."""
    conference = await focus.open(new_room(HASTY))
    async with join(prosody.port, conference.room):
        await receiver.happened(conference.room, *ONE_GUEST)
        conference.tell("off", initiator="someone")
        await receiver.happened(conference.room, *ONE_GUEST, "recording_off")
        other = new_room(HASTY)
        async with join(prosody.port, other):
            await receiver.happened(other, *BEGUN, "unrecorded")
        await receiver.happened(conference.room, *ONE_GUEST, "recording_off")
