"""An objection concerns the recordings of its meeting, and no other."""

import msgspec
import pytest

from processors.privacy.objections import objection_to
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
