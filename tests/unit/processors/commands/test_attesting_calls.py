"""What is said of a call counts signed by who makes the calls: nobody else can say that a command was done."""

import dataclasses
from typing import Any

import pytest
from msgspec.structs import replace

from processors.commands import words
from processors.commands.attesting import Call, unattested
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Begun, LogRecord, Result
from tests.unit.processors.commands.office import DAY, NOON, NOTE, REPLY, TASK, Office, heard, key

RECORDS: dict[str, dict[str, Any]] = {
    "begun": {"claim": "a" * 32, "after": "b" * 32},
    "done": {"outcome": "done", "what": "сообщение 5 в чате -100777"},
    "failed": {"outcome": "failed", "error": "бот не может писать в этот чат"},
    "unknown": {"outcome": "unknown", "error": "связь прервалась"},
}


def _running() -> tuple[Office, str]:
    """A signed message to a client, handed over."""
    office = Office()
    id_ = office.propose(*REPLY)
    office.approve(id_)
    assert office.desk.unbegun() == [id_]
    return office, id_


def _said(id_: str, kind: str, at: int = NOON) -> Begun | Result:
    made = Begun if kind == "begun" else Result
    return made(command_id=id_, at=at, **RECORDS[kind])


def _stands(office: Office, id_: str) -> tuple[str, list[str], str]:
    return office.state(id_), office.desk.unbegun(), office.desk.standings[id_].what


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize(
    ("by", "why"),
    [
        ("-", words.CALL_UNSIGNED),
        ("nobody", words.KEY_UNKNOWN),
        *((who, words.CALL_FOREIGN) for who in ("k1", "web", "mcp", "pipeline")),
    ],
)
def test_nobody_else_can_say_it(kind: str, by: str, why: str) -> None:
    """Unsigned, or by another key, whosever it is: the command runs on as it ran, its card says why, and it is counted;
    what its maker says afterwards counts."""
    office, id_ = _running()
    before = _stands(office, id_)
    [change] = office.say(_said(id_, kind), by=by)
    assert _stands(office, id_) == before and (change.before, change.standing.state) == ("running", "running")
    assert change.standing.why == why and office.desk.tally.disbelieved == {why: 1}
    assert not office.say(_said(id_, kind), by=by), "the same is told once"
    office.done(id_)
    assert office.state(id_) == "done" and not office.why(id_)


@pytest.mark.parametrize("kind", RECORDS)
def test_every_byte_of_it_is_signed(kind: str) -> None:
    """One bit changed anywhere in the record as it lies in Kafka: it is no record any more, or nobody has said it."""
    office, id_ = _running()
    signed = heard(_said(id_, kind))
    assert isinstance(signed, Call) and not unattested(signed, NOON, office.world)
    raw, tried = LOG.encode(signed), 0
    for at in range(len(raw)):
        changed = LOG.decode(raw[:at] + bytes([raw[at] ^ 1 << at % 7]) + raw[at + 1 :])
        if isinstance(changed, Rejected) or changed == signed or not isinstance(changed, Call):
            continue
        tried += 1
        assert unattested(changed, NOON, office.world), raw[at - 10 : at + 10]
    assert tried > 100


OTHER: dict[str, Any] = {
    "command_id": "0" * 16,
    "at": NOON + 1,
    "claim": "c" * 32,
    "after": "",
    "outcome": "done",
    "what": "задача 77",
    "error": "нет",
    "key_id": "k1",
    "sig": "AA",
}


def test_all_fields_are_looked_at() -> None:
    """A new field of either belongs into the table above."""
    assert OTHER.keys() == {*Begun.__struct_fields__, *Result.__struct_fields__}


@pytest.mark.parametrize("field", OTHER)
@pytest.mark.parametrize("kind", ["begun", "unknown"])
def test_another_value_of_a_field_under_the_old_signature(kind: str, field: str) -> None:
    """Each field is signed; a `Begun` made of what signs a `Result` is none, either."""
    office, id_ = _running()
    signed: Any = heard(_said(id_, kind))
    if field not in signed.__struct_fields__:
        return
    before = _stands(office, id_)
    changed = replace(signed, **{field: OTHER[field]})
    office.append(changed)
    assert _stands(office, id_) == before
    assert field == "command_id" or office.desk.tally.disbelieved.total() == 1


def test_a_claim_signs_no_result() -> None:
    """What kind of record it is, is signed, too."""
    office, id_ = _running()
    claim = heard(Begun(command_id=id_, at=NOON))
    assert isinstance(claim, Begun)
    office.append(Result(command_id=id_, at=NOON, outcome="unknown", key_id=claim.key_id, sig=claim.sig))
    assert (office.state(id_), office.why(id_)) == ("running", words.WORD_WRONG)


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"revoked_at": 1}, words.KEY_REVOKED), ({"until": 1}, words.KEY_OVER), ({"since": NOON + 1}, words.KEY_UNKNOWN)],
)
def test_a_key_that_does_not_count(changes: dict[str, Any], why: str) -> None:
    """Signs nothing, whoever holds it."""
    office, id_ = _running()
    office.change(keys={**office.world.keys, "notify": key(key_id="notify", who="notify", **changes)})
    office.say(_said(id_, "done"))
    assert (office.state(id_), office.why(id_)) == ("running", why)


def test_what_is_cut_off_stays_a_persons() -> None:
    """`unknown` by who made the call: a forged end of it neither ends it nor takes away what people read of it."""
    office, id_ = _running()
    office.say(_said(id_, "begun"))
    office.say(_said(id_, "unknown"))
    stands = office.desk.standings[id_]
    for kind in RECORDS:
        assert not office.say(_said(id_, kind), by="-")
    assert office.desk.standings[id_] == stands and stands.why == RECORDS["unknown"]["error"]
    office.say(_said(id_, "done"))
    assert office.state(id_) == "done", "found out later"


def test_a_claim_before_its_time_is_none() -> None:
    """Written for a command that nobody has signed yet, it would keep that from being handed over later."""
    office = Office()
    id_ = office.propose(*REPLY)
    assert not office.say(_said(id_, "begun"), by="-") and office.desk.tally.disbelieved.total() == 1
    office.approve(id_)
    assert office.desk.unbegun() == [id_]


def _lived(office: Office, by: str) -> list[str]:
    """Three that were done, failed and cut off, and one that never left the house."""
    said = [office.propose(*REPLY), office.propose(*TASK), office.propose("comment.bitrix", {"text": "а"})]
    for id_, kind in zip(said, ("done", "failed", "unknown"), strict=True):
        office.approve(id_)
        office.say(_said(id_, "begun", office.now), by=by)
        office.say(_said(id_, kind, office.now), by=by)
    said.append(office.propose(*NOTE))
    office.click(said[-1])
    return [office.state(id_) for id_ in said]


@pytest.mark.parametrize("since", [None, NOON + 1])
def test_a_log_from_before_calls_were_signed_is_what_it_was(since: int | None) -> None:
    """Until the moment of the upgrade unsigned records count as they did, whenever the log is read again; from it on
    they do not. Nobody has set it yet: they count."""
    office = Office()
    office.change(calls_since=since)
    assert _lived(office, "-") == ["done", "failed", "unknown", "done"]
    office.now += DAY
    later = office.propose("telegram.reply", {**REPLY[1], "text": "Потом"})
    office.approve(later)
    office.say(_said(later, "done"), by="-")
    assert office.state(later) == ("done" if since is None else "running")
    office.say(_said(later, "done"))
    again = Office(office.world)
    for offset, at, record in office.log:
        again.now = at
        assert offset == len(again.log)
        again.append(record)
    assert again.desk.standings == office.desk.standings and again.changes == office.changes


def test_after_a_restart_signatures_of_what_ended_are_not_verified_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ninety days of calls are twice as many signatures as proposals."""
    office = Office()
    _lived(office, "")
    stood = dict(office.desk.standings)
    again = Office(dataclasses.replace(office.world, stood=stood.get))
    verified: list[LogRecord] = []

    def counted(said: Any, at: int, world: Any) -> str:
        verified.append(said)
        return unattested(said, at, world)

    monkeypatch.setattr("processors.commands.desk.unattested", counted)
    for _, _, record in office.log:
        again.append(record)
    waiting = {id_ for id_, one in stood.items() if one.state == "unknown"}
    assert again.desk.standings == stood and waiting >= {one.command_id for one in verified if isinstance(one, Call)}
