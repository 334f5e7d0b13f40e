"""Figures that were named: whole phrases with the unit and what they belong to; prices of services apart (tariffs)."""

import re
from collections import deque
from collections.abc import Collection, Sequence
from typing import NamedTuple

from processors.minutes.due import timed
from processors.minutes.objects import asked_before
from processors.minutes.stretch import stretch
from processors.minutes.things import folded, things
from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import line, shortened
from processors.minutes.words import Said
from processors.russian.grammar import reading
from processors.russian.numerals import Number, is_number
from schemas.minutes import Point

_DATA = vocabulary("figures")

MOST = 40
"""Points of a kind; an inventory read aloud names thousands of figures."""

LONGEST = 18
"""Words of a figure's phrase."""

MODIFIERS = 2
"""Words between a number and what it counts: тридцать четыре новых артикула."""

ECHO = 6
"""Figures that are remembered: who only repeats one of them names none. — Пять рублей? — Да, пять."""

PRICES_WITHIN = 3
"""Utterances after a price in which a number without a unit is one too: у вас тридцать две."""

LONGEST_QUESTION = 80
"""Characters of the question that a bare figure answers."""

_MONEY = re.compile(r"(?:руб\w*|₽|процент\w*|копе[ей]\w*)\Z")
_UNIT = re.compile(r"(?:шт|кг|гр|мм|см|м|л|м2|м3|куба?|кубов|руб|р)\Z")
_SERVICE = re.compile(_DATA.lines("service")[0])
_PRICED = _DATA.words("priced")
_RAISED = _DATA.words("raised")
_PLACES = _DATA.words("places")
_CHANGES = re.compile(r"(?:подн|повы|вырос|выраст|измен|снизи|сниж|индекс|пересмотр|нов[аоыу])")
_UNSURE = _DATA.words("unsure")
_TIMES = _DATA.words("times")
_PERIODS = re.compile(r"(?:рабоч\w+|минут\w*|час\w*|дн\w+|день|недел\w+|месяц\w*|год\w*|лет)\Z")


class Figures(NamedTuple):
    """Both in the order they were said; no figure is in both."""

    tariffs: list[Point]
    numbers: list[Point]


class _Phrase(NamedTuple):
    said: Said
    first: int
    last: int


def find(conversation: Sequence[Said]) -> Figures:
    """At most `MOST` of each."""
    tariffs: list[Point] = []
    numbers: list[Point] = []
    heard: deque[float] = deque(maxlen=ECHO)
    priced = -PRICES_WITHIN
    for said in conversation:
        if any(_costs(said, number) for number in said.numbers):
            priced = said.segment
        for phrase in _phrases(said, bool(heard)):
            values = [number.value for number in said.numbers if phrase.first <= number.first <= phrase.last]
            echo = _bare(phrase) and values and set(values) <= set(heard)
            heard.extend(values)
            if not echo:
                of_prices = said.segment - priced < PRICES_WITHIN
                (tariffs if _is_tariff(conversation, phrase, of_prices) else numbers).append(
                    _point(conversation, phrase)
                )
    return Figures(*(folded(points, lambda point: point.text)[:MOST] for points in (tariffs, numbers)))


def _phrases(said: Said, talked: bool) -> list[_Phrase]:
    """The stretches around numbers that count or cost something, and changes of a tariff; none over another.

    `talked`: figures were named shortly before, so that a number without a unit may be one.
    """
    at_times = timed(said)
    talked = talked or any(_costs(said, number) for number in said.numbers)
    places = [(number.first, number.last) for number in said.numbers if _means(said, number, at_times, talked)]
    places += [(at, at) for at, word in enumerate(said.words) if word in _RAISED and _changed(said, at)]
    found: list[_Phrase] = []
    for at, end in sorted(places):
        before = found[-1] if found else None
        if before is not None and at <= before.last:
            continue
        first, last = _around(said, at, end)
        phrase = _Phrase(said, first if before is None else max(first, before.last + 1), last)
        together = before is not None and said.sentence(before.last) == said.sentence(at)
        if before is not None and together and _bare(phrase) and last - before.first < LONGEST:
            found[-1] = before._replace(last=last)  # была двадцать восемь, стала тридцать шесть
        else:
            found.append(phrase)
    return found


def _means(said: Said, number: Number, at_times: Collection[int], talked: bool) -> bool:
    sentence = said.sentence(number.first)
    words = said.words[sentence.first : sentence.last + 1]
    if number.ordinal or sentence.asks or not _UNSURE.isdisjoint(words):
        return False
    if _costs(said, number):
        return True
    if number.first in at_times or number.value <= 1:
        return False
    before = said.words[number.first - 1] if number.first else ""
    behind = said.words[number.last + 1 : number.last + 3]
    if any(map(_PERIODS.match, behind)):
        return before not in _PLACES and any(map(_SERVICE.match, words))
    if _counted(said, number):
        return True
    if before in _PLACES or (behind and reading(behind[0]).part == "PREP"):
        return False
    return talked and not _PRICED.isdisjoint(words)


def _counted(said: Said, number: Number) -> bool:
    """девять пар, тридцать четыре новых артикула; возвратов тридцать восемь."""
    behind = range(number.last + 1, min(len(said.words), number.last + 2 + MODIFIERS))
    for at in behind:
        here = reading(said.words[at])
        if said.words[at] in _TIMES or is_number(said.words[at]):
            break
        if here.noun or _UNIT.match(said.words[at]):
            return "gent" in here.cases or "nomn" in here.cases or not here.noun
        if not here.modifies:
            break
    before = reading(said.words[number.first - 1]) if number.first else None
    return before is not None and before.noun and before.cases == {"gent"}


def _costs(said: Said, number: Number) -> bool:
    """двадцать рублей, рубль пятьдесят, двенадцать тысяч за отказ, двести за место, 12 000 ₽."""
    if number.ordinal:
        return False
    behind = said.words[number.last + 1 : number.last + 3]
    rouble = number.first > 0 and said.words[number.first - 1] in ("рубль", "рубля")
    if any(map(_MONEY.match, behind)) or _signed(said, number) or rouble:
        return True
    thousands = said.words[number.last].startswith(("тысяч", "тыс", "миллион", "млн"))
    return behind[:1] == ["за"] or (thousands and not _counted(said, number))


def _signed(said: Said, number: Number) -> bool:
    """12 000 ₽, 20 %."""
    end = said.tokens[number.last].end
    return said.text[end : end + 2].strip()[:1] in ("₽", "%") and bool(said.text[end : end + 2].strip())


def _changed(said: Said, at: int) -> bool:
    """Whether a sentence tells that a tariff changes: поднимаем, новый прайс."""
    sentence = said.sentence(at)
    words = said.words[sentence.first : sentence.last + 1]
    return not sentence.asks and len(words) >= 4 and any(map(_CHANGES.match, words))


def _around(said: Said, at: int, end: int) -> tuple[int, int]:
    first, last = stretch(said, at)
    if last - first >= LONGEST:
        first, last = max(first, at - LONGEST // 2), min(last, max(end, at + LONGEST // 2))
        for number in said.numbers:
            if number.first < first <= number.last:
                first = number.first
            if number.first <= last < number.last:
                last = number.last
    return first, max(last, end)


def _is_tariff(conversation: Sequence[Said], phrase: _Phrase, of_prices: bool) -> bool:
    said, places = phrase.said, range(phrase.first, phrase.last + 1)
    inside = [number for number in said.numbers if number.first in places]
    if inside and not any(_costs(said, one) or (of_prices and not _counted(said, one)) for one in inside):
        return False
    if any(_SERVICE.match(said.words[i]) for i in places):
        return True
    return _bare(phrase) and any(map(_SERVICE.match, _question(conversation, phrase).lower().split()))


def _point(conversation: Sequence[Said], phrase: _Phrase) -> Point:
    quote = phrase.said.quote(phrase.first, phrase.last)
    text = line(quote)
    asked = _question(conversation, phrase) if _bare(phrase) else ""
    return Point(
        f"{text} — в ответ на «{shortened(asked, LONGEST_QUESTION)}»" if asked else text, quote, phrase.said.segment
    )


def _bare(phrase: _Phrase) -> bool:
    """Whether the phrase names nothing but the number and its unit: двадцать шесть рублей."""
    about = things(phrase.said, phrase.first, phrase.last)
    places = range(phrase.first, phrase.last + 1)
    counted = {
        phrase.said.stems[i] for i in places if _MONEY.match(phrase.said.words[i]) or is_number(phrase.said.words[i])
    }
    return not about - counted


def _question(conversation: Sequence[Said], phrase: _Phrase) -> str:
    return asked_before(conversation, phrase.said.segment, phrase.first, asks=True)
