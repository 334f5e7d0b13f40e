"""Who is who by what Bitrix24 says: the first to be told stays, and a person's word is not undone."""

from pathlib import Path

import msgspec
import pytest

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.bitrix import normalize
from processors.normalize.bitrix_fields import Id, id_of, words
from schemas.codec import Rejected
from schemas.sources import Identity
from schemas.types import Meta

LEAD = (Path(__file__).parents[4] / "schemas/examples/source.bitrix/lead.json").read_bytes()
META = Meta("source.bitrix", 0, 1, 1_795_172_400_000)


def links(identities: Identities, record: bytes = LEAD) -> dict[str, str | None]:
    """What a record links, by kind and value; applied as the pipeline does."""
    found = normalize(META, record, identities, Options())
    assert not isinstance(found, Rejected)
    made = [one for one in found if isinstance(one, Identity)]
    for one in made:
        identities.apply(f"{one.kind}:{one.value}", one)
    return {f"{one.kind}:{one.value}": one.lead_id for one in made}


def test_a_link_is_made_once() -> None:
    """An object that comes again links nothing again."""
    identities = Identities()
    assert links(identities)["phone:+79123456789"] == "12345"
    assert links(identities) == {}


def test_another_lead_with_the_same_phone_takes_nothing() -> None:
    """The first to be told stays, be it by a person."""
    identities = Identities()
    identities.apply("phone:+79123456789", Identity("phone", "+79123456789", "777", confirmed_by="anna"))
    assert "phone:+79123456789" not in links(identities)


def test_what_a_person_has_unlinked_stays_so() -> None:
    """The next change of the lead does not bring the link back."""
    identities = Identities()
    links(identities)
    identities.apply("phone:+79123456789", None)
    assert "phone:+79123456789" not in links(identities, LEAD.replace(b"IN_PROCESS", b"WON"))
    identities.apply("phone:+79123456789", Identity("phone", "+79123456789", "12345", confirmed_by="anna"))
    identities.apply("phone:+79123456789", None)
    assert links(identities) == {}


def test_ties_that_are_none_link_nothing() -> None:
    """Null and 0 are Bitrix24's words for nobody."""
    payload = msgspec.json.decode(LEAD)
    payload["payload"]["fields"] |= {"contactId": 0, "companyId": None, "fm": None}
    assert links(Identities(), msgspec.json.encode(payload)) == {"b24_lead:12345": "12345"}


@pytest.mark.parametrize("id_", ["", "x", "12345x", "9" * 13, "9" * 5000, "²"])
@pytest.mark.parametrize("where", ["lead", "double"])
def test_a_lead_whose_number_is_none_is_rejected(id_: str, where: str) -> None:
    """At once, as a value: neither it nor a lead that may be its double is compared by a number it has not."""
    record = msgspec.json.decode(LEAD)
    if where == "lead":
        record["payload"]["id"] = id_
    else:
        record["payload"]["doubles"] = [{"id": id_, "shared": ["phone:+79123456789"]}]
    assert isinstance(normalize(META, msgspec.json.encode(record), Identities(), Options()), Rejected)


@pytest.mark.parametrize(
    ("said", "id_"),
    [
        (7, "7"),
        ("007", "7"),
        (" 7 ", "7"),
        (2**63, str(2**63)),
        (0, ""),
        ("0", ""),
        (None, ""),
        (True, ""),
        ("-7", ""),
        ("²", ""),
    ],
)
def test_ids(said: Id, id_: str) -> None:
    """Digits without what stands around them."""
    assert id_of(said) == id_


@pytest.mark.parametrize("said", ["9" * 5000, "0" * 5000], ids=["digits", "zeros"])
def test_an_id_of_any_length(said: str) -> None:
    """It is none: no id of the portal has more than 64 bits."""
    assert id_of(said) == ""


def test_a_mail_with_a_character_that_is_none() -> None:
    """The rest of its words is read: a client wrote them."""
    assert words(f"<p>Просим счёт &#{'9' * 5000}; &#8381; &#0000000065;</p>") == "Просим счёт \ufffd ₽ A"
