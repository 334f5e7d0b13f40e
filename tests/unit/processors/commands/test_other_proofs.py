"""A2: signatures that hold, but for another text, command, page, person or time, approve nothing."""

from typing import Any

import pytest
from msgspec.structs import replace

from processors.commands import signing, words
from tests.unit.processors.commands.office import DEVICES, FOREIGN, HOUR, PRIVATE, REPLY, USERS, Office, key
from tests.unit.processors.commands.signed_reply import MADE, PROPOSAL, approval


@pytest.mark.parametrize(
    ("keys", "private", "why"),
    [
        ({"k1": key()}, FOREIGN, words.SIGNATURE_WRONG),
        ({}, PRIVATE, words.KEY_UNKNOWN),
        ({"k1": key(revoked_at=1)}, PRIVATE, words.KEY_REVOKED),
        ({"k1": key(until=1)}, PRIVATE, words.KEY_OVER),
        ({"k1": key(who="web")}, PRIVATE, words.PROPOSER_WRONG),
    ],
    ids=["foreign", "unknown", "revoked", "over", "another process's"],
)
def test_another_key(keys: dict[str, Any], private: str, why: str) -> None:
    """It proposes nothing."""
    office = Office()
    office.change(keys=keys)
    changes = office.say(signing.proposal(MADE, "k1", private))
    assert [(change.standing.state, change.standing.why) for change in changes] == [("rejected", why)]


def test_an_approval_of_the_former_text() -> None:
    """An edit is another digest: the signature under the old one approves neither."""
    office = Office()
    office.say(PROPOSAL)
    yes = office.approval(MADE.command_id, "olga")
    params = {**REPLY[1], "text": "Прайс во вложении"}
    edited = office.propose("telegram.reply", params, by="web", proposer="web/olga", supersedes=MADE.command_id)
    digest = office.desk.standings[edited].digest
    for record in (yes, replace(yes, command_id=edited), replace(yes, command_id=edited, digest=digest)):
        office.say(record)
    assert (office.state(MADE.command_id), office.state(edited)) == ("superseded", "asking")


def test_an_approval_of_another_command_is_none_of_this() -> None:
    """Its proof holds for one digest."""
    office = Office()
    office.say(PROPOSAL)
    other = office.propose("telegram.reply", {**REPLY[1], "text": "Другое"})
    yes = office.approval(other, "olga")
    office.say(replace(yes, command_id=MADE.command_id, digest=office.desk.standings[MADE.command_id].digest))
    assert (office.state(MADE.command_id), office.why(MADE.command_id)) == ("asking", words.PASSKEY_WRONG)


def test_a_proof_for_another_page_or_of_another_person() -> None:
    """The page's address and the person are in it."""
    office = Office()
    office.say(PROPOSAL)
    for user in ("pavel", "irina"):
        proof = DEVICES[user].approve(approval().digest, "5" * 32)
        office.say(replace(approval(), passkey=proof))
        assert office.state(MADE.command_id) == "asking"
    office.change(origin="https://elsewhere.example")
    office.say(approval())
    assert office.state(MADE.command_id) == "asking"


def test_a_person_who_left_or_whose_key_was_lost() -> None:
    """His signature of a minute ago counts for nothing more."""
    for olga in (replace(USERS["olga"], disabled=True), replace(USERS["olga"], passkeys=[])):
        office = Office()
        office.say(PROPOSAL)
        office.change(users={**USERS, "olga": olga})
        office.say(approval())
        assert office.state(MADE.command_id) == "asking"


def test_after_its_time() -> None:
    """A proposal, and an approval, that come too late."""
    office = Office()
    office.now += 4 * HOUR
    assert [change.standing.why for change in office.say(PROPOSAL)] == [words.LATE]
    office = Office()
    office.say(PROPOSAL)
    office.now += 4 * HOUR
    office.say(approval())
    assert office.state(MADE.command_id) == "expired"


def test_sent_again() -> None:
    """An approval that was used, and the proposal behind it: the command has run once, and runs no more."""
    office = Office()
    office.say(PROPOSAL)
    office.say(approval())
    office.done(MADE.command_id)
    before = len(office.changes)
    for record in (PROPOSAL, approval(), PROPOSAL, approval()):
        office.say(record)
    assert len(office.changes) == before
