"""Promises in the words of who makes them: "пришлю завтра", "с меня счёт", "юрист внесёт к первому ноября"."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.minutes.due import Due, nearest, resolve, times
from processors.minutes.guards import asked, meant, possible
from processors.minutes.names import ROLES, Names, last_named
from processors.minutes.verbs import Person, Verb, misheard, misspelt, verb
from processors.minutes.words import Said
from processors.phrases.pattern import word_list
from processors.phrases.spelling import stem
from schemas.minutes import UNKNOWN
from schemas.types import LocalDay

REACH = 12
"""Words between a verb and the time that belongs to it, where nothing is punctuated."""

SUBJECT_NEAR = 6
"""Words between a verb and who does it."""

LONGEST_QUOTE = 32
"""Words; of a longer sentence what stands around the verb is quoted."""

_MINE = {"мной": "за", "нами": "за", "меня": "с", "нас": "с", "мне": "на"}
"""за мной, с меня, на мне."""

_VOWS = frozenset(word_list("обещаю обещаем обязуюсь обязуемся гарантирую гарантируем постараюсь постараемся берусь"))
_AGAIN = frozenset(
    word_list(
        "присылать отправлять высылать скидывать сообщать держать проверять контролировать следить докладывать "
        "обновлять звонить писать готовить передавать слать информировать выгружать отслеживать отчитываться"
    )
)
"""What "буду" promises to do again and again."""

_SPEECH = frozenset(word_list("сказать рассказать подсказать напомнить пояснить предложить повторить"))
_AT_ONCE = frozenset(word_list("сейчас секунду секундочку минутку минуту щас честно прямо"))
_TO_ONE = frozenset(word_list("вам вас тебе тебя ему ей им всем вами чат чате почту почте телеграм ватсап вотсап"))
_OWN_PEOPLE = frozenset(word_list("мои наши наш моя наша мой"))
_NOT_OURS = frozenset(word_list("покупатель покупатели клиент клиенты площадка озон вайлдберриз маркетплейс водитель"))
_READY = frozenset(word_list("будет будут получите получишь придет придут готов готова готово готовы заработает уйдет"))
_READY_BESIDE = frozenset(word_list("вас тебя тебе готов готова готово готовы вам почте доступен чате"))


_PAPERS = frozenset(
    map(
        stem,
        word_list(
            "список файл отчет письмо договор акт счет таблица ответ проект расчет макет документ документы прогноз "
            "график реестр накладная фото видео медиаплан ссылка доступ доступы смета предложение заявка скан выписка"
        ),
    )
)
"""What is handed over: "список будет завтра"."""


class Promise(NamedTuple):
    """A promise: in which utterance, which words, the verb's token and infinitive, who, till when."""

    segment: int
    first: int
    last: int
    at: int
    key: str
    owner: str
    due: str
    light: bool = False


class Reader(NamedTuple):
    """What is known while a conversation is read: who may be named, the day it was held on."""

    names: Names
    said_on: LocalDay | None

    def due(self, run: Sequence[Due], said: Said) -> str:
        """The day of a run of times, else its words, else `UNKNOWN`."""
        if not run:
            return UNKNOWN
        return resolve(run, self.said_on) or said.quote(run[0].first, run[-1].last).rstrip(".!?")


def find(reader: Reader, conversation: Sequence[Said], segment: int) -> list[Promise]:
    """The promises made in an utterance, in order; one a verb."""
    said = conversation[segment]
    forms = [(at, _form(said, at)) for at in range(len(said.words))]
    verbs = [(at, form) for at, form in forms if form is not None]
    named = [at for at, word in enumerate(said.words) if word in _MINE or word in _READY or word in _VOWS]
    if not verbs and not named:
        return []
    all_times = times(said.words)
    myself = said.speaker or reader.names.introduced(said) or UNKNOWN
    found = [
        *_by_verbs(reader, conversation, said, verbs, all_times, myself),
        *_by_nouns(reader, conversation, said, named, all_times, myself),
    ]
    return sorted(found, key=lambda promise: promise.at)


def make(reader: Reader, said: Said, at: int, key: str, owner: str, all_times: Sequence[Due]) -> Promise:
    """A promise around the token `at`."""
    sentence = said.sentence(at)
    first, last = sentence.first, sentence.last
    run = _run(said, at, all_times)
    if last - first >= LONGEST_QUOTE or not said.punctuated:
        first, last = _around(said, at, run)
    return Promise(said.segment, first, last, at, key, owner, reader.due(run, said))


def _run(said: Said, at: int, all_times: Sequence[Due]) -> Sequence[Due]:
    """The times that belong to a verb."""
    sentence = said.sentence(at)
    return nearest(all_times, at, max(sentence.first, at - REACH), min(sentence.last, at + REACH))


def _form(said: Said, at: int) -> Verb | None:
    word = said.words[at]
    form = verb(word)
    if form is None:
        return misheard(word) if at and said.words[at - 1] in ("я", "мы") else misspelt(word)
    if form.person is Person.HE and at and said.words[at - 1] == "я" and form.done:
        return form._replace(person=Person.I)  # "я пришлет": the ending was misheard
    return form


def _by_verbs(
    reader: Reader,
    conversation: Sequence[Said],
    said: Said,
    verbs: Sequence[tuple[int, Verb]],
    all_times: Sequence[Due],
    myself: str,
) -> Iterator[Promise]:
    for at, form in verbs:
        match form.person:
            case Person.I | Person.WE:
                if _first_person(said, at, form, all_times) and meant(said, at):
                    yield make(reader, said, at, form.key, myself, all_times)._replace(light=form.light)
            case Person.HE | Person.THEY if form.done and (not form.light or _run(said, at, all_times)):
                owner = _subject(reader.names, conversation, said, at)
                if owner is not None and meant(said, at):
                    yield make(reader, said, at, form.key, owner, all_times)
            case Person.INFINITIVE:
                if _vowed(said, at, form):
                    yield make(reader, said, at, form.key, myself, all_times)
            case _:
                pass


def _first_person(said: Said, at: int, form: Verb, all_times: Sequence[Due]) -> bool:
    words = said.words
    before = words[max(0, at - 3) : at]
    if form.person is Person.WE and (form.process or "давайте" in before or "давай" in before):
        return False
    run = _run(said, at, all_times)
    dated = any(due.rule.rank < 9 for due in run)
    if not form.done:
        if form.key == "брать" and form.person is Person.I and "себя" in words[at : at + 4]:
            return True
        return form.person is Person.I and dated and not _begins(words, run) and "уже" not in before
    if form.light:
        nearby = words[max(0, at - 3) : at + 5]
        if not _AT_ONCE.isdisjoint(nearby):
            return False
        looked = form.key == "посмотреть" and form.person is Person.I and words[at + 1 : at + 2] in (["в"], ["по"])
        return bool(run) or looked or not (_TO_ONE.isdisjoint(nearby) or form.key in _SPEECH)
    return True


def _begins(words: Sequence[str], run: Sequence[Due]) -> bool:
    """с понедельника, с первого декабря: from then on, not till then."""
    return any(due.first and words[due.first - 1] in ("с", "со") for due in run)


def _vowed(said: Said, at: int, form: Verb) -> bool:
    """обещаю прислать, будем присылать; an infinitive that is only possible promises nothing."""
    if possible(said, at):
        return False
    for i in range(at - 1, max(-1, at - 6), -1):
        word = said.words[i]
        if word in _VOWS:
            return meant(said, i)
        if word in ("буду", "будем"):
            return form.key in _AGAIN and meant(said, i)
    return False


def _subject(names: Names, conversation: Sequence[Said], said: Said, at: int) -> str | None:
    """Who does it, of people and roles that are named beside a verb in the third person."""
    sentence = said.sentence(at)
    behind = range(at + 1, min(sentence.last, at + 3) + 1)
    before = range(at - 1, max(sentence.first, at - SUBJECT_NEAR) - 1, -1)
    for i in (*before, *behind):
        word = said.words[i]
        if word in _NOT_OURS:
            return None
        person = names.nominative(said, i)
        if person is not None:
            return person
        if word in ROLES:
            return word
        if word in _OWN_PEOPLE and i < at:
            return " ".join(said.words[i : i + 2]) if said.words[i + 1] in ROLES else UNKNOWN
    pronoun = next((i for i in before if said.words[i] in ("он", "она", "они")), None)
    if pronoun is not None and not _TO_ONE.isdisjoint(said.words[pronoun : at + 3]):
        return last_named(names, [*conversation[max(0, said.segment - 2) : said.segment], said])
    return None


def _by_nouns(
    reader: Reader,
    conversation: Sequence[Said],
    said: Said,
    named: Sequence[int],
    all_times: Sequence[Due],
    myself: str,
) -> Iterator[Promise]:
    """с меня счёт; письмо сегодня получите; список будет к вечеру."""
    for at in named:
        word = said.words[at]
        if word in _MINE:
            behind = said.words[at + 1 : at + 2]
            if at and said.words[at - 1] == _MINE[word] and word != "мне" and behind and not asked(said, at):
                if behind[0] not in ("хватит", "довольно", "требуют", "просят", "не", "никто", "и"):
                    yield make(reader, said, at, f"{_MINE[word]} {word}", myself, all_times)
            elif word == "мне" and said.words[max(0, at - 1)] == "на" and "это" in said.words[max(0, at - 3) : at]:
                yield make(reader, said, at, "на мне", myself, all_times)
        elif word in _READY:
            run = _run(said, at, all_times)
            near = said.words[max(0, at - 4) : at + 5]
            dated = any(due.rule.rank < 9 for due in run) and not _begins(said.words, run)
            told = (
                word.startswith("получ")
                or word == "заработает"
                or not _READY_BESIDE.isdisjoint(near)
                or not _PAPERS.isdisjoint(said.stems[max(0, at - 4) : at + 5])
            )
            if dated and told and meant(said, at):
                owner = myself
                if not {"он", "она", "они"}.isdisjoint(said.words[max(0, at - 2) : at]):
                    owner = last_named(reader.names, conversation[max(0, said.segment - 2) : said.segment]) or UNKNOWN
                yield make(reader, said, at, word, owner, all_times)


def _around(said: Said, at: int, run: Sequence[Due]) -> tuple[int, int]:
    """What to quote of a long stretch: the clause of the verb, its neighbours while they are short, and the time."""
    sentence = said.sentence(at)
    clause = said.clause(at)
    first, last = max(clause.start, at - 12), min(clause.stop - 1, at + 12)
    while first > sentence.first and at - first < 5:
        first -= 1
    while last < sentence.last and last - at < 7:
        last += 1
    if run:
        first, last = min(first, run[0].first), max(last, run[-1].last)
    return max(first, sentence.first), min(last, sentence.last)
