"""When two leads of the portal are one client, and when a person has to say it."""

from itertools import permutations
from typing import Any

import pytest

from processors.identity import Identities
from schemas.bitrix import Double
from schemas.cards import ClientCard
from schemas.events import CrmChanged
from schemas.sources import ClientRef, Identity
from tests.unit.processors.normalize.test_bitrix_people import entity, take, user

PHONE = "phone:+79123456789"
AT = {"createdTime": "2026-11-20T10:00:00+03:00", "updatedTime": "2026-11-20T11:00:00+03:00"}


def lead(identities: Identities, id_: str, doubles: list[Double], **fields: Any) -> list[Any]:
    """A lead of the portal is read."""
    given = AT | {"id": int(id_), "title": f"Лид {id_}", "fm": [{"typeId": "PHONE", "value": "89123456789"}]} | fields
    return take(identities, entity("lead", id_, given, doubles=doubles, responsible="Анна"))


def merged(identities: Identities, *leads: str) -> list[str]:
    """Under which number each is."""
    return [identities.merged(one) for one in leads]


@pytest.mark.parametrize("order", list(permutations(("10", "20", "30"))))
def test_one_client_keeps_the_number_of_the_oldest_lead(order: tuple[str, ...]) -> None:
    """Whichever is read first: phones, companies, deals all belong to it in the end."""
    identities = Identities()
    for id_ in order:
        lead(identities, id_, [Double(one, [PHONE]) for one in ("10", "20", "30") if one != id_])
    assert merged(identities, "10", "20", "30") == ["10"] * 3
    assert identities.find(ClientRef("phone", "+79123456789")) == "10"
    deal = AT | {"id": 5, "leadId": 30}
    [changed] = [one for one in take(identities, entity("deal", "5", deal)) if isinstance(one, CrmChanged)]
    assert changed.lead_id == "10"
    assert not [one for one in lead(identities, "20", [Double("10", [PHONE])]) if isinstance(one, Identity)]


def test_the_client_is_called_as_his_oldest_lead() -> None:
    """The double tells who works with him now, and has no card of its own any more."""
    identities = Identities()
    lead(identities, "10", [])
    lead(identities, "20", [])
    found = lead(identities, "20", [Double("10", [PHONE])])
    cards = {f"{card.lead_id}/{card.source}": card for card in found if isinstance(card, ClientCard)}
    assert (cards["20/bitrix"].name, cards["20/bitrix"].responsible) == ("", "")
    assert (cards["10/bitrix_lead_20"].name, cards["10/bitrix_lead_20"].responsible) == ("", "Анна")
    [changed] = [one for one in found if isinstance(one, CrmChanged)]
    assert (changed.lead_id, changed.client, changed.entity_id) == ("10", "lead:20", "20")


def test_a_lead_that_was_merged_away_in_the_portal() -> None:
    """The client keeps the number that we knew, though the portal kept the other lead."""
    identities = Identities()
    lead(identities, "10", [], companyId=5)
    lead(identities, "20", [Double("10", [PHONE], gone=True)], companyId=5)
    assert merged(identities, "20") == ["10"]


@pytest.mark.parametrize(
    ("own", "double"),
    [
        ({"companyId": 5}, Double("10", [PHONE], company="6")),
        ({"companyTitle": "ООО Ромашка"}, Double("10", [PHONE], firm="ИП Петров")),
        ({"companyId": 7}, Double("10", [PHONE], gone=True)),
        ({"companyTitle": "Норд Лайн"}, Double("10", [PHONE], firm="ООО «Норд Лайт»")),
        ({"companyTitle": "Стройсервис"}, Double("10", [PHONE], firm="Стройсервис-Урал")),
        ({"companyTitle": "Рост-1"}, Double("10", [PHONE], firm="Рост-2")),
        ({"companyTitle": "ИП Иванов П. С."}, Double("10", [PHONE], firm="ИП Иванова О. П.")),
        ({"name": "Пётр", "lastName": "Иванов"}, Double("10", [PHONE], person="Ольга Сидорова")),
    ],
)
def test_what_speaks_against_it_is_a_persons_question(own: dict[str, Any], double: Double) -> None:
    """Once, until he has decided or nothing speaks against it any more."""
    identities = Identities()
    identities.apply("b24_company:6", Identity("b24_company", "6", "10"))
    found = lead(identities, "20", [double], **own)
    [doubt] = [one for one in found if isinstance(one, Identity) and one.kind == "double"]
    assert (doubt.value, doubt.was, doubt.name) == ("20", "10", PHONE)
    assert merged(identities, "20") == ["20"]
    assert [one.value for one in identities.doubts] == ["20"]
    assert not [one for one in lead(identities, "20", [double], **own) if isinstance(one, Identity)]
    identities.apply("lead:20", Identity("lead", "20", refused=True))
    assert identities.doubts == []
    assert merged(identities, "20") == ["20"]


@pytest.mark.parametrize(
    ("own", "double"),
    [
        ({"companyTitle": "Ромашка"}, Double("10", [PHONE], firm="OOO Romashka")),
        ({"companyTitle": "ИП Иванов Пётр Сергеевич"}, Double("10", [PHONE], firm="Иванов П. С.")),
        ({"name": "Пётр", "lastName": "Иванов"}, Double("10", [PHONE], person="Иванов Петя")),
        ({"name": "Пётр", "lastName": "Иванов"}, Double("10", [PHONE])),
        ({"name": "Пётр", "lastName": "Иванов"}, Double("10", [PHONE, "b24_contact:6"], person="Ольга Сидорова")),
    ],
)
def test_the_same_written_otherwise_is_the_same(own: dict[str, Any], double: Double) -> None:
    """Legal forms, alphabets, initials, and people of one company do not speak against it."""
    identities = Identities()
    lead(identities, "20", [double], **own)
    assert merged(identities, "20") == ["10"]


def test_a_persons_word_stands() -> None:
    """What he has taken apart is not put together again, and what he has put elsewhere stays there."""
    identities = Identities()
    identities.apply("lead:20", Identity("lead", "20", refused=True))
    lead(identities, "20", [Double("10", [PHONE])])
    identities.apply("lead:30", Identity("lead", "30", "99", confirmed_by="anna"))
    lead(identities, "30", [Double("10", [PHONE])])
    assert merged(identities, "20", "30") == ["20", "99"]


def test_the_number_of_a_crowd_and_of_ours_makes_no_client() -> None:
    """A placeholder, a switchboard, a colleague who filled in his own phone."""
    identities = Identities()
    lead(identities, "20", [Double(str(n), [PHONE]) for n in range(1, 8)])
    assert merged(identities, "20") == ["20"]
    comes_again = Identities()
    lead(comes_again, "20", [Double(str(n), [PHONE, "b24_company:5"], company="5") for n in range(1, 8)], companyId=5)
    assert merged(comes_again, "20") == ["1"]
    ours = Identities()
    user(ours)
    lead(ours, "20", [Double("10", ["phone:+79161234567"])])
    assert merged(ours, "20") == ["20"]
    assert ours.doubts == []


def test_one_inn_is_one_firm() -> None:
    """Whatever its companies and names in the CRM are; the INN itself becomes a link."""
    identities = Identities()
    inn = "inn:7707083893"
    found = lead(identities, "20", [Double("10", [inn], company="6", firm="ИП Петров")], companyId=5, companyTitle="А")
    assert merged(identities, "20") == ["10"]
    assert not [one for one in found if isinstance(one, Identity) and one.kind == "double"]
