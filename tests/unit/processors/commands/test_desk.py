"""Each way of a command over the desk: done at once, handed over, refused, edited, cut off, delivered again."""

import pytest
from msgspec.structs import replace

from processors.commands import words
from processors.commands.desk import to_be_done
from schemas.commands import Decided, Result
from tests.unit.processors.commands.office import (
    NOTE,
    REPLY,
    TASK,
    Office,
)


def test_what_changes_our_own_history_is_done_when_it_is_approved(office: Office) -> None:
    """Nothing is handed over: approved and done in one record, and to be done at exactly one of the changes."""
    id_ = office.propose(*NOTE)
    changes = office.click(id_)
    assert [change.standing.state for change in office.changes] == ["asking", "approved", "done"]
    assert [to_be_done(change) for change in changes] == [False, True]
    assert (office.desk.standings[id_].by, office.desk.standings[id_].by_user) == ("Ольга", "olga")


def test_what_leaves_the_house_runs_until_its_outlet_tells(office: Office) -> None:
    """Approved by a device's key it is handed over; the outlet's word ends it."""
    id_ = office.propose(*REPLY)
    changes = office.approve(id_)
    assert [change.standing.state for change in changes] == ["approved", "running"]
    assert [to_be_done(change) for change in changes] == [False, True]
    assert office.desk.unbegun() == [id_]
    office.done(id_, what="сообщение 5")
    standing = office.desk.standings[id_]
    assert (standing.state, standing.what, standing.how, standing.number) == ("done", "сообщение 5", "passkey", 4)
    assert not office.desk.open_ids() and not office.desk.unbegun()


def test_a_button_approves_what_can_be_taken_back(office: Office) -> None:
    """Her chat with the bot is enough for a task, and its first twenty digits name the text."""
    id_ = office.propose(*TASK)
    office.press(id_)
    assert (office.state(id_), office.desk.standings[id_].by_user) == ("running", "olga")
    assert office.desk.standings[id_].how == "button"


def test_a_curator_without_the_page_may_press(office: Office) -> None:
    """He is known by his chat alone."""
    id_ = office.propose(*TASK)
    office.press(id_, 66)
    assert (office.state(id_), office.desk.standings[id_].by_user) == ("running", "tg:66")


@pytest.mark.parametrize("telegram_id", [22, 44, 55, 99])
def test_a_button_of_somebody_else_does_not_count(office: Office, telegram_id: int) -> None:
    """Another curator, an administrator, a viewer, a stranger."""
    id_ = office.propose(*TASK)
    changes = office.press(id_, telegram_id)
    assert office.state(id_) == "asking"
    assert [change.standing.why for change in changes] in ([words.NO_RIGHT], [words.WHO_UNKNOWN])


def test_a_refusal_has_a_name_and_a_reason(office: Office) -> None:
    """The assistant learns from it."""
    id_ = office.propose(*REPLY)
    office.refuse(id_, reason=" уже позвонили ")
    assert (office.state(id_), office.why(id_), office.desk.standings[id_].by) == ("refused", "уже позвонили", "Ольга")
    office.approve(id_)
    assert office.state(id_) == "refused"


def test_an_edit_stands_for_the_former_one(office: Office) -> None:
    """Another text is another digest; the former approval is worth nothing for it."""
    first = office.propose(*REPLY)
    old = office.approval(first, "olga")
    params = {**REPLY[1], "text": "Здравствуйте!"}
    second = office.propose("telegram.reply", params, by="web", proposer="web/olga", supersedes=first)
    assert (office.state(first), office.desk.standings[first].by_user, office.state(second)) == (
        "superseded",
        "olga",
        "asking",
    )
    office.say(replace(old, command_id=second))
    office.say(old)
    assert office.state(second) == "asking" and office.state(first) == "superseded"
    office.approve(second)
    assert office.state(second) == "running"
    assert office.desk.figures("telegram.reply").edited == 1


def test_what_is_decided_cannot_be_replaced(office: Office) -> None:
    """Else one wish would be carried out twice."""
    first = office.propose(*REPLY)
    office.approve(first)
    params = {**REPLY[1], "text": "Здравствуйте!"}
    second = office.propose("telegram.reply", params, by="web", proposer="web/olga", supersedes=first)
    assert (office.state(second), office.why(second)) == ("rejected", words.FORMER_DECIDED)
    third = office.propose(*NOTE, by="web", proposer="web/olga", supersedes=first)
    assert office.state(third) == "rejected"


def test_cut_off_in_mid_call_a_person_decides(office: Office) -> None:
    """Unknown is not final; who may approve it may say what he saw."""
    id_ = office.propose(*REPLY)
    office.approve(id_)
    office.done(id_, "unknown", error="связь оборвалась")
    assert (office.state(id_), office.desk.open_ids()) == ("unknown", [id_])
    office.say(Decided(command_id=id_, at=office.now, user_id="pavel", outcome="done"))
    assert (office.state(id_), office.why(id_)) == ("unknown", words.NO_RIGHT)
    office.say(Decided(command_id=id_, at=office.now, user_id="irina", outcome="done"))
    assert (office.state(id_), office.why(id_)) == ("done", "проверено: Ирина")
    office.say(Result(command_id=id_, at=office.now, outcome="failed"))
    assert office.state(id_) == "done"
