"""Where a text leads its reader: to our own page where there is one, else to the CRM."""

import pytest

from processors.cards import Cards
from schemas.cards import ClientCard
from streams.notify.outlets.links import clients_of
from streams.settings import Bitrix, Minutes, Settings, Site

PAGE, PORTAL, CARD = "https://lp.example.ru", "https://b24.example.ru/", "https://crm.example.ru/7"


@pytest.mark.parametrize(
    ("page", "portal", "told", "expected"),
    [
        (PAGE, PORTAL, CARD, f"{PAGE}/leads/7"),
        ("", PORTAL, CARD, CARD),
        ("", PORTAL, "", "https://b24.example.ru/crm/lead/details/7/"),
        ("", "", "", ""),
    ],
)
def test_the_card(page: str, portal: str, told: str, expected: str) -> None:
    """The page goes before what a source told, that before Bitrix24; without any a text is plain."""
    cards = Cards()
    cards.apply("7/b", ClientCard(lead_id="7", source="b", ts=1, name="Пледы", card=told))
    settings = Settings(site=Site(public_url=page), bitrix=Bitrix(portal=portal))
    assert clients_of(settings, cards)("7").card == expected
    assert clients_of(settings, cards)("7").name == "Пледы"


def test_a_meeting() -> None:
    """What the settings say goes before our page; without both there is no link."""
    of_page = clients_of(Settings(site=Site(public_url=PAGE)), Cards())("7")
    assert of_page.meeting_at("r1") == f"{PAGE}/leads/7/meetings/r1"
    given = Minutes(link="https://files.example.ru/{lead_id}/{recording_id}")
    both = clients_of(Settings(site=Site(public_url=PAGE), minutes=given), Cards())("7")
    assert both.meeting_at("r1") == "https://files.example.ru/7/r1"
    assert clients_of(Settings(), Cards())("7").meeting_at("r1") == ""
