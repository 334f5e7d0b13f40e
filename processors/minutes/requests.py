"""Requests that are granted ("пришлите акт" — "хорошо"), or that name who is to do it ("Марат, найди место")."""

from collections.abc import Iterator, Sequence

from processors.minutes.due import times
from processors.minutes.guards import conditional
from processors.minutes.names import Names
from processors.minutes.promises import Promise, Reader, make
from processors.minutes.verbs import Person, verb
from processors.minutes.words import Said
from processors.phrases.pattern import word_list
from schemas.minutes import UNKNOWN

ANSWER_WITHIN = 2
"""Utterances behind a request that may grant it."""

GRANTS = frozenset(
    word_list(
        "да хорошо конечно ок окей ладно сделаю сделаем договорились принято угу ага обязательно легко давайте давай "
        "непременно разумеется понял поняла приняла добро естественно хорошо-хорошо да-да"
    )
)
_REFUSALS = frozenset(word_list("нет не но если увы только"))
_TALK = frozenset(
    word_list(
        "сказать рассказать подсказать смотреть посмотреть дать подождать напомнить представить учесть записать писать "
        "звонить пояснить взять говорить брать думать подумать держать передать поверить показать считать встретить "
        "назвать послушать ждать дождаться"
    )
)
"""Asked for all the time, and done as soon as said."""

_ASKING = frozenset(word_list("можете сможете можешь сможешь могли"))
_NEEDED = frozenset(word_list("надо нужно необходимо прошу просьба"))
_POLITE = frozenset(word_list("пожалуйста плиз просьба"))


def find(reader: Reader, conversation: Sequence[Said], segment: int) -> list[Promise]:
    """The requests of an utterance that somebody takes on."""
    said = conversation[segment]
    found = list(_requests(reader.names, said))
    if not found:
        return []
    all_times = times(said.words)
    promises = []
    for at, key, called in found:
        granted = _granted(conversation, said, at)
        if called is None and granted is None:
            continue
        promises.append(make(reader, said, at, key, called or granted or UNKNOWN, all_times))
    return promises


def _requests(names: Names, said: Said) -> Iterator[tuple[int, str, str | None]]:
    """The verb's token, its infinitive, who is called by name."""
    for at, word in enumerate(said.words):
        form = verb(word)
        if form is None or not form.done or conditional(said, at):
            continue
        sentence = said.sentence(at)
        words = said.words[sentence.first : sentence.last + 1]
        if words[max(0, at - sentence.first - 1)] == "не":
            continue
        polite = not _POLITE.isdisjoint(words)
        called = _called(names, said, at)
        before = said.words[max(sentence.first, at - 5) : at]
        match form.person:
            case Person.ASKED if not sentence.asks and (form.key not in _TALK or (called and polite)):
                if polite or called:
                    yield at, form.key, called
            case Person.YOU if sentence.asks and form.key not in _TALK and not form.light:
                yield at, form.key, called
            case Person.INFINITIVE if form.key not in _TALK:
                if sentence.asks and not _ASKING.isdisjoint(before):
                    yield at, form.key, called
                elif not _NEEDED.isdisjoint(before) and not sentence.asks and (called or polite):
                    yield at, form.key, called
            case _:
                pass


def _called(names: Names, said: Said, at: int) -> str | None:
    """Who is called by name in the words before a verb, or right behind it."""
    sentence = said.sentence(at)
    for i in (*range(at - 1, max(sentence.first, at - 7) - 1, -1), *range(at + 1, min(sentence.last, at + 2) + 1)):
        person = names.nominative(said, i)
        if person is not None and person != said.speaker:
            return person
    return None


def _granted(conversation: Sequence[Said], said: Said, at: int) -> str | None:
    """Who says yes to it: the next speaker (`UNKNOWN` where nobody knows him), None where nobody does."""
    rest = next((one for one in said.sentences if one.first > at), None)
    if rest is not None and said.speaker is None and said.words[rest.first] in GRANTS and not said.sentence(at).asks:
        return UNKNOWN
    for answer in conversation[said.segment + 1 : said.segment + 1 + ANSWER_WITHIN]:
        if answer.speaker is not None and answer.speaker == said.speaker:
            continue
        if answer.words[:1] and answer.words[0] in GRANTS and _REFUSALS.isdisjoint(answer.words[:5]):
            return answer.speaker or UNKNOWN
        return None
    return None
