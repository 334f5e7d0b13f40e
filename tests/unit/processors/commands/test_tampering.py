"""A2: whatever is changed in a proposal or an approval, nothing is approved by it."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from processors.commands import canon, signing, words
from schemas.codec import Rejected
from schemas.commands import Approval, Command, Decided, LogRecord, Proposal, Switched
from tests.unit.processors.commands.office import (
    PRIVATE,
    REPLY,
    Office,
    forged,
)
from tests.unit.processors.commands.signed_reply import MADE, PROPOSAL, approval

RECORD = msgspec.json.Decoder(LogRecord)


def read(wire: bytes) -> LogRecord | None:
    try:
        record: LogRecord = RECORD.decode(wire)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # a dead letter: it never reaches the desk
    return record


def says_the_same(record: LogRecord | None) -> bool:
    """Whether it is the approval, but for what proves nothing."""
    bare = replace(approval(), at=0, command_id="")
    return isinstance(record, Approval) and replace(record, at=0, command_id="") == bare


def state_after(*records: LogRecord) -> str:
    """How the command stands, "" where the desk has none."""
    office = Office()
    for record in records:
        office.say(record)
    standing = office.desk.standings.get(MADE.command_id)
    return "" if standing is None else standing.state


def test_untouched_they_go_through() -> None:
    """What the tests below change is right before it is changed."""
    assert state_after(PROPOSAL, approval()) == "running"


def flipped(wire: bytes, place: int, bit: int) -> bytes:
    changed = bytearray(wire)
    changed[place] ^= 1 << bit
    return bytes(changed)


def test_every_byte_of_a_proposal() -> None:
    """One bit of each byte of the record as it lies in Kafka: nobody is even asked, and whoever knows of it is told
    why."""
    wire = msgspec.json.encode(PROPOSAL)
    for place in range(len(wire)):
        record = read(flipped(wire, place, place % 7))
        if record is None or record == PROPOSAL:
            continue
        office = Office()
        changes = office.say(record)
        assert not office.desk.standings, wire[: place + 1]
        assert all(change.standing.state == "rejected" and change.standing.why for change in changes)


def test_every_byte_of_an_approval() -> None:
    """The proposal waits on. Only what proves nothing may differ: the time that the record claims, and the id beside a
    digest that says the same."""
    wire = msgspec.json.encode(approval())
    for place in range(len(wire)):
        record = read(flipped(wire, place, place % 7))
        if says_the_same(record):
            continue
        if record is not None:
            assert state_after(PROPOSAL, record) == "asking", wire[: place + 1]


@given(st.data())
def test_any_bits_of_either(data: st.DataObject) -> None:
    """Several at once, anywhere."""
    wires = [msgspec.json.encode(PROPOSAL), msgspec.json.encode(approval())]
    which = data.draw(st.integers(0, 1))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(wires[which]) - 1))
        wires[which] = flipped(wires[which], place, data.draw(st.integers(0, 7)))
    proposed, approved = map(read, wires)
    if proposed == PROPOSAL and says_the_same(approved):
        return
    assert state_after(*(one for one in (proposed, approved) if one is not None)) in ("", "asking")


OTHER = {
    "command_id": "0" * 16,
    "name": "note.add",
    "version": 2,
    "lead_id": "2007",
    "params": {**REPLY[1], "text": "Прайс во вложении"},
    "trigger": {"kind": "alert", "id": "a2"},
    "confidence_percent": 86,
    "proposed_at": MADE.proposed_at + 1,
    "expires_at": MADE.expires_at + 1,
    "proposer": "agent/other",
    "why": "потому что",
    "evidence": ["e1"],
    "asked_by": "olga",
    "supersedes": "1" * 16,
}


def test_all_fields_are_looked_at() -> None:
    """A new field of a command belongs into the table above."""
    assert OTHER.keys() == {field.encode_name for field in msgspec.structs.fields(Command)}


@pytest.mark.parametrize("field", OTHER)
def test_another_value_of_a_field_under_the_old_signature(field: str) -> None:
    """Each field is signed."""
    body = canon.canonical({**msgspec.to_builtins(MADE), field: OTHER[field]}).decode()
    changes = Office().say(forged(PROPOSAL, body=body))
    assert [change.standing.why for change in changes] == [words.SIGNATURE_WRONG]


@pytest.mark.parametrize("field", sorted(msgspec.to_builtins(MADE)))
@pytest.mark.parametrize("private", ["", PRIVATE], ids=["old signature", "signed"])
def test_a_field_that_is_not_there(field: str, private: str) -> None:
    """Whether or not it is signed anew; what has a value of its own where it is missing is signed without it only."""
    body = canon.canonical({name: one for name, one in msgspec.to_builtins(MADE).items() if name != field})
    sig = signing.sign(private, body) if private else PROPOSAL.sig
    office = Office()
    office.say(forged(PROPOSAL, body=body.decode(), sig=sig))
    assert not office.desk.standings


@pytest.mark.parametrize("private", ["", PRIVATE], ids=["old signature", "signed"])
def test_a_field_too_many(private: str) -> None:
    """What nobody is shown is not signed, either."""
    body = canon.canonical({**msgspec.to_builtins(MADE), "cc": "-100888"})
    sig = signing.sign(private, body) if private else PROPOSAL.sig
    office = Office()
    office.say(forged(PROPOSAL, body=body.decode(), sig=sig))
    assert not office.desk.standings


@pytest.mark.parametrize("field", ["sig", "key_id", "body", "command_id"])
@pytest.mark.parametrize("value", ["", "=", "А" * 40, "\ud800", "0" * 100_000])
def test_rubbish_in_a_proposal_breaks_nothing(field: str, value: str) -> None:
    """The desk never raises."""
    made: Proposal = forged(PROPOSAL, **{field: value})
    assert all(change.standing.state == "rejected" for change in Office().say(made))


@pytest.mark.parametrize("changes", [{"asked_by": "tg:abc"}, {"version": 10**12}, {"version": 0}])
def test_what_nobody_could_work_with_is_no_command(changes: dict[str, Any]) -> None:
    """Though it is signed: a person who is no number, a version that no table takes."""
    body = canon.canonical({**msgspec.to_builtins(MADE), **changes})
    assert isinstance(canon.read(body.decode()), Rejected)


def test_a_forgery_is_told_without_its_words() -> None:
    """Who reads changes takes a body for what one of ours signed: he would answer whom it names, and keep its words."""
    [change] = Office().say(forged(PROPOSAL, sig="AA"))
    assert (change.name, change.standing.state, change.standing.body) == ("unknown", "rejected", "")


@pytest.mark.parametrize("user", ["tg:abc", "tg:", "tg:" + "9" * 5000, "tg:\u0661"])
def test_a_person_of_no_number_is_nobody(user: str) -> None:
    """And breaks nothing, in no record."""
    office = Office()
    id_ = office.say(PROPOSAL)[0].command_id
    office.say(Switched(name="note.add", at=office.now, user_id=user, paused=True))
    office.say(Decided(command_id=id_, at=1, user_id=user, outcome="done"))
    office.say(Approval(digest=office.desk.standings[id_].digest, command_id=id_, at=1, user_id=user))
    assert office.why(id_) == words.WHO_UNKNOWN and not office.desk.paused
