"""Figures of a claim against those of its quote."""

import pytest

from processors.minutes.quantities import agree, figures


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("с первого декабря тридцать шесть рублей вместо двадцати восьми", ("1", "36", "28")),
        ("с 1 декабря 36 ₽ вместо 28 ₽", ("1", "36", "28")),
        ("12 000 рублей, 5 %, в 10:30", ("12000", "5", "10", "30")),
        ("8 903 765-43-21", ("8903765", "43", "21")),
        ("ничего", ()),
    ],
)
def test_figures(text: str, found: tuple[str, ...]) -> None:
    """Said or written, in order, a time and a phone by their digits."""
    assert figures(text) == found


@pytest.mark.parametrize(
    ("claim", "quote", "agrees"),
    [
        ("Брак 40 штук", "возвратов двести штук из них брак сорок", True),
        ("Брак 200 штук", "возвратов двести штук из них брак сорок", False),
        ("200 штук, брак 40", "возвратов двести штук из них брак сорок", True),
        ("40 штук, брак 200", "возвратов двести штук из них брак сорок", False),
        ("Хранение 36 вместо 28", "хранение тридцать шесть рублей вместо двадцати восьми", True),
        ("Хранение 28 вместо 36", "хранение тридцать шесть рублей вместо двадцати восьми", False),
        ("Скидка 5 % от 3000 заказов", "скидка пять процентов при объёме от трёх тысяч заказов", True),
        ("Скидка 3000, заказов 5", "скидка пять процентов при объёме от трёх тысяч заказов", False),
        ("Хранение", "хранение тридцать шесть рублей", True),
        ("Дважды 36 и 36", "хранение тридцать шесть рублей", False),
    ],
)
def test_agree(claim: str, quote: str, agrees: bool) -> None:
    """Each figure is there as often, in the same order, and of the same thing."""
    assert agree(claim, quote) is agrees
