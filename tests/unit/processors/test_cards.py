"""Who is called what: one table from what each source tells."""

from hypothesis import given
from hypothesis import strategies as st

from processors.cards import FIELDS, HAND, Cards, key_of
from schemas.cards import ClientCard

BITRIX = ClientCard(
    lead_id="12", source="bitrix", ts=5, name="Ромашка ООО", phones=["+79160000000"], card="https://b/12"
)
SAID = ClientCard(lead_id="12", source=HAND, ts=3, name="Ромашка")


def table(*told: ClientCard) -> Cards:
    """The table after these records."""
    cards = Cards()
    for card in told:
        cards.apply(key_of(card.lead_id, card.source), card)
    return cards


def test_what_a_person_said_goes_first_and_the_rest_is_filled_up() -> None:
    """A name by hand is older than the portal's and stays; what it leaves open comes from the portal."""
    found = table(SAID, BITRIX).find("12")
    assert found is not None
    assert (found.name, found.phones, found.card, found.ts) == ("Ромашка", BITRIX.phones, BITRIX.card, 5)


def test_what_is_taken_back_is_gone() -> None:
    """A tombstone takes one source's record; the last one takes the lead."""
    cards = table(SAID, BITRIX)
    cards.apply(key_of("12", HAND), None)
    assert cards.find("12") == BITRIX
    assert cards.told("12", HAND) is None
    cards.apply(key_of("12", "bitrix"), None)
    cards.apply(key_of("12", "bitrix"), None)
    assert (cards.find("12"), cards.leads()) == (None, [])


def test_leads_stand_by_number() -> None:
    """Not as words: 9 before 12."""
    assert table(BITRIX, ClientCard(lead_id="9", source=HAND, ts=1, name="Н")).leads() == ["9", "12"]


CARD = st.builds(
    ClientCard,
    lead_id=st.just("1"),
    source=st.sampled_from([HAND, "bitrix", "tg"]),
    ts=st.integers(0, 9),
    name=st.sampled_from(["", "А", "Б"]),
    mails=st.lists(st.sampled_from(["а@б", "в@г"]), max_size=1),
)


@given(st.lists(CARD, unique_by=lambda card: card.source))
def test_the_order_of_sources_does_not_matter(told: list[ClientCard]) -> None:
    """The topic is read in any order of its keys; every field that some source tells is there."""
    found, again = table(*told).find("1"), table(*told[::-1]).find("1")
    assert found == again
    if found is not None:
        for field in FIELDS:
            values = [value for card in told if (value := getattr(card, field))]
            assert (getattr(found, field) in values) if values else not getattr(found, field)
