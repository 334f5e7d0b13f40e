"""A consent ("подойдёт", "давайте", "вывозите") and the proposal that it takes."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from processors.minutes.numerals import is_number
from processors.minutes.verbs import Person, verb
from processors.minutes.vocabulary import word_set
from processors.minutes.words import Said, Sentence

PLAIN = 3.0
"""The weight of what is decided in so many words."""

LONGEST = 12
"""Words of an answer that is nothing but a consent, with its reason."""

BARE = 4
"""Words of a consent that says nothing by itself; then the proposal is what was decided."""

BACK, FAR_BACK = 3, 6
"""Utterances back in which a proposal may stand; behind "договорились" there was some haggling."""

THEN = word_set("тогда значит итак итого итогу решено подтверждаю подтверждаем")
STRONG = word_set(
    "устраивает устроит подходит подойдет пойдет годится приемлемо согласен согласна согласны берем беру поддерживаю "
    "поддерживаем гениально принимается сойдет решено рукам "
    "возражаю возражаем возражений против"
)
_FAIR = word_set("давайте давай идет делаем делайте")
_WEAK = word_set(
    "нормально логично разумно справедливо хорошо ок окей ладно да конечно отлично супер принято правильно"
)
_AGREED = word_set("договорились договорено сговорились решено")
_PROPOSES = re.compile(
    r"\b(?:предлагаю|предлагаем|предложение такое|могу предложить|можем|готовы|готов|давайте|давай|пусть|вариант\w*"
    r"|может|лучше|рекомендую|советую|хотим|хотел\w* бы|хочу)\b"
)
_PRICE = re.compile(
    r"\b(?:руб\w*|процент\w*|тысяч\w*|дешевле|бесплатно|за (?:штуку|место|короб\w*|куб|литр|единицу))\b"
)
_FLOW = word_set(
    "начнем начинаем посмотрим обсудим разберем поговорим вернемся продолжим знакомиться познакомимся дальше "
    "быстро быстрее порядку коротко послушаем сверимся пройдемся вспомним подумаем скажем думать ругаться закончим "
    "отвлечемся обсудить пробежаться пройтись начать посмотреть поговорить разобрать перейти познакомиться послушать "
    "вернуться закончить продолжить честно спокойно сначала построчно разбираться смотреть считать"
)
"""What is proposed about the talk itself."""

_ORDER = re.compile(r"\w{2,}(?:йте|ьте|ите)$")
_NOT_ORDERS = word_set(
    "скажите подскажите расскажите смотрите посмотрите слушайте послушайте извините простите здравствуйте подождите "
    "погодите давайте представьте хотите можете видите говорите учтите понимаете поймите напомните пишите записывайте "
    "приходите присылайте пришлите звоните запишите заходите проходите обращайтесь попробуйте сделайте дайте берегите "
    "проверьте покажите объясните уточните спросите попросите узнайте отправьте скиньте напишите подготовьте думайте "
    "спрашивайте отдыхайте держитесь посоветуйтесь предупредите вышлите перешлите передайте приезжайте поправьте "
    "потерпите"
)
_HINDERS = word_set("но если бы думаю подумаю подумаем наверное может обычно всегда почему раньше вчера был")

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
    weight = 1.0 if agreed else _weight(words, sentence)
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
        return 1.0
    if len(words) <= BARE and any(map(orders, words)):
        return 1.0
    if not _FAIR.isdisjoint(words[:4]):
        return 0.0 if {"я", "мы"} & set(words[:3]) else 0.8  # "давай я" is an offer
    return 0.5 if len(words) <= BARE and sentence.first <= 1 and not _WEAK.isdisjoint(words[:2]) else 0.0


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


def _plainness(words: Sequence[str], text: str) -> float:
    if len(words) < 3 or of_the_talk(words):
        return 0.0
    if words[0] in THEN or _PROPOSES.search(text):
        return 1.0
    if any((form := verb(word)) is not None and form.person is Person.WE for word in words):
        return 0.8
    if any(map(is_number, words)):
        return 0.7 if _PRICE.search(text) else 0.6
    return 0.0
