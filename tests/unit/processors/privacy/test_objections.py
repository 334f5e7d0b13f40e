"""An objection concerns the recordings of its meeting, and no other."""

import msgspec
import pytest

from processors.privacy.objections import objection_to, taken_back
from schemas.events import MeetingRoom, MeetingSaid
from schemas.sources import Inbound, Recording, RoomReport

SINCE, SAID = 1_000_000, 1_600_000
"""ms: when the meeting began, when somebody objected."""


def recording(began: int, ended: int, session: str = "other", room: str = "lead-7-x") -> Recording:
    return Recording("r", session, "f", "p", 1, "0", room, ended, ended - began, began, "ok", "7")


def report(session: str = "s") -> RoomReport:
    return RoomReport("o", "objected", SAID, "lead-7-x", "m", "7", session_id=session, since=SINCE)


@pytest.mark.parametrize(
    ("found", "concerned"),
    [
        (recording(1, 2, "s"), True),  # by its session, whatever its times: a clock may be wrong
        (recording(SINCE, SAID + 5), True),  # nobody reported its session, and it was running
        (recording(SINCE, SAID + 5, room="Lead-7-X"), True),  # started by hand: the name is as it was typed
        (recording(SINCE - 500_000, SINCE + 10_000), False),  # the meeting before, finalised in this one
        (recording(SAID + 1, SAID + 500_000), False),  # the meeting behind
        (recording(SINCE, SAID + 5, room="lead-8-x"), False),
    ],
)
def test_by_the_session_or_while_it_ran(found: Recording, concerned: bool) -> None:
    """A recording of another meeting is never taken for one of this: it could not be brought back."""
    assert (objection_to(found, [report()]) is not None) is concerned
    assert objection_to(found, []) is None


def test_no_session_is_not_everybodys_session() -> None:
    """An objection before any recording does not concern recordings that have no session id."""
    assert objection_to(recording(1, 2, ""), [report("")]) is None


def test_a_voice_message_is_no_meeting() -> None:
    """It was sent by whom it is of."""
    said = msgspec.structs.replace(recording(SINCE, SAID + 5, "s"), said_in=Inbound("bot", msgspec.Raw(b"{}")))
    assert objection_to(said, [report()]) is None


def said(number: int, who: str, name: str = "", meeting: str = "m", called: str = "") -> MeetingSaid:
    """A turn while the meeting went on."""
    return MeetingSaid(
        event_id=f"{number:016x}", lead_id="7", ts=SINCE + number, source="live", meeting_id=meeting, room="lead-7-x",
        participant=who, start_ms=SINCE, end_ms=SAID, text="да", name=name, called=called,
    )  # fmt: skip


def objected(who: str, name: str = "", meeting: str = "m") -> MeetingRoom:
    return MeetingRoom(
        event_id="0" * 16, lead_id="7", ts=SAID, source="jitsi", happening="objected", room="lead-7-x",
        meeting_id=meeting, participant=who, name=name,
    )  # fmt: skip


TURNS = [
    said(1, "a", "Анна"),
    said(2, "b", "Борис"),
    said(3, "a2", "анна  "),  # he came again, or a namesake: as with tracks
    said(4, "a", "Гость"),  # the same occupant under another name
    said(5, "c", "Гость"),  # and whoever is called so
    said(6, "d", "Анна Ким", called="Анна"),  # a person said who that is
    said(7, "a", "Анна", "other"),
    said(8, "e"),
]


@pytest.mark.parametrize(
    ("objections", "gone"),
    [
        ([], []),
        ([objected("a", "Анна")], [1, 3, 4, 5, 6]),
        ([objected("z", "АННА")], [1, 3, 6]),  # he came again before he objected
        ([objected("b", "Борис")], [2]),
        ([objected("e")], [8]),  # nameless: no name is everybody's name
        ([objected("")], [1, 2, 3, 4, 5, 6, 8]),  # nobody knows who
        ([objected("b"), objected("a", meeting="other")], [2, 7]),
    ],
)
def test_live_words_are_the_objectors(objections: list[MeetingRoom], gone: list[int]) -> None:
    """And his namesakes', as of tracks; others' stay, and another meeting's."""
    assert sorted(int(one.event_id, 16) for one in taken_back(TURNS, objections)) == gone
