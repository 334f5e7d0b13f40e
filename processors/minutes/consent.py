"""A consent ("подойдёт", "давайте", "вывозите") and the proposal that it takes."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from processors.minutes.due import times
from processors.minutes.verbs import Person, verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said, Sentence
from processors.russian.grammar import reading
from processors.russian.numerals import is_number

_DATA = vocabulary("consent")

PLAIN = _DATA.weight("plain")
"""The weight of what is decided in so many words."""

LONGEST = 12
"""Words of an answer that is nothing but a consent, with its reason."""

BARE = 4
"""Words of a consent that says nothing by itself; then the proposal is what was decided."""

BACK, FAR_BACK = 3, 6
"""Utterances back in which a proposal may stand; behind "договорились" there was some haggling."""

THEN = _DATA.words("then")
STRONG = _DATA.words("strong")
_FAIR = _DATA.words("fair")
_WEAK = _DATA.words("weak")
_AGREED = _DATA.words("agreed")
_PROPOSES = re.compile(
    r"\b(?:предлагаю|предлагаем|предложение такое|могу предложить|можем|готовы|готов|давайте|давай|пусть|вариант\w*"
    r"|может|лучше|рекомендую|советую|хотим|хотел\w* бы|хочу)\b"
)
_PRICE = re.compile(
    r"\b(?:руб\w*|процент\w*|тысяч\w*|дешевле|бесплатно|за (?:штуку|место|короб\w*|куб|литр|единицу))\b"
)
_FLOW = _DATA.words("flow")

_ORDER = re.compile(r"\w{2,}(?:йте|ьте|ите)\Z")
_NOT_ORDERS = _DATA.words("not_orders")
_HINDERS = _DATA.words("hinders")

Promised = Mapping[int, Collection[int]]
"""Utterance → the tokens of its promises."""


class Decided(NamedTuple):
    """A sentence that decides: in which utterance, how surely.

    `of` is the utterance of the proposal that is taken (-1 for none), `meant` the proposal, where the words of the
    consent say nothing by themselves.
    """

    segment: int
    sentence: Sentence
    weight: float
    of: int = -1
    meant: Sentence | None = None


def of_the_talk(words: Sequence[str]) -> bool:
    """Whether a sentence proposes how to go on talking: давайте начнём."""
    start = next((i for i, word in enumerate(words) if word in ("давайте", "давай")), 0)
    return not _FLOW.isdisjoint(words[start : start + 4])


def orders(word: str) -> bool:
    """Whether a word tells the other side to go on with what it proposed: вывозите, клейте."""
    return word not in _NOT_ORDERS and _ORDER.match(word) is not None


def taken(conversation: Sequence[Said], said: Said, sentence: Sentence, promised: Promised) -> Decided | None:
    """The proposal that a sentence consents to; None where it does not, or where it is a promise."""
    words = said.words[sentence.first : sentence.last + 1]
    if (
        len(words) > LONGEST
        or not _HINDERS.isdisjoint(words)
        or (words[0] == "не" and words[1:2] not in (["возражаю"], ["возражаем"], ["против"]))
    ):
        return None
    agreed = not _AGREED.isdisjoint(words)
    weight = _DATA.weight("sure") if agreed else _weight(words, sentence)
    if not weight or of_the_talk(words):
        return None
    before = _proposal(conversation, said, sentence, FAR_BACK if agreed else BACK)
    if before is None or _promised(said, before[0], before[1], promised):
        return None
    utterance, proposal, plainness = before
    weight += plainness
    if len(words) > BARE:
        return Decided(said.segment, sentence, weight, utterance.segment)
    if utterance.segment >= said.segment - 1:
        return Decided(utterance.segment, proposal, weight, utterance.segment)
    return Decided(said.segment, sentence, weight, utterance.segment, proposal)


def proposed(conversation: Sequence[Said], said: Said, sentence: Sentence) -> bool:
    """Whether something was proposed just before a sentence."""
    before = _proposal(conversation, said, sentence, 2)
    return before is not None and before[2] >= 1


def _promised(said: Said, utterance: Said, proposal: Sentence, promised: Promised) -> bool:
    """Whether a promise stands in the proposal or behind it: then the consent is to that."""
    if any(at >= proposal.first for at in promised.get(utterance.segment, ())):
        return True
    return any(segment in promised for segment in range(utterance.segment + 1, said.segment))


def _weight(words: Sequence[str], sentence: Sentence) -> float:
    if "пойдет" in words and len(words) > 2 and not any(map(is_number, words)):
        return 0.0  # весной объём пойдёт
    if (
        not STRONG.isdisjoint(words)
        or list(words[:2]) in (["мы", "за"], ["я", "за"])
        or list(words[-2:]) == ["только", "за"]
    ):
        return _DATA.weight("sure")
    if len(words) <= BARE and any(map(orders, words)):
        return _DATA.weight("sure")
    if not _FAIR.isdisjoint(words[:4]):
        return 0.0 if {"я", "мы"} & set(words[:3]) else _DATA.weight("fair_opens")  # "давай я" is an offer
    weak = len(words) <= BARE and sentence.first <= 1 and not _WEAK.isdisjoint(words[:2])
    return _DATA.weight("weak_opens") if weak else 0.0


def _proposal(
    conversation: Sequence[Said], said: Said, sentence: Sentence, back: int
) -> tuple[Said, Sentence, float] | None:
    """The last sentence before that proposes something, in which utterance, and how plainly."""
    for utterance in reversed(conversation[max(0, said.segment - back) : said.segment + 1]):
        for one in reversed(utterance.sentences):
            if utterance is said and one.first >= sentence.first:
                continue
            words = utterance.words[one.first : one.last + 1]
            plainness = _plainness(words, " ".join(words))
            if plainness:
                return utterance, one, plainness
    return None


def _past_or_if(words: Sequence[str]) -> bool:
    """Told of what was, or under a condition: nothing that one could consent to."""
    if "если" in words and "если что" not in " ".join(words):
        return True
    return any((here := reading(word)).past and here.part in ("VERB", "PRTS") for word in words)


def _plainness(words: Sequence[str], text: str) -> float:
    if len(words) < 3 or of_the_talk(words) or _past_or_if(words):
        return 0.0
    if words[0] in THEN or _PROPOSES.search(text):
        return _DATA.weight("proposes")
    if any((form := verb(word)) is not None and form.person is Person.WE for word in words):
        return _DATA.weight("we")
    if any(map(is_number, words)):
        if times(words):
            return _DATA.weight("price")
        return _DATA.weight("price" if _PRICE.search(text) else "number")
    return 0.0
