"""Figures that were named: numbers with what they count, and prices of services (tariffs)."""

import re
from collections.abc import Sequence

from processors.minutes.wording import line, sentence_quote
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.numerals import Number, numbers
from schemas.minutes import Point

_DATA = vocabulary("figures")

MOST = 40
"""Points of a kind; an inventory read aloud names thousands of figures."""

BEFORE, BEHIND = 5, 4
"""Words around a number that tell what it is."""

_UNIT = re.compile(
    r"(?:руб\w*|₽|процент\w*|копе[ей]\w*|штук\w*|шт|короб\w*|паллет\w*|заказ\w*|артикул\w*|кг|килограмм\w*|тонн\w*|куб\w*"
    r"|метр\w*|литр\w*|пози[цт]\w*|единиц\w*|мешк\w*|яче[йе]\w*|карточ\w*|машин\w*|рейс\w*|товар\w*|отзыв\w*|квадрат\w*)\Z"
)
_MONEY = re.compile(r"(?:руб\w*|₽|процент\w*|копе[ей]\w*)\Z")
_SERVICE = re.compile(
    r"(?:тариф|сборк|хранен|приемк|упаковк|короб|паллет|достав|возврат|минимал|стои|цен[аыуе]?\Z|скидк|комплектац|маркировк"
    r"|наклейк|вложени|аренд|отбор|обработк|пленк|пакет|доставк|рейс|забор|утилизац|страхов|фотограф|переклей|стикер|литр"
    r"|штук|единиц|мест[оа]\Z|заказ)"
)
_RAISED = _DATA.words("raised")


def find_numbers(conversation: Sequence[Said]) -> list[Point]:
    """Numbers beside what they count, at most `MOST`, in the order they were said."""
    found: list[Point] = []
    for said in conversation:
        for number in numbers(said.words):
            if not _counts(said, number):
                continue
            sentence = said.sentence(number.first)
            first = max(sentence.first, number.first - BEFORE)
            quote = said.quote(first, min(sentence.last, number.last + BEHIND))
            if not found or found[-1].segment != said.segment or found[-1].quote != quote:
                found.append(Point(line(quote), quote, said.segment))
        if len(found) >= MOST:
            break
    return found[:MOST]


def find_tariffs(conversation: Sequence[Said]) -> list[Point]:
    """Sentences that name the price of a service, or a change of the tariff; one an utterance."""
    found: list[Point] = []
    for said in conversation:
        priced = [number for number in numbers(said.words) if _costs(said, number)]
        places = [number.first for number in priced]
        if not places and len(said.words) >= 4:
            places = [at for at, word in enumerate(said.words) if word in _RAISED]
        for at in places:
            sentence = said.sentence(at)
            about = range(max(sentence.first, at - 12), min(sentence.last, at + 8) + 1)
            if any(_SERVICE.match(said.words[i]) for i in about):
                quote = sentence_quote(said, sentence, at)
                found.append(Point(line(quote), quote, said.segment))
                break
        if len(found) >= MOST:
            break
    return found


def _counts(said: Said, number: Number) -> bool:
    behind = said.words[number.last + 1 : number.last + 3]
    return (not number.ordinal and any(map(_UNIT.match, behind))) or _signed(said, number)


def _costs(said: Said, number: Number) -> bool:
    behind = said.words[number.last + 1 : number.last + 3]
    return not number.ordinal and (any(map(_MONEY.match, behind)) or _signed(said, number))


def _signed(said: Said, number: Number) -> bool:
    """12 000 ₽, 20 %."""
    end = said.tokens[number.last].end
    return said.text[end : end + 2].strip()[:1] in ("₽", "%") and bool(said.text[end : end + 2].strip())
