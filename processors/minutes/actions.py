"""The promises of a conversation: made and taken on, each once, each with its time."""

from collections.abc import Sequence
from functools import partial

from processors.minutes import promises, requests
from processors.minutes.due import times
from processors.minutes.objects import about, worded
from processors.minutes.promise import Background, Promise
from processors.minutes.requests import Request
from processors.minutes.things import alike, contained, folded, named
from processors.minutes.verbs import verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from schemas.minutes import UNKNOWN, Action

_DATA = vocabulary("actions")

TOGETHER = 10
"""Words between two verbs of one promise: проверю и отпишусь."""

REPEATED_WITHIN = 4
"""Utterances in which a promise is talked about: Привезём. — Когда? — В субботу привезём."""

SHORT = 6
"""Words of a remark that is nothing but a time."""

_AGREED = _DATA.words("agreed")
_SEQUELS = _DATA.words("sequels")
_HANDING = _DATA.words("handing")


def find(background: Background, conversation: Sequence[Said]) -> list[tuple[Promise, Action]]:
    """In the order they were made; each with the words it was made of."""
    found: list[Promise] = []
    asked: list[Request] = []
    for segment in range(len(conversation)):
        heard = promises.find(background, conversation, segment)
        made = _joined(conversation[segment], [one for one in heard if not _settled(conversation[segment], one)])
        wanted = [
            request
            for request in requests.find(background, conversation, segment)
            if not any(one.at <= request.promise.at <= one.at + TOGETHER for one in made)
        ]
        for promise in map(partial(_about, conversation), made):
            if not any(one.promise.at < promise.at <= one.promise.at + TOGETHER for one in wanted):
                _keep(conversation, found, _answering(conversation, promise, asked, found))
        asked = [one for one in asked if segment - one.promise.segment < requests.ANSWER_WITHIN]
        for request in wanted:
            request = request._replace(promise=_about(conversation, request.promise))
            asked.append(request)
            _keep(conversation, found, request.promise)
    actions = [(promise, _action(background, conversation, promise)) for promise in found]
    return folded(actions, lambda one: one[1].text, lambda one: one[1].owner)


def _about(conversation: Sequence[Said], promise: Promise) -> Promise:
    return promise._replace(about=about(conversation, promise))


def _settled(said: Said, promise: Promise) -> bool:
    """договорились, приёмка будет за день: how things will be is a decision, nobody takes it on."""
    first = said.sentence(promise.at).first
    return promise.key == "будет" and not _AGREED.isdisjoint(said.words[first : promise.at])


def _joined(said: Said, made: Sequence[Promise]) -> list[Promise]:
    """One promise of verbs that stand together."""
    joined: list[Promise] = []
    for promise in made:
        before = joined[-1] if joined else None
        if before is None or not _together(said, before, promise):
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
    near = TOGETHER if one.owner == other.owner else TOGETHER // 2
    return said.sentence(one.at) == said.sentence(other.at) and other.at - one.at <= near


def _answering(
    conversation: Sequence[Said], promise: Promise, asked: Sequence[Request], found: list[Promise]
) -> Promise:
    """The promise that answers a request takes its place, and its time where it names none itself."""
    for request in asked:
        wanted = request.promise
        if request.granted != promise.segment and wanted.key != promise.key:
            continue
        if wanted in found:
            found.remove(wanted)
        due = wanted.due if promise.due == UNKNOWN else promise.due
        return promise._replace(due=due)
    return promise


def _keep(conversation: Sequence[Said], found: list[Promise], promise: Promise) -> None:
    """Unless it is the same as one before: then the later replaces it, and keeps what only the earlier one names."""
    for i in range(len(found) - 1, -1, -1):
        known = found[i]
        if not _same(known, promise):
            continue
        owner = known.owner if promise.owner == UNKNOWN else promise.owner
        due = known.due if promise.due == UNKNOWN else promise.due
        said = conversation[promise.segment]
        if named(said, promise.first, promise.last) or not named(conversation[known.segment], known.first, known.last):
            found[i] = promise._replace(owner=owner, due=due)
        else:
            found[i] = known._replace(owner=owner, due=due, superseded=due != known.due)
        return
    found.append(promise)


def _same(known: Promise, promise: Promise) -> bool:
    """пришлю расчёт … расчёт пришлю в среду; and what is said at once about the same deed: привезём. — Когда?"""
    if known.owner != promise.owner and UNKNOWN not in (known.owner, promise.owner):
        return False
    related = known.key == promise.key or {known.key, promise.key} <= _HANDING
    one, other = known.about, promise.about
    near = promise.segment - known.segment <= REPEATED_WITHIN
    if one and other:
        if not related:
            return False
        return contained(one, other) if near or promise.due != UNKNOWN else alike(one, other)
    return near and (known.key == promise.key or (related and bool(one) and not other))


def _action(background: Background, conversation: Sequence[Said], promise: Promise) -> Action:
    quote = conversation[promise.segment].quote(promise.first, promise.last)
    text = worded(background.names, conversation, promise)
    return Action(text, promise.owner, _due(background, conversation, promise), quote, promise.segment)


def _due(background: Background, conversation: Sequence[Said], promise: Promise) -> str:
    """The promise's own time, or that of a short remark beside it: "К пятнице." — "Сделаю."."""
    if promise.due != UNKNOWN:
        return promise.due
    segment = promise.segment
    if segment and (due := _beside(background, conversation[segment - 1], -1)) is not None:
        return due
    if segment + 1 < len(conversation) and (due := _beside(background, conversation[segment + 1], 0)) is not None:
        return due
    return UNKNOWN


def _beside(background: Background, said: Said, end: int) -> str | None:
    """The time at that end of a remark; before the promise the remark must be nothing else."""
    if not said.words or (end and len(said.words) > SHORT) or said.sentences[end].asks or any(map(verb, said.words)):
        return None
    run = [due for due in times(said.words) if (due.last + 1 == len(said.words) if end else due.first <= 1)]
    return background.due(run, said) if run else None
