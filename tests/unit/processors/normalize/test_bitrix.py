"""Who is who by what Bitrix24 says: the first to be told stays, and a person's word is not undone."""

from pathlib import Path

import msgspec

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.bitrix import normalize
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
