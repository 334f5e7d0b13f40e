"""Other fulfilment companies that a client names: by quotes or capitals, or, where nothing is written so, by the place
of an unusual word: ушли в бета логистик, предлагают перейти к упаковкину. Unnamed ones by phrases: другой склад.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.minutes.people import People
from processors.minutes.stretch import stretch
from processors.minutes.things import folded
from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import line
from processors.minutes.words import Said
from processors.russian.grammar import reading
from processors.russian.numerals import is_number
from processors.russian.stems import stem
from schemas.minutes import Point

_DATA = vocabulary("rivals")

LONGEST_NAME = 3
"""Words."""

WHOLE = 22
"""Words of a sentence that is quoted whole: what a rival offers stands behind his name."""

NEAR = 8
"""Words between a name and the word of leaving or offering beside which it is a rival's."""

_QUOTED = re.compile(r"[«\"“]([^«»\"“”\n]{2,40})[»\"”]")
_UNNAMED = _DATA.phrases("unnamed")
_MOVES = frozenset(map(stem, _DATA.words("moves")))
_LOOKS = frozenset(map(stem, _DATA.words("looks")))
_OFFERS = frozenset(map(stem, _DATA.words("offers")))
_BUSINESS = frozenset(map(stem, _DATA.words("business")))
_KNOWN = frozenset(map(stem, _DATA.words("not_rivals")))
_TO = _DATA.words("to")


class Rival(NamedTuple):
    """A mention. `name` is "" where nobody is named; then the tokens are those of the phrase. `moves`: we go there."""

    said: Said
    first: int
    last: int
    name: str
    moves: bool


def mentions(conversation: Sequence[Said], client: Sequence[str], names: People) -> list[Rival]:
    """In the order they were said. `client`: the names of the client's people; of others known by name nobody's word
    makes a rival, only names him again."""
    found: list[Rival] = []
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        found.extend(_named(said, names))
        if not found or found[-1].said is not said:
            found.extend(_unnamed(said))
    return found


def points(found: Sequence[Rival]) -> list[Point]:
    """One a rival, the mention that tells most: with a figure, else the first. Unnamed ones where none is named."""
    best: dict[str, Rival] = {}
    for one in [one for one in found if one.name] or found:
        key = " ".join(stem(word) for word in one.name.split())
        if key not in best or (_figure(one) and not _figure(best[key])):
            best[key] = one
    ordered = sorted(best.values(), key=lambda one: one.said.segment)
    return folded(map(_point, ordered), lambda point: point.text)


def _point(one: Rival) -> Point:
    sentence = one.said.sentence(one.first)
    whole = one.said.punctuated and sentence.last - sentence.first < WHOLE
    first, last = (sentence.first, sentence.last) if whole else stretch(one.said, one.first)
    quote = one.said.quote(min(first, one.first), max(last, one.last))
    return Point(line(quote), quote, one.said.segment)


def _figure(one: Rival) -> bool:
    first, last = stretch(one.said, one.first)
    return any(first <= number.first <= last and not number.ordinal for number in one.said.numbers)


def _named(said: Said, names: People) -> Iterator[Rival]:
    taken = -1
    for first, last, sure in sorted({*_quoted(said), *_capitals(said, names), *_unusual(said, names)}):
        if first <= taken or _known(said, first, last):
            continue
        moves = _beside(said, first, last, _MOVES)
        if sure or moves or _beside(said, first, last, _OFFERS) or _priced(said, first):
            taken = last
            yield Rival(said, first, last, " ".join(said.words[first : last + 1]), moves)


def _quoted(said: Said) -> Iterator[tuple[int, int, bool]]:
    for match in _QUOTED.finditer(said.text):
        places = [
            i for i, token in enumerate(said.tokens) if match.start(1) <= token.start and token.end <= match.end(1)
        ]
        if places and len(places) <= LONGEST_NAME and said.text[said.tokens[places[0]].start].isupper():
            yield places[0], places[-1], False


def _capitals(said: Said, names: People) -> Iterator[tuple[int, int, bool]]:
    """Words with a capital inside a sentence that are nobody's name and no town."""
    first = None
    for at in range(len(said.words) + 1):
        proper = at < len(said.words) and _is_proper(said, at, names)
        if first is None and proper:
            first = at
        elif first is not None and not (proper and at - first < LONGEST_NAME):
            yield first, at - 1, False
            first = at if proper else None


def _is_proper(said: Said, at: int, names: People) -> bool:
    token = said.tokens[at]
    inside = said.sentence(at).first != at
    capital = said.text[token.start].isupper() and len(token.word) > 2
    return said.punctuated and inside and capital and not _person_or_town(said, at, names)


def _person_or_town(said: Said, at: int, names: People) -> bool:
    return names.named(said, at) is not None or reading(said.words[at]).proper in ("Name", "Surn", "Patr", "Geox")


def _unusual(said: Said, names: People) -> Iterator[tuple[int, int, bool]]:
    """Without capitals: what follows "к", "в" or "у" and holds a word that the language does not, or a trade's one."""
    if said.punctuated:
        return
    for at in range(len(said.words) - 1):
        if said.words[at] not in _TO:
            continue
        last = at
        while last + 1 < len(said.words) and last - at < LONGEST_NAME and _nameable(said, last + 1, names):
            last += 1
        if any(_odd(said.words[i]) for i in range(at + 1, last + 1)):
            yield at + 1, last, False


def _nameable(said: Said, at: int, names: People) -> bool:
    word, here = said.words[at], reading(said.words[at])
    if is_number(word) or _person_or_town(said, at, names) or said.sentence(at).first == at:
        return False
    return here.noun or not here.known


def _odd(word: str) -> bool:
    return stem(word) in _BUSINESS or (not reading(word).known and len(word) > 2)


def _known(said: Said, first: int, last: int) -> bool:
    return any(said.stems[i] in _KNOWN for i in range(first, last + 1))


def _beside(said: Said, first: int, last: int, words: frozenset[str]) -> bool:
    sentence = said.sentence(first)
    near = range(max(sentence.first, first - NEAR), min(sentence.last, last + NEAR) + 1)
    return any(said.stems[i] in words for i in near if not first <= i <= last)


def _priced(said: Said, at: int) -> bool:
    """у «Складно» двадцать девять рублей."""
    sentence = said.sentence(at)
    before = at > 0 and said.words[at - 1] in ("у", "через")
    return before and any(at < number.first <= sentence.last for number in said.numbers)


def _unnamed(said: Said) -> Iterator[Rival]:
    for sentence in said.sentences:
        text = " ".join(said.words[sentence.first : sentence.last + 1])
        match = _UNNAMED.search(text)
        if match is not None and not sentence.asks:
            first = sentence.first + text[: match.start()].count(" ")
            last = first + match[0].count(" ")
            yield Rival(said, first, last, "", _beside(said, first, last, _MOVES | _LOOKS))
            return
