"""People's words in the log: who may write there, and is no process of ours, cannot put words into anybody's mouth."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from processors.commands import words
from processors.commands.attesting import Said, unattested
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Approval, Begun, Decided, Refusal, Result, Switched
from tests.unit.processors.commands.office import DAY, NOON, NOTE, REPLY, TASK, Office, button, heard, key


def _words(office: Office, id_: str) -> dict[str, Said]:
    """All that a person may say of a command without a device's key."""
    digest = office.desk.standings[id_].digest
    page: dict[str, Any] = {"digest": digest, "at": NOON, "command_id": id_, "user_id": "olga"}
    pressed: dict[str, Any] = {"digest": digest[:20], "at": NOON, "button": button(11)}
    return {
        "click": Approval(**page),
        "press": Approval(**pressed),
        "refusal": Refusal(**page, reason="рано"),
        "pressed refusal": Refusal(**pressed, reason="рано"),
        "decided": Decided(command_id=id_, at=NOON, user_id="olga", outcome="done"),
        "switch": Switched(name="note.add", at=NOON, user_id="anton", paused=True),
    }


def _office(said: str) -> tuple[Office, str]:
    """One in which this word would change something."""
    office = Office()
    id_ = office.propose(*(REPLY if said == "decided" else NOTE))
    if said == "decided":
        office.approve(id_)
        office.done(id_, "unknown")
    return office, id_


KINDS = ["click", "press", "refusal", "pressed refusal", "decided", "switch"]


def _stands(office: Office, id_: str) -> tuple[str, bool]:
    return office.state(id_), "note.add" in office.desk.paused


@pytest.mark.parametrize("said", KINDS)
def test_a_word_counts_attested_by_who_hears_it(said: str) -> None:
    """Signed by the page or by who hears Telegram's buttons it counts; as somebody else writes it, it changes nothing,
    says why, and is counted."""
    for by in ("-", "k1", "mcp", "nobody", "web" if "press" in said else "pipeline"):
        office, id_ = _office(said)
        before = _stands(office, id_)
        changes = office.say(_words(office, id_)[said], by=by)
        assert _stands(office, id_) == before
        why = {"-": words.WORD_UNSIGNED, "nobody": words.KEY_UNKNOWN}.get(by, words.WORD_FOREIGN)
        assert [change.standing.why for change in changes] == ([] if said == "switch" else [why])
        assert office.desk.tally.disbelieved == {why: 1}
    office, id_ = _office(said)
    before = _stands(office, id_)
    office.say(_words(office, id_)[said])
    assert _stands(office, id_) != before and not office.desk.tally.disbelieved


@pytest.mark.parametrize("said", KINDS)
def test_every_byte_of_a_word_is_signed(said: str) -> None:
    """One bit changed anywhere in the record: it is no record any more, or nobody has attested it."""
    office, id_ = _office(said)
    signed = heard(_words(office, id_)[said])
    assert isinstance(signed, Said)
    raw, tried = LOG.encode(signed), 0
    for at in range(len(raw)):
        changed = LOG.decode(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        if isinstance(changed, Rejected):
            continue
        if isinstance(changed, Said) and changed != signed:
            tried += 1
            assert unattested(changed, NOON, office.world), raw[at - 10 : at + 10]
    assert tried > 50 and not unattested(signed, NOON, office.world)


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"revoked_at": 1}, words.KEY_REVOKED), ({"until": 1}, words.KEY_OVER), ({"since": NOON + 1}, words.KEY_UNKNOWN)],
)
def test_a_key_that_does_not_count(changes: dict[str, Any], why: str) -> None:
    """Signs nothing, whoever holds it."""
    office, id_ = _office("refusal")
    office.change(keys={**office.world.keys, "web": key(key_id="web", who="web", **changes)})
    assert [change.standing.why for change in office.refuse(id_)] == [why]
    assert office.state(id_) == "asking"


def test_a_device_is_its_own_proof() -> None:
    """An approval by passkey needs nobody else's signature; one that is there has to hold."""
    office, id_ = _office("click")
    yes = office.approval(id_, "olga")
    office.append(replace(yes, key_id="web", sig="AA"))
    assert (office.state(id_), office.why(id_)) == ("asking", words.WORD_WRONG)
    office.append(yes)
    assert office.state(id_) == "done"


def _lived(office: Office) -> list[str]:
    """A clicked one, a refused one, one looked after, a switch; their states, and what is paused."""
    said = []
    for number, answer in enumerate(("click", "refusal", "press", "pressed refusal")):
        said.append(office.propose("note.add" if number < 2 else "comment.bitrix", {"text": f"{number}"}))
        office.append(_words(office, said[-1])[answer])
    said.append(office.propose(*REPLY))
    office.approve(said[-1])
    office.say(Begun(command_id=said[-1], at=NOON))
    office.say(Result(command_id=said[-1], at=NOON, outcome="unknown"))
    office.append(_words(office, said[-1])["decided"])
    office.append(_words(office, said[-1])["switch"])
    return [*map(office.state, said), *office.desk.paused]


@pytest.mark.parametrize("since", [None, NOON + 1])
def test_a_log_from_before_words_were_signed_is_what_it_was(since: int | None) -> None:
    """Until the moment of the upgrade unsigned words count as they did, whenever the log is read again; from it on
    they do not. Nobody has set it yet: they count."""
    office = Office()
    office.change(words_since=since)
    assert _lived(office) == ["done", "refused", "running", "refused", "done", "note.add"]
    office.now += DAY
    office.change(words_since=since and office.now)
    later = office.propose(*TASK)
    office.append(_words(office, later)["refusal"])
    assert office.state(later) == ("refused" if since is None else "asking")


@pytest.mark.parametrize("wait", [1, 2 * 3_600_000])
def test_a_switch_is_said_once(wait: int) -> None:
    """A copy of what an administrator said, further on in the log, ends no pause that came after it; nor does one that
    was kept for later."""
    office, _ = _office("switch")
    office.say(Switched(name="note.add", at=office.now, user_id="anton", paused=False))
    ended = office.log[-1][2]
    office.now += 1
    office.say(Switched(name="note.add", at=office.now, user_id="anton", paused=True))
    office.now += wait
    office.append(ended)
    assert office.desk.paused == {"note.add"} and office.desk.tally.disbelieved == {words.WORD_OLD: 1}
    kept = heard(Switched(name="reminder.set", at=office.now - 2 * 3_600_000, user_id="anton", paused=True))
    office.append(kept)
    assert "reminder.set" not in office.desk.paused


@pytest.mark.parametrize("answer", ["refused", "done"])
def test_an_answer_that_a_restart_knows_counts_once(answer: str) -> None:
    """Five copies of one refusal do not pause a command, and a copy of a yes ends no row of refusals."""
    first, id_ = _office("refusal")
    (first.refuse if answer == "refused" else first.click)(id_)
    again = Office(dataclasses.replace(first.world, stood=first.desk.standings.get))
    for _, _, record in (*first.log, *first.log[-1:] * 5):
        again.append(record)
    assert again.state(id_) == answer and not again.desk.paused


def test_forged_words_are_no_flood() -> None:
    """However many come, with however many reasons in turn: people are told of no more than 500 a day."""
    office, id_ = _office("refusal")
    word, told = _words(office, id_)["refusal"], 0
    turns: list[Callable[[], object]] = [lambda: office.append(word), lambda: office.say(word, by="k1")]
    for at in range(600):
        told += len(turns[at % 2]() or [])  # type: ignore[arg-type]
    assert told == 500 and office.desk.tally.disbelieved.total() == 600 and office.state(id_) == "asking"
