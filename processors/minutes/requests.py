"""Requests that are granted ("пришлите акт" — "хорошо"), or that name who is to do it ("Марат, найди место")."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.minutes.guards import conditional
from processors.minutes.people import People
from processors.minutes.promise import Background, Promise, hear
from processors.minutes.verbs import Person, verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from schemas.minutes import UNKNOWN

_DATA = vocabulary("requests")

ANSWER_WITHIN = 2
"""Utterances behind a request that may grant it."""

GRANTS = _DATA.words("grants")
_REFUSALS = _DATA.words("refusals")
_TALK = _DATA.words("talk")

_ASKING = _DATA.words("asking")
_NEEDED = _DATA.words("needed")
_POLITE = _DATA.words("polite")


class Request(NamedTuple):
    """A request as the promise it becomes, and in which utterance it was granted (-1: it was not)."""

    promise: Promise
    granted: int


def find(background: Background, conversation: Sequence[Said], segment: int) -> list[Request]:
    """The requests of an utterance that somebody takes on."""
    said = conversation[segment]
    found = list(_requests(background.names, said))
    if not found:
        return []
    turn = hear(background, conversation, segment)
    requests = []
    for at, key, called in found:
        answer = _granted(conversation, said, at)
        if called is None and answer is None:
            continue
        owner = called or (answer is not None and answer.speaker) or UNKNOWN
        promise = turn.promise(at, key, owner)._replace(request=True)
        requests.append(Request(promise, -1 if answer is None else answer.segment))
    return requests


def _requests(names: People, said: Said) -> Iterator[tuple[int, str, str | None]]:
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
                if before[-1:] == ["могу"] and not sentence.asks and not form.light:
                    yield at, form.key, said.speaker
                    continue
                governors = _ASKING if sentence.asks else _NEEDED
                if not governors.isdisjoint(before) and (sentence.asks or polite or called):
                    yield at, form.key, called
            case _:
                pass


def _called(names: People, said: Said, at: int) -> str | None:
    """Who is called by name in the words before a verb, or right behind it."""
    sentence = said.sentence(at)
    for i in (*range(at - 1, max(sentence.first, at - 7) - 1, -1), *range(at + 1, min(sentence.last, at + 2) + 1)):
        person = names.nominative(said, i)
        if person is not None and person != said.speaker:
            return person
    return None


def _granted(conversation: Sequence[Said], said: Said, at: int) -> Said | None:
    """The utterance that says yes to it, None where nobody does."""
    rest = said.next_sentence(at)
    if rest is not None and said.speaker is None and said.words[rest.first] in GRANTS and not said.sentence(at).asks:
        return said
    for answer in conversation[said.segment + 1 : said.segment + 1 + ANSWER_WITHIN]:
        if answer.speaker is not None and answer.speaker == said.speaker:
            continue
        if answer.words[:1] and answer.words[0] in GRANTS and _REFUSALS.isdisjoint(answer.words[:5]):
            return answer
        return None
    return None
