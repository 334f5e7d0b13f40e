"""What the desk forgets, and what it knows again when its log is read anew: nothing is judged or done twice."""

from dataclasses import replace as with_fields

import pytest
from msgspec.structs import replace

from processors.access import Owner
from processors.commands import signing
from processors.commands.desk import decide, to_be_done
from schemas.commands import Approval, Decided, Switched
from tests.authenticator import Authenticator
from tests.unit.processors.commands.office import (
    DAY,
    DEVICES,
    FOREIGN,
    NOTE,
    REPLY,
    TASK,
    THIRD,
    THREE,
    Office,
    command,
)


def test_what_nothing_happens_to_leaves_after_ninety_days(office: Office) -> None:
    """As it leaves the log; rejected ones after a week; a reminder that waits stays."""
    done, bad, cut = office.propose(*NOTE), office.propose("note.add", {"text": ""}), office.propose(*REPLY)
    office.click(done)
    office.approve(cut)
    office.done(cut, "unknown")
    late = office.propose("reminder.set", {"text": "а", "at": "2027-01-28T10:00"})
    office.click(late)
    office.wait(8 * DAY)
    assert bad not in office.desk.standings and {done, cut, late} <= set(office.desk.standings)
    office.wait(50 * DAY)
    assert office.state(late) == "approved"
    office.wait(33 * DAY)
    assert set(office.desk.standings) == {late} and office.state(late) == "expired" and not office.desk.open_ids()


def test_a_restart_judges_nothing_anew(office: Office) -> None:
    """What was decided under rights that have changed since stays decided; nothing is to be done of it."""
    done, refused, running = office.propose(*NOTE), office.propose(*TASK), office.propose(*REPLY)
    office.click(done)
    office.refuse(refused)
    office.approve(running)
    stood = dict(office.desk.standings)
    again = Office(with_fields(office.world, owner_of=lambda _: Owner("Павел"), stood=stood.get))
    changes = [
        change for offset, at, record in office.log for change in decide(again.desk, record, offset, at, again.world)
    ]
    assert {id_: one.state for id_, one in again.desk.standings.items()} == {
        done: "done",
        refused: "refused",
        running: "running",
    }
    assert {change.command_id for change in changes if to_be_done(change)} <= {running}
    assert again.desk.unbegun() == [running]


def test_a_restart_remembers_the_row_of_refusals(office: Office) -> None:
    """Four before it and one behind it are five in a row; a yes between them is remembered, too."""
    for yes in (False, True):
        office = Office()
        for at in range(4):
            office.now += DAY
            office.refuse(office.propose("note.add", {"text": str(at)}, lead_id=THREE[at % 2]), "irina")
        if yes:
            office.click(office.propose(*NOTE))
        stood = dict(office.desk.standings)
        again = Office(with_fields(office.world, stood=stood.get))
        again.now = office.now
        for _, at, record in office.log:
            again.now = at
            again.say(record)
        again.now += DAY
        again.refuse(again.propose("note.add", {"text": "ещё"}, lead_id=THIRD), "irina")
        assert again.desk.paused == (frozenset() if yes else {"note.add"})


def test_a_restart_knows_by_whom(office: Office) -> None:
    """Another's approval that did not count does not count afterwards; numbers of changes go on where they were."""
    id_ = office.propose(*REPLY)
    office.approve(id_, "pavel")
    office.approve(id_, "olga")
    before = office.desk.standings[id_]
    assert (before.by, before.number) == ("Ольга", 4)
    again = read_anew(office)
    assert again.desk.standings[id_] == before and again.desk.unbegun() == [id_]


def test_what_told_nothing_tells_nothing_after_a_restart(office: Office) -> None:
    """An outlet's word ahead of the approval, and a person's ahead of the unknown, did not count."""
    first, second = office.propose(*REPLY), office.propose(*TASK)
    office.done(first)
    office.approve(first)
    office.press(second)
    office.say(Decided(command_id=second, at=0, user_id="olga", outcome="done"))
    office.done(second, "unknown")
    assert (office.state(first), office.state(second)) == ("running", "unknown")
    assert read_anew(office).desk.standings == office.desk.standings


def read_anew(office: Office) -> Office:
    """By who knows how all stood."""
    stood = dict(office.desk.standings)
    again = Office(with_fields(office.world, stood=stood.get))
    for offset, at, record in office.log:
        decide(again.desk, record, offset, at, again.world)
    return again


@pytest.mark.parametrize("answer", ["nothing", "click", "another's key", "another page"])
def test_what_stood_before_cannot_stand_for_a_signature(office: Office, answer: str) -> None:
    """A standing that says `running` without an approval in the log that holds runs nothing."""
    id_ = office.propose(*REPLY)
    match answer:
        case "click":
            office.click(id_)
        case "another's key":
            digest = office.desk.standings[id_].digest
            proof = DEVICES["pavel"].approve(digest, "7" * 32)
            office.say(Approval(digest=digest, at=office.now, command_id=id_, user_id="olga", passkey=proof))
        case "another page":
            proof = Authenticator("olga", "https://elsewhere.example").approve(office.desk.standings[id_].digest)
            office.say(replace(office.approval(id_, "olga"), passkey=proof))
    claimed = replace(office.desk.standings[id_], state="running", by="Ольга", by_user="olga", how="passkey")
    again = Office(with_fields(office.world, stood={id_: claimed}.get))
    for offset, at, record in office.log:
        decide(again.desk, record, offset, at, again.world)
    assert again.state(id_) == "asking" and not again.desk.unbegun()


def test_a_record_that_comes_again_changes_nothing(office: Office) -> None:
    """Kafka may deliver a batch twice: no forgery is told again, no switch is turned back."""
    id_ = office.propose(*NOTE)
    office.click(id_)
    office.say(signing.proposal(command(*TASK), "k1", FOREIGN))
    for paused in (False, True, False):
        office.now += 1
        office.say(Switched(name="note.add", at=office.now, user_id="anton", paused=paused))
    for offset, at, record in office.log:
        assert not decide(office.desk, record, offset, at, office.world)
        assert not office.desk.paused
    assert office.state(id_) == "done"
