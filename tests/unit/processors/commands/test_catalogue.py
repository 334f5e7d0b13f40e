"""Definitions on their topic: what an administrator signed counts, until he leaves or the settings say otherwise."""

import pytest
from msgspec.structs import replace

from processors.commands import canon
from processors.commands.catalogue import KEYS, Catalogue
from processors.commands.definitions import Allowed, builtin
from schemas.command_codecs import DEFINITION
from schemas.command_defs import DefinitionSigned
from schemas.people import WebUser
from tests.authenticator import ORIGIN
from tests.unit.processors.commands.invoice import ALLOWED, GOOD
from tests.unit.processors.commands.office import DEVICES, USERS, key


def signed(text: str = GOOD, user: str = "anton") -> DefinitionSigned:
    proof = DEVICES[user].approve(canon.definition_digest(text), "9" * 32)
    return DefinitionSigned(text=text, user_id=user, at=1, passkey=proof)


def put(catalogue: Catalogue, record: object, at: str = "crm.invoice@1") -> str:
    return catalogue.take(at, DEFINITION.encode(record))  # type: ignore[arg-type]


def test_a_signed_definition_counts() -> None:
    """Beside those of the release; until it is taken back."""
    catalogue = Catalogue(ORIGIN, ALLOWED)
    assert not put(catalogue, signed())
    assert ("crm.invoice", 1) in catalogue.definitions(USERS) and not catalogue.refused(USERS)
    catalogue.take("crm.invoice@1", None)
    assert catalogue.definitions(USERS) == builtin()


@pytest.mark.parametrize(
    ("record", "users", "allowed"),
    [
        (replace(signed(), text=GOOD.replace("books.example.ru/api", "books.example.ru/ap")), USERS, ALLOWED),
        (signed(user="irina"), USERS, ALLOWED),
        (replace(signed(user="irina"), user_id="anton"), USERS, ALLOWED),
        (signed(), {**USERS, "anton": replace(USERS["anton"], disabled=True)}, ALLOWED),
        (signed(), {**USERS, "anton": replace(USERS["anton"], role="head")}, ALLOWED),
        (signed(), {**USERS, "anton": replace(USERS["anton"], passkeys=[])}, ALLOWED),
        (signed(), {}, ALLOWED),
        (signed(), USERS, Allowed()),
        (signed(GOOD.replace("version: 1", "version: 2")), USERS, ALLOWED),
        (signed(GOOD.replace("crm.invoice", "telegram.reply")), USERS, ALLOWED),
    ],
    ids=[
        "another text",
        "no administrator",
        "another's device",
        "disabled",
        "administrator no more",
        "key lost",
        "user gone",
        "host not allowed any more",
        "another version",
        "a name of the release",
    ],
)
def test_an_unsigned_definition_does_not(record: DefinitionSigned, users: dict[str, WebUser], allowed: Allowed) -> None:
    """An administrator who is there signed exactly this text, and the settings still allow it."""
    catalogue = Catalogue(ORIGIN, allowed)
    put(catalogue, record)
    assert catalogue.definitions(users) == builtin()
    assert list(catalogue.refused(users)) == ["crm.invoice@1"] and all(catalogue.refused(users).values())


def test_an_administrator_who_leaves_takes_his_commands_along() -> None:
    """What was judged once is judged again when he has changed."""
    catalogue = Catalogue(ORIGIN, ALLOWED)
    put(catalogue, signed())
    assert ("crm.invoice", 1) in catalogue.definitions(USERS)
    gone = {**USERS, "anton": replace(USERS["anton"], disabled=True)}
    assert ("crm.invoice", 1) not in catalogue.definitions(gone)


def test_keys_stand_there_too() -> None:
    """Each under its own id."""
    catalogue = Catalogue(ORIGIN, ALLOWED)
    assert not catalogue.take(f"{KEYS}k1", DEFINITION.encode(key()))
    assert catalogue.take(f"{KEYS}k2", DEFINITION.encode(key()))
    assert catalogue.take("x", b"{")
    assert list(catalogue.keys) == ["k1"]
    catalogue.take(f"{KEYS}k1", None)
    assert not catalogue.keys
