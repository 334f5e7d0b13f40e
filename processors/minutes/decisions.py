"""What was decided: said in so many words ("решили", "по рукам"), or a proposal that the other side takes.

A sentence is weighed by what it is made of; `ENOUGH` makes it a decision. The weights were set on twelve written
meetings (tests/fixtures/meetings, 01–12).
"""

import re
from collections.abc import Sequence

from processors.minutes.consent import PLAIN, STRONG, THEN, Decided, Promised, of_the_talk, orders, proposed, taken
from processors.minutes.decision_lines import holds_promise, shown
from processors.minutes.guards import conditional
from processors.minutes.things import folded
from processors.minutes.verbs import Person, Verb, verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said, Sentence
from schemas.minutes import Point

_DATA = vocabulary("decisions")

ENOUGH = _DATA.weight("enough")
SHORT = 8
"""Words of a sentence that has room for one thing."""

SAME_WITHIN = 3
"""Utterances in which a proposal, the haggling and "договорились" are one decision."""

WORDS_APART = 12
"""Words of a long utterance that count as one more utterance."""

_SAID = re.compile(
    r"^(?:итак |ну |так |общее )*решение\b"
    r"|\b(?:решили|порешили|решено|решаем так|решение приня\w+|прин[яи]\w+ решение|решение такое|условились"
    r"|с[оа]шлись на|том и (?:с[оа]шлись|порешили|решили)|остановимся|остановились на|останавливаемся на|утверждаем"
    r"|утвердили|утвержден\w*|согласовали|согласовано|фиксирую|фиксируем|зафиксировали|зафиксировано|по рукам"
    r"|так и (?:с?дела\w+|поступ\w+|запишем|решим|оставим|быть)|выбираем|назначаем|резюмирую|подытожу"
    r"|на этом и|постановили|соглас(?:ен|на|ны) на|отказались от|остаемся (?:с|на|при|у)|принимаем (?:\w+ )?"
    r"(?:вариант|условия|предложение)|тогда так (?=\w+ \w+)|(?:ну |ладно |хорошо )(\w+(?: \w+)?) так \1)\b"
)
"""Words that decide by themselves."""

_AGREED = _DATA.words("agreed")
_WELL = _DATA.words("well")
_SINCE = re.compile(
    r"\b(?:со? (?:\w+ )?(?:понедельника|вторника|среды|четверга|пятницы|субботы|воскресенья|завтрашнего|сегодняшнего"
    r"|следующ\w+|этой|этого|нового|первого|второго|\w+ого|января|февраля|марта|апреля|мая|июня|июля|августа|\w+бря"
    r"|\d+)|пока|больше не|теперь|отныне)\b"
)
_DECIDE = _DATA.words("decide")

_JOINT = _DATA.words("joint")

_UNABLE = re.compile(r"\bне (?:мо[гж]\w+|смо[гж]\w+|получ\w+|выйдет|обеща\w+|зна\w+)\b")
_NOT_NEEDED = re.compile(r"\bне (?:нуж\w+|надо|будем|стоит|потребуется|понадобится)\b")
_AGREE = _DATA.words("agree")
_LET = re.compile(
    r"\bпусть (?:\w+ )?(?:буд\w+|так|оста\w+|стоит|лежит|идет|двадцать|тридцать|сорок|пять\w*)\b|\bбудем\b"
)
_WE = _DATA.words("we")
_NOT_NOW = _DATA.words("not_now")
_HINDERS = _DATA.words("hinders")


def find(conversation: Sequence[Said], promised: Promised) -> list[Point]:
    """In the order they were made. `promised`: the tokens of the promises; their sentences are left out."""
    found: list[Decided] = []
    for said in conversation:
        for sentence in said.sentences:
            if sentence.asks or holds_promise(said, sentence, promised):
                continue
            one = _weigh(conversation, said, sentence, promised)
            if one is not None and one.weight >= ENOUGH:
                _keep(conversation, found, one)
    return folded((shown(conversation, one, promised) for one in found), lambda point: point.text)


def _weigh(conversation: Sequence[Said], said: Said, sentence: Sentence, promised: Promised) -> Decided | None:
    words = said.words[sentence.first : sentence.last + 1]
    text = " ".join(words)
    match = None if _UNABLE.search(text) else _SAID.search(text)
    plain = match is not None and not _denied(words, text[: match.start()])
    if not _AGREED.isdisjoint(words) and not _denied(words, text[: text.index("договор")] if "договор" in text else ""):
        plain = len([word for word in words if word not in _AGREED | _WELL | THEN]) >= 3
        if not plain:
            return taken(conversation, said, sentence, promised)
    if plain and len(words) >= 3:
        return Decided(said.segment, sentence, PLAIN)
    if plain and sentence.first:
        before = said.sentence(sentence.first - 1)
        return None if before.asks or before.last - before.first < 2 else Decided(said.segment, before, PLAIN)
    weight = _own_weight(conversation, said, sentence, words, text)
    if weight >= ENOUGH:
        return Decided(said.segment, sentence, weight)
    return taken(conversation, said, sentence, promised)


def _own_weight(conversation: Sequence[Said], said: Said, sentence: Sentence, words: Sequence[str], text: str) -> float:
    """Of a sentence that decides without saying so: с первого января самовывоз закрываем."""
    if not _HINDERS.isdisjoint(words) or len(words) < 2 or _UNABLE.search(text) or _supposes(conversation, said, words):
        return 0.0
    if of_the_talk(words) and not _SINCE.search(text):
        return 0.0
    weight = _opening(words, text)
    verbs = [(at, form) for at, word in enumerate(words) if (form := verb(word)) is not None]
    act = max((_act(words, at, form) for at, form in verbs), default=0.0)
    if not act and (_LET.search(text) or (weight and any(map(orders, words[1:])))):
        act = _DATA.weight("let" if _LET.search(text) else "ordered")
    if not act and len(words) <= SHORT and _NOT_NEEDED.search(text) and not _AGREE.isdisjoint(words):
        act = _DATA.weight("not_needed")
    if not act or (verbs and conditional(said, sentence.first + verbs[0][0])):
        return 0.0
    if len(words) <= SHORT:
        weight += _DATA.weight("short")
    if _WE.isdisjoint(words) and words[:2] != ["у", "нас"]:
        weight += _DATA.weight("of_the_thing" if act >= _DATA.weight("firm") else "of_the_thing_weakly")
    else:
        weight += _DATA.weight("of_us")
    if proposed(conversation, said, sentence):
        weight += _DATA.weight("proposed")
    if said.segment and sentence.first == 0 and conversation[said.segment - 1].sentences[-1:]:
        weight += _DATA.weight("answers") * conversation[said.segment - 1].sentences[-1].asks
    return weight + act


def _supposes(conversation: Sequence[Said], said: Said, words: Sequence[str]) -> bool:
    """А если не погрузили? — Тогда платим."""
    before = conversation[max(0, said.segment - 1) : said.segment]
    return "тогда" in words[:2] and any("если" in one.words for one in before)


def _opening(words: Sequence[str], text: str) -> float:
    weight = _DATA.weight("since") if _SINCE.search(text) else 0.0
    if not THEN.isdisjoint(words[:3]):
        return weight + _DATA.weight("then_opens")
    if not STRONG.isdisjoint(words):
        return weight + _DATA.weight("strong_opens")
    return weight + _DATA.weight("well_opens") if not _WELL.isdisjoint(words[:2]) else weight


def _act(words: Sequence[str], at: int, form: Verb) -> float:
    match form.person:
        case Person.WE if not form.done:
            return _DATA.weight("we_decide" if form.key in _DECIDE else "we_do")
        case Person.I if not form.done and form.key in _DECIDE and "я" not in words[:at]:
            return _DATA.weight("i_decide")
        case Person.I if not form.done and not THEN.isdisjoint(words[:at]):
            return _DATA.weight("i_decide")
        case Person.WE if form.key in _JOINT:
            return _DATA.weight("jointly")
        case Person.WE if not form.process:
            return _DATA.weight("we_once")
        case _:
            return 0.0


def _denied(words: Sequence[str], before: str) -> bool:
    last = before.split()[-2:]
    return "не" in last or "пока" in last or not _NOT_NOW.isdisjoint(words) or not _HINDERS.isdisjoint(words[:2])


def _keep(conversation: Sequence[Said], found: list[Decided], one: Decided) -> None:
    """Unless the last decision is the same: of haggling only what was plainly said at its end."""
    while found:
        last = found[-1]
        apart = one.segment - last.segment or (one.sentence.first - last.sentence.last) // WORDS_APART
        if apart > SAME_WITHIN or (apart and last.weight >= PLAIN and one.weight >= PLAIN):
            break
        if apart > 1 and one.weight < PLAIN and not _share(conversation, last, one):
            break
        if one.of >= 0 or (last.of < 0 and one.weight <= last.weight):
            return
        found.pop()
    found.append(one)


def _share(conversation: Sequence[Said], one: Decided, other: Decided) -> bool:
    """Whether two decisions are about the same thing."""
    if other.of >= 0 and abs(other.of - one.segment) <= 1:
        return True
    return not _stems(conversation, one).isdisjoint(_stems(conversation, other))


def _stems(conversation: Sequence[Said], one: Decided) -> set[str]:
    said = conversation[one.segment]
    places = range(one.sentence.first, one.sentence.last + 1)
    return {said.stems[i] for i in places if len(said.stems[i]) >= 4 and verb(said.words[i]) is None}
