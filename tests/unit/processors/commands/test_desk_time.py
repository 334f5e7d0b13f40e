"""What time does to a command: late answers, quiet hours, reminders, what has changed since the signature."""

from typing import Any

import pytest
from msgspec.structs import replace

from processors.access import Owner
from processors.commands import words
from processors.commands.desk import to_be_done
from schemas.commands import Begun, Clock
from tests.unit.processors.commands.office import DAY, HOUR, LEAD, MINUTE, NOON, REPLY, USERS, Office, key


def test_an_answer_that_comes_too_late_is_none(office: Office) -> None:
    """Expired is not refused; whether or not a clock has told so meanwhile."""
    id_ = office.propose(*REPLY)
    office.now += 4 * HOUR
    office.approve(id_)
    assert (office.state(id_), office.desk.standings[id_].by) == ("expired", "")
    assert not office.desk.waits()


def test_quiet_hours_delay_what_leaves_the_house(office: Office) -> None:
    """Approved in the evening it goes out in the morning, even where its own time would have run out at night."""
    office.now = NOON + 9 * HOUR + 30 * MINUTE
    id_ = office.propose(*REPLY)
    office.approve(id_)
    assert (office.state(id_), office.desk.standings[id_].due_at) == ("approved", NOON + 21 * HOUR)
    office.wait(11 * HOUR)
    assert office.state(id_) == "approved" and office.desk.waits()
    changes = office.wait(30 * MINUTE)
    assert office.state(id_) == "running" and to_be_done(changes[0])


def test_what_could_not_begin_in_time_does_not_begin(office: Office) -> None:
    """A morning's letter is not sent at noon because something was down."""
    office.now = NOON + 10 * HOUR
    id_ = office.propose(*REPLY)
    office.approve(id_)
    office.wait(12 * HOUR)
    assert (office.state(id_), office.why(id_)) == ("expired", words.RAN_OUT)


def test_a_reminder_waits_for_its_time(office: Office) -> None:
    """On the clock of the house, whatever its proposal's own term."""
    id_ = office.propose("reminder.set", {"text": "Позвонить", "at": "2026-12-05T10:00"})
    office.click(id_)
    assert (office.state(id_), office.desk.standings[id_].due_at) == ("approved", NOON + 5 * DAY - 2 * HOUR)
    office.wait(5 * DAY - 2 * HOUR - 1)
    assert office.state(id_) == "approved"
    office.wait(1)
    assert office.state(id_) == "running"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"users": {**USERS, "olga": replace(USERS["olga"], disabled=True)}}, words.APPROVER_GONE),
        ({"users": {name: one for name, one in USERS.items() if name != "olga"}}, words.APPROVER_GONE),
        ({"owner_of": lambda _: Owner("Павел")}, words.APPROVER_GONE),
        ({"definitions": {}}, words.DEFINITION_GONE),
        ({"keys": {"k1": key(revoked_at=NOON + 20 * HOUR)}}, words.KEY_REVOKED),
        ({"filled": lambda _, __: ["-100999"]}, words.param("Чат клиента", words.NOT_HIS)),
    ],
    ids=["disabled", "gone", "another's client", "no such command", "key revoked", "chat of another"],
)
def test_what_has_changed_since_stops_it(office: Office, changed: dict[str, Any], why: str) -> None:
    """Between the signature and the call a night may lie."""
    office.now = NOON + 10 * HOUR
    id_ = office.propose(*REPLY)
    office.approve(id_)
    office.change(**changed)
    changes = office.wait(11 * HOUR)
    assert (office.state(id_), office.why(id_)) == ("failed", why)
    assert not any(map(to_be_done, changes))


def test_what_waits_for_its_outlet_can_be_asked_again(office: Office) -> None:
    """A new process asks before it hands over once more."""
    id_ = office.propose(*REPLY)
    office.approve(id_)
    assert office.desk.objection(id_, office.now, office.world) == ""
    office.change(users={**USERS, "olga": replace(USERS["olga"], disabled=True)})
    assert office.desk.objection(id_, office.now, office.world) == words.APPROVER_GONE
    office.say(Begun(command_id=id_, at=office.now))
    assert not office.desk.unbegun()


def test_what_a_record_says_of_time_decides_nothing(office: Office) -> None:
    """An approval of tomorrow's date is not late, and a clock of next year ends nothing."""

    id_ = office.propose(*REPLY)
    office.say(Clock(at=NOON + 400 * DAY))
    assert office.state(id_) == "asking"
    assert office.changes[0].lead_id == LEAD
