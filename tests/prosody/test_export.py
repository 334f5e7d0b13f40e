"""Each participant's sound goes to the gateway while the meeting runs: the switch in the room's metadata."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from tests.installation import until
from tests.prosody.conference import Conference
from tests.prosody.conftest import LONELY, MAIN, Pause
from tests.prosody.focus import Focus
from tests.prosody.guest import Guest, join
from tests.prosody.receiver import Receiver
from tests.prosody.server import EXPORTING, GUESTS, METADATA, Prosody

NewRoom = Callable[..., str]
BOTH = pytest.mark.parametrize("domain", [EXPORTING, LONELY])


def subtitles(guest: Guest, wanted: bool) -> None:
    """What the web client writes when its moderator presses the button."""
    text = json.dumps({"key": "recording", "data": {"isTranscribingEnabled": wanted}})
    asked = f'<room_metadata xmlns="http://jitsi.org/jitmeet" room="{guest.room}">{text}</room_metadata>'
    guest.send(f'<message to="{METADATA}">{asked}</message>')


async def meeting_of(receiver: Receiver, conference: Conference) -> str:
    """The id of the room's last meeting, as reported."""

    async def begun() -> bool:
        return any(report.happening == "joined" for report in receiver.of(conference.room))

    await until(begun, 10, "somebody has joined", pause=0.005)
    return [report.meeting_id for report in receiver.of(conference.room)][-1]


@BOTH
async def test_sound_goes_out_from_before_the_first_person(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, domain: str
) -> None:
    """Under the id that the reports have: Jicofo reads it once. Who comes is told, though no recording is on yet."""
    conference = await focus.open(new_room(domain), "item-not-found", "item-not-found", "item-not-found")
    promised = await conference.exports(True)
    assert conference.metadata[-1][0] == (METADATA if domain == EXPORTING else LONELY)
    async with join(prosody.port, conference.room, "Анна") as guest:
        chat = await guest.hears(1)
        assert "слова каждого участника распознаются" in chat[0] and "возражаю" in chat[0]
        assert await meeting_of(receiver, conference) == promised
        assert conference.exported() == promised
        reports = receiver.of(conference.room)
        assert {r.jitsi_meeting_id for r in reports} == {await guest.act(domain, "meeting_id", conference.room)}


@BOTH
async def test_the_next_meeting_goes_out_under_its_own_id(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, domain: str
) -> None:
    """In the same room: off with the last one out, and on again, for the id is read only then."""
    conference = await focus.open(new_room(domain))
    async with join(prosody.port, conference.room) as guest:
        await receiver.happened(conference.room, "meeting_started", "joined", "notice_sent", "recording_on")
        first = await meeting_of(receiver, conference)
        await guest.leave()
        await conference.exports(False)
        await guest.join()
        second = await conference.exports(True)
        assert second != first

        async def told() -> bool:
            return [r.meeting_id for r in receiver.of(conference.room) if r.happening == "joined"] == [first, second]

        await until(told, 10, "the reports have both", pause=0.005)


@BOTH
async def test_a_humans_stop_ends_both(
    prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause, domain: str
) -> None:
    """And who starts the recording again by hand has both again."""
    conference = await focus.open(new_room(domain))
    async with join(prosody.port, conference.room) as guest:
        await conference.is_on()
        meeting = await conference.exports(True)
        conference.tell("off", initiator=f"{conference.room}/{guest.nick}")
        await conference.exports(False)
        await pause()
        assert conference.exported() == ""
        conference.session = "by-hand"
        conference.tell("on")
        assert await conference.exports(True) == meeting


@BOTH
async def test_an_objection_ends_both_for_the_meeting(
    prosody: Prosody, focus: Focus, new_room: NewRoom, pause: Pause, domain: str
) -> None:
    """Also where nothing is recorded yet; nobody's subtitles bring it back; the next meeting is as ever."""
    conference = await focus.open(new_room(domain), "item-not-found", "item-not-found", "item-not-found")
    async with AsyncExitStack() as people:
        host = await people.enter_async_context(join(prosody.port, conference.room))
        await conference.moderated(host.nick)
        other = await people.enter_async_context(join(prosody.port, conference.room))
        await conference.exports(True)
        other.write("возражаю")
        await conference.exports(False)
        if domain == EXPORTING:
            subtitles(host, True)
            await host.act(domain, "parse", "[]")
        await pause()
        assert conference.exported() == ""
        assert conference.metadata[-1][1]["recording"]["isTranscribingEnabled"] is False
        await other.leave()
        await host.leave()
        await host.join()
        await conference.exports(True)


@BOTH
async def test_an_objection_ends_the_sound_though_the_recording_goes_on(
    prosody: Prosody, focus: Focus, new_room: NewRoom, domain: str
) -> None:
    """Jicofo does not answer the stop: nobody's words go out meanwhile."""
    conference = await focus.open(new_room(domain))
    conference.stop_answers.extend(["silence"] * 9)
    async with join(prosody.port, conference.room) as guest:
        await conference.is_on()
        await conference.exports(True)
        guest.write("возражаю")
        await conference.exports(False)
        assert conference.session, "the recording was to go on"


async def test_subtitles_off_of_one_moderator_are_his_own(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """It would end the export for all. Who is no moderator gets no permission by our answer; a room of another kind and
    other keys are none of our business."""
    conference = await focus.open(new_room(EXPORTING))
    async with AsyncExitStack() as people:
        host = await people.enter_async_context(join(prosody.port, conference.room))
        await conference.moderated(host.nick)
        guest = await people.enter_async_context(join(prosody.port, conference.room))
        meeting = await conference.exports(True)
        told = len(conference.metadata)
        subtitles(host, False)

        async def answered() -> bool:
            return len(conference.metadata) > told

        await until(answered, 10, "the component has told what it took", pause=0.005)
        assert conference.exported() == meeting
        told = len(conference.metadata)
        subtitles(guest, False)
        await guest.act(EXPORTING, "parse", "[]")
        await host.act(EXPORTING, "parse", "[]")
        assert len(conference.metadata) == told and conference.exported() == meeting
    other = await focus.open(new_room(EXPORTING, "team-{}"))
    async with join(prosody.port, other.room) as host:
        await other.moderated(host.nick)
        subtitles(host, False)
        await until(lambda: _has(other, "recording"), 10, "it is taken as it is", pause=0.005)
        assert other.metadata[-1][1]["recording"] == {"isTranscribingEnabled": False}
        assert "asyncTranscription" not in other.metadata[-1][1]


async def _has(conference: Conference, key: str) -> bool:
    return bool(conference.metadata) and key in conference.metadata[-1][1]


async def test_without_the_setting_nothing_goes_out(prosody: Prosody, focus: Focus, new_room: NewRoom) -> None:
    """Jicofo is told nothing, and the notice speaks of the recording alone."""
    conference = await focus.open(new_room(MAIN))
    async with join(prosody.port, conference.room) as guest:
        chat = await guest.hears(1)
        assert "распознаются" not in chat[0]
        assert conference.metadata == []


@BOTH
@pytest.mark.parametrize("act", ["reload", "load_anew"])
async def test_a_reload_keeps_it_going(
    prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom, domain: str, act: str
) -> None:
    """Under the same id; a module that has forgotten it begins another meeting, and says so to Jicofo by off and on."""
    conference = await focus.open(new_room(domain))
    async with join(prosody.port, conference.room) as guest:
        before = await conference.exports(True)
        await guest.hears(1)
        await guest.act(domain, act)

        async def settled() -> bool:
            return act == "reload" or conference.exported() not in ("", before)

        await until(settled, 10, "it goes on", pause=0.005)
        assert (conference.exported() == before) is (act == "reload")
        if act == "load_anew":
            was_off = [
                one for _, one in conference.metadata if one.get("recording") == {"isTranscribingEnabled": False}
            ]
            assert was_off, "Jicofo reads the id only when it is switched on"
        await conference.leave()
        await conference.join()
        assert await conference.exports(True)


async def test_a_new_name_is_told(prosody: Prosody, focus: Focus, receiver: Receiver, new_room: NewRoom) -> None:
    """Once each; a presence that says the same again is none."""
    conference = await focus.open(new_room(EXPORTING))
    async with join(prosody.port, conference.room, "Анна") as guest:
        begun = ("meeting_started", "joined", "notice_sent", "recording_on")
        await receiver.happened(conference.room, *begun)
        guest.show("<audiomuted xmlns='http://jitsi.org/jitmeet/audio'>false</audiomuted>")
        guest.name = "Анна Смирнова"
        guest.show()
        guest.show()
        reports = await receiver.happened(conference.room, *begun, "renamed")
        assert (reports[-1].participant, reports[-1].name) == (guest.nick, "Анна Смирнова")


async def test_who_asks_finds_the_module_in_the_components_place(prosody: Prosody, focus: Focus) -> None:
    """As Jicofo does, in the identities of the main domain: by the name of the MUC that has no component."""
    reply = await focus.ask_get(GUESTS, '<query xmlns="http://jabber.org/protocol/disco#info"/>')
    found = {
        (one.get("type"), one.get("name")) for one in reply.iter("{http://jabber.org/protocol/disco#info}identity")
    }
    assert {name for type_, name in found if type_ == "room_metadata"} == {LONELY}
