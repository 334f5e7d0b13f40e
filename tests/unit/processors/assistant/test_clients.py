"""Which client a line means."""

import pytest

from processors.assistant.clients import ALIKE, IN_PART, SURE, Clients
from processors.assistant.tokens import tokens
from tests.unit.processors.assistant.people import CLIENTS


@pytest.mark.parametrize(
    ("line", "leads"),
    [
        ("для Ромашки", ("1003",)),
        ("ромашкой", ("1003",)),
        ("Ромашке Плюс", ("1010",)),
        ("по пледам", ("12345",)),
        ("клиент 77", ("77",)),
        ("тысяча три", ("1003",)),
        ("двенадцать тысяч триста сорок пять", ("12345",)),
        ("с Вегой", ("501", "502")),
        ("Ивановой", ("77",)),
        ("кому-нибудь", None),
        ("через 77 минут", None),
        ("клиента 424242", ()),
        ("по 424242", ()),
    ],
)
def test_named(line: str, leads: tuple[str, ...] | None) -> None:
    """By number, by spoken number, by name in any case; a number that nobody has is told as unknown."""
    found = CLIENTS.named(tokens(line))
    assert (None if found is None else found.leads) == leads


def test_how_sure() -> None:
    """A whole name is sure, a part of it less, a typo a guess."""
    clients = Clients([("1", "ООО «Северный ветер»"), ("2", "Ромашка")])
    lines = ["северному ветру", "для северного", "ромашике"]
    assert [found.sure for line in lines if (found := clients.named(tokens(line)))] == [SURE, IN_PART, ALIKE]


def test_the_preposition_goes_with_him() -> None:
    """ "по клиенту 1003" is one thing: what is left says nothing of him."""
    found = CLIENTS.named(tokens("позвонить по клиенту 1003 завтра"))
    assert found is not None
    assert (found.first, found.last) == (1, 3)


def test_nobody_is_known() -> None:
    """Without cards only a number that is said to be a client's is one, and it is unknown."""
    empty = Clients([])
    assert empty.named(tokens("Ромашке 1003")) is None
    found = empty.named(tokens("клиенту 1003"))
    assert found is not None
    assert found.unknown == "1003"
