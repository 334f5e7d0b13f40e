"""Signatures hold for exactly the bytes and the person they were made for."""

from typing import Any

import pytest
from msgspec.structs import replace

from processors.commands import canon, signing
from schemas.codec import Rejected
from schemas.command_defs import SigningKey
from schemas.commands import Command, Trigger
from schemas.people import WebUser
from tests.authenticator import Authenticator

PRIVATE, PUBLIC = signing.new_key()
KEYS = {"k1": SigningKey(key_id="k1", who="agent", public=PUBLIC, since=1000, until=9000)}
DIGEST, NONCE = "ab" * 32, "12" * 16


def command(**changes: Any) -> Command:
    values: dict[str, Any] = {
        "name": "note.add",
        "version": 1,
        "lead_id": "1003",
        "params": {"text": "Перезвонить «завтра»"},
        "trigger": Trigger(kind="alert", id="a1"),
        "confidence_percent": 80,
        "proposed_at": 1000,
        "expires_at": 5000,
        "proposer": "agent/rules",
        **changes,
    }
    trigger = values["trigger"]
    id_ = canon.command_id(values["name"], values["lead_id"], trigger.id, values["params"])
    return Command(command_id=values.pop("command_id", id_), **values)


def test_a_signed_proposal_opens() -> None:
    """Who verifies gets the command that was signed."""
    made = command()
    assert signing.opened(signing.proposal(made, "k1", PRIVATE), KEYS, 2000) == made


@pytest.mark.parametrize(
    ("at", "revoked_at"), [(999, 0), (9000, 0), (2000, 2000)], ids=["before its time", "after it", "revoked"]
)
def test_a_key_counts_in_its_time(at: int, revoked_at: int) -> None:
    """The time is that of the log: what the proposal says of its own does not help a revoked key."""
    key = SigningKey(key_id="k1", who="agent", public=PUBLIC, since=1000, until=9000, revoked_at=revoked_at)
    assert isinstance(signing.opened(signing.proposal(command(), "k1", PRIVATE), {"k1": key}, at), Rejected)


def test_a_key_signs_for_its_own_process_only() -> None:
    """The agent's key does not sign in the name of a person of the page."""
    made = signing.proposal(command(proposer="web/olga"), "k1", PRIVATE)
    assert isinstance(signing.opened(made, KEYS, 2000), Rejected)


def test_an_id_that_is_not_its_own_is_refused() -> None:
    """The id follows from what is proposed, else one command could stand for another."""
    made = signing.proposal(command(command_id="0" * 16), "k1", PRIVATE)
    assert isinstance(signing.opened(made, KEYS, 2000), Rejected)


def test_a_body_in_another_form_is_refused() -> None:
    """The same JSON with a space is another text, and nobody writes it anew."""
    body = canon.encoded(command()).decode().replace(",", ", ", 1)
    made = signing.proposal(command(), "k1", PRIVATE)

    assert isinstance(
        signing.opened(replace(made, body=body, sig=signing.sign(PRIVATE, body.encode())), KEYS, 2000), Rejected
    )


def test_canonical_json_is_one_for_one_value() -> None:
    """Whatever the order of keys and the form of letters: й is one sign or two, and there are no fractions."""
    assert (
        canon.canonical({"b": 1, "a": "и\u0306"}) == canon.canonical({"a": "й", "b": 1}) == '{"a":"й","b":1}'.encode()
    )
    for wrong in (1.0, [0.5], {"a": 2.0}, {"й": 1, "и\u0306": 2}):
        with pytest.raises(ValueError, match=r"form|keys"):
            canon.canonical(wrong)


def user(*devices: Authenticator, disabled: bool = False) -> WebUser:
    return WebUser(
        user_id="olga", name="Ольга", role="head", passkeys=[one.passkey for one in devices], disabled=disabled
    )


@pytest.mark.parametrize("count", [0, 7])
def test_a_device_signs_a_digest(count: int) -> None:
    """Whatever its counter says: some report 0 for ever."""
    device = Authenticator(count=count)
    assert not signing.passkey_holds(device.approve(DIGEST, NONCE), DIGEST, user(device), device.origin)


@pytest.mark.parametrize(
    ("proof", "whose", "disabled"),
    [
        (Authenticator().approve("ac" + DIGEST[2:], NONCE), Authenticator(), False),
        (Authenticator(origin="https://elsewhere.example").approve(DIGEST, NONCE), Authenticator(), False),
        (Authenticator(verified=False).approve(DIGEST, NONCE), Authenticator(), False),
        (Authenticator("foreign").approve(DIGEST, NONCE), Authenticator(), False),
        (Authenticator().approve(DIGEST, NONCE), Authenticator(), True),
    ],
    ids=["another digest", "another page", "nobody has shown who he is", "another's device", "user disabled"],
)
def test_a_proof_that_does_not_hold(proof: object, whose: Authenticator, disabled: bool) -> None:
    """The device signs one digest, on one page, for one person who has shown that it is he."""
    assert signing.passkey_holds(proof, DIGEST, user(whose, disabled=disabled), whose.origin)  # type: ignore[arg-type]
