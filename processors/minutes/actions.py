"""The promises of a conversation: made and taken on, each once, each with its time."""

from collections.abc import Sequence

from processors.minutes import promises, requests
from processors.minutes.due import times
from processors.minutes.promises import Promise, Reader
from processors.minutes.readable import line
from processors.minutes.verbs import verb
from processors.minutes.words import Said
from processors.phrases.pattern import word_list
from schemas.minutes import UNKNOWN, Action

TOGETHER = 10
"""Words between two verbs of one promise: проверю и отпишусь."""

REPEATED_WITHIN = 4
"""Utterances in which a promise is talked about: Привезём. — Когда? — В субботу привезём."""

_SEQUELS = frozenset(
    word_list("отписаться сказать сообщить перезвонить вернуться ответить показать рассказать отзвониться доложить")
)
"""What is promised along with something else, and then adds nothing."""


def find(reader: Reader, conversation: Sequence[Said]) -> list[tuple[Promise, Action]]:
    """In the order they were made; each with the words it was made of."""
    found: list[Promise] = []
    asked: list[Promise] = []
    for segment in range(len(conversation)):
        made = _joined(conversation[segment], promises.find(reader, conversation, segment))
        for promise in made:
            _keep(found, _answering(promise, asked))
        asked = [one for one in asked if segment - one.segment < requests.ANSWER_WITHIN]
        for request in requests.find(reader, conversation, segment):
            if all(abs(request.at - one.at) > TOGETHER for one in made):
                asked.append(request)
                _keep(found, request)
    return [(promise, _action(reader, conversation, promise)) for promise in found]


def _joined(said: Said, made: Sequence[Promise]) -> list[Promise]:
    """One promise of verbs that stand together."""
    joined: list[Promise] = []
    for promise in made:
        before = joined[-1] if joined else None
        if before is None or before.owner != promise.owner or not _together(said, before, promise):
            joined.append(promise)
            continue
        main = promise if before.light and not promise.light else before
        joined[-1] = main._replace(
            first=min(before.first, promise.first),
            last=max(before.last, promise.last),
            due=promise.due if before.due == UNKNOWN else before.due,
        )
    return joined


def _together(said: Said, one: Promise, other: Promise) -> bool:
    if other.key in _SEQUELS and other.at - one.at <= TOGETHER + 6:
        return True
    return said.sentence(one.at) == said.sentence(other.at) and other.at - one.at <= TOGETHER


def _answering(promise: Promise, asked: Sequence[Promise]) -> Promise:
    """With the time that the request named, where the answer names none."""
    for request in asked:
        if promise.segment - request.segment <= requests.ANSWER_WITHIN and promise.due == UNKNOWN:
            return promise._replace(due=request.due)
    return promise


def _keep(found: list[Promise], promise: Promise) -> None:
    """Unless it is the same as one of the last; then that one learns who and when."""
    for i in range(len(found) - 1, -1, -1):
        known = found[i]
        if promise.segment - known.segment > REPEATED_WITHIN:
            break
        if known.key != promise.key or (known.owner != promise.owner and UNKNOWN not in (known.owner, promise.owner)):
            continue
        owner = promise.owner if known.owner == UNKNOWN else known.owner
        found[i] = known._replace(owner=owner, due=promise.due if known.due == UNKNOWN else known.due)
        return
    found.append(promise)


def _action(reader: Reader, conversation: Sequence[Said], promise: Promise) -> Action:
    said = conversation[promise.segment]
    quote = said.quote(promise.first, promise.last)
    return Action(line(quote), promise.owner, _due(reader, conversation, promise), quote, promise.segment)


def _due(reader: Reader, conversation: Sequence[Said], promise: Promise) -> str:
    """The promise's own time, or that of a short remark beside it: "К пятнице." — "Сделаю."."""
    if promise.due != UNKNOWN:
        return promise.due
    for segment in (promise.segment - 1, promise.segment + 1):
        if not 0 <= segment < len(conversation):
            continue
        beside = conversation[segment]
        if len(beside.words) > 6 or any(map(verb, beside.words)) or "когда" in beside.words:
            continue
        run = times(beside.words)
        if run:
            return reader.due(run, beside)
    return UNKNOWN
