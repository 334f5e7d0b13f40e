"""Promises in the words of who makes them: "пришлю завтра", "юрист внесёт к первому ноября"."""

from collections.abc import Iterator, Sequence
from itertools import chain

from processors.minutes import handed
from processors.minutes.guards import meant, possible
from processors.minutes.people import ROLES, last_named
from processors.minutes.promise import Background, Promise, Turn, hear
from processors.minutes.verbs import Person, Verb, misheard, misspelt, unlisted, verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from schemas.minutes import UNKNOWN

_DATA = vocabulary("promises")

SUBJECT_NEAR = 6
"""Words between a verb and who does it."""

_VOWS = _DATA.words("vows")
_AGAIN = _DATA.words("again")

_SETTLES = _DATA.words("settles")

_SPEECH = _DATA.words("speech")
_AT_ONCE = _DATA.words("at_once")
_TO_ONE = _DATA.words("to_one")
_TOGETHER = _DATA.words("together")
_OWN_PEOPLE = _DATA.words("own_people")
_NOT_OURS = _DATA.words("not_ours")


def find(background: Background, conversation: Sequence[Said], segment: int) -> list[Promise]:
    """The promises made in an utterance, in order; one a verb."""
    said = conversation[segment]
    forms = [(at, _form(said, at)) for at in range(len(said.words))]
    verbs = [(at, form) for at, form in forms if form is not None]
    if not verbs and handed.WORDS.isdisjoint(said.words):
        return []
    turn = hear(background, conversation, segment)
    found = [*_by_verbs(turn, verbs), *handed.find(turn)]
    return sorted(found, key=lambda promise: promise.at)


def _form(said: Said, at: int) -> Verb | None:
    word = said.words[at]
    form = verb(word)
    if form is None:
        found = misheard(word) if at and said.words[at - 1] in ("я", "мы") else misspelt(word)
        return found or (unlisted(word) if "я" in said.words[max(0, at - 3) : at] else None)
    if form.person is Person.HE and at and said.words[at - 1] == "я" and form.done:
        return form._replace(person=Person.I)  # "я пришлет": the ending was misheard
    return form


def _by_verbs(turn: Turn, verbs: Sequence[tuple[int, Verb]]) -> Iterator[Promise]:
    said = turn.said
    for at, form in verbs:
        match form.person:
            case Person.I | Person.WE if _first_person(turn, at, form) and meant(said, at):
                yield turn.promise(at, form.key, turn.myself)._replace(light=form.light)
            case Person.HE | Person.THEY if (form.done and not form.light) or turn.on_a_day(at):
                owner = _subject(turn, at)
                known = owner is not None and (form.done or owner not in ROLES)
                if owner is not None and known and "если" not in said.words and meant(said, at):
                    yield turn.promise(at, form.key, owner)
            case Person.INFINITIVE if _vowed(said, at, form):
                yield turn.promise(at, form.key, turn.myself)
            case _:
                pass


def _first_person(turn: Turn, at: int, form: Verb) -> bool:
    words = turn.said.words
    before = words[max(0, at - 3) : at]
    if before[-2:] == ["так", "и"]:  # а так и сделаем: that is a decision
        return False
    if form.person is Person.WE and (form.process or not _TOGETHER.isdisjoint(before)):
        return False
    if not form.done:
        return form.person is Person.I and _ongoing(turn, at, form)
    return not form.light or _weighty(turn, at, form)


def _ongoing(turn: Turn, at: int, form: Verb) -> bool:
    """завтра отправляю; беру на себя."""
    words = turn.said.words
    if form.key == "брать" and "себя" in words[at : at + 4]:
        return True
    return (
        form.key not in _SETTLES and turn.dated(at) and not turn.begins(at) and "уже" not in words[max(0, at - 3) : at]
    )


def _weighty(turn: Turn, at: int, form: Verb) -> bool:
    """Whether a verb that says little by itself has a time or an addressee: "вернусь с ответом в пятницу"."""
    words = turn.said.words
    nearby = words[max(0, at - 3) : at + 5]
    if not _AT_ONCE.isdisjoint(nearby):
        return False
    if form.key == "посмотреть" and form.person is Person.I and words[at + 1 : at + 2] in (["в"], ["по"]):
        return True
    return bool(turn.run(at)) or not (_TO_ONE.isdisjoint(nearby) or form.key in _SPEECH)


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


def _subject(turn: Turn, at: int) -> str | None:
    """Who does it, of people and roles that are named beside a verb in the third person."""
    names, said = turn.background.names, turn.said
    sentence = said.sentence(at)
    behind = range(at + 1, min(sentence.last, at + 3) + 1)
    before = range(at - 1, max(sentence.first, at - SUBJECT_NEAR) - 1, -1)
    for i in chain(before, behind):
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
        return last_named(names, [*turn.before(), said])
    return None
