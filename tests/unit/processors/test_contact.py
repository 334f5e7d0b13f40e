"""The one way in which names of clients are compared."""

import pytest

from processors.contact import link_key, normal, ref_of
from processors.identity import Identities
from schemas.sources import ClientRef, Identity


@pytest.mark.parametrize(
    ("kind", "written", "compared"),
    [
        ("phone", "8 (912) 345-67-89", "+79123456789"),
        ("phone", "+7 912 345 67 89 доб. 12", "+79123456789"),
        ("phone", "9123456789", "+79123456789"),
        ("phone", "8-800-555-35-35", "+78005553535"),
        ("phone", "+375 29 123-45-67", "+375291234567"),
        ("phone", "12-34", None),
        ("email", " Ivan.Petrov@Romashka.RU", "ivan.petrov@romashka.ru"),
        ("email", "mailto:a@b.ru", "a@b.ru"),
        ("email", "a@b", None),
        ("inn", "7707 083893", "7707083893"),
        ("inn", "7707083894", None),
        ("inn", "500100732259", "500100732259"),
        ("tg_chat", " -1001 ", "-1001"),
        ("tg_chat", "Ромашка", None),
        ("jitsi_room", "Romashka", "romashka"),
        ("wms_customer", "ООО  Ромашка ", "ООО Ромашка"),
        ("wms_customer", " ", None),
    ],
)
def test_one_way_to_write(kind: str, written: str, compared: str | None) -> None:
    """However a person writes a phone, a mail or an INN, it is one; what is none of its kind is told."""
    assert normal(kind, written) == compared


def test_what_is_none_of_its_kind_waits_under_its_own_words() -> None:
    """A person can see it; nothing is dropped or taken for another."""
    assert link_key(ClientRef("phone", "позже")) == "phone:позже"
    assert ref_of("jitsi_room:a:b") == ClientRef("jitsi_room", "a:b")


def test_a_client_is_found_however_his_name_was_written() -> None:
    """Also a link that was recorded before there was one way, and its tombstone."""
    identities = Identities()
    identities.apply("phone:8 912 345-67-89", Identity("phone", "8 912 345-67-89", "7"))
    assert identities.find(ClientRef("phone", "+7 (912) 3456789")) == "7"
    identities.apply("phone:+79123456789", None)
    assert identities.find(ClientRef("phone", "89123456789")) is None
