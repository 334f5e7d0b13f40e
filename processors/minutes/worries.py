"""What endangers a client: he speaks of leaving, claims, complains of what was lost or spoilt. Each with its weight.

Only the lists of phrases are asked: to the classifier a stock count (по системе 230, по факту 229) is a loss, and a
sum that is named a quarrel about it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from processors.minutes.people import People
from processors.minutes.rivals import Rival
from processors.minutes.stretch import stretch
from processors.minutes.things import folded
from processors.minutes.verbs import Person, verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import line
from processors.minutes.words import Said, Sentence
from processors.phrases import AT_ONCE, LISTS, Match
from processors.russian.grammar import reading
from schemas.minutes import Point

_DATA = vocabulary("worries")

LEAST_WORDS = 4
"""Of a sentence that complains; "брак был" may be asked."""

MOST = 200
"""Worries that are kept, the heaviest; a day of shouting would not fit a record of Kafka's."""

WHOLE = 22
"""Words of a sentence that is quoted whole."""

BARE = 5
"""Fewer words of a recogniser say too little: никто не разобрал."""

Kind = Literal["leaving", "moving", "legal", "loss", "payment", "competitor", "conflict", "complaint", "pain"]
_ORDER = ("loss", "leaving", "legal", "payment", "complaint", "competitor")
CONFLICTS = ("leaving", "moving", "legal", "payment", "conflict")
"""What is shown among the conflicts; the rest are pains (a rival looked at is in a list of its own)."""

_PAINS = _DATA.phrases("pains")
_NO_PAIN = _DATA.phrases("no_pain")
_CONFLICTS = _DATA.phrases("conflicts")
_ADMITS = _DATA.words("admits")


class Worry(NamedTuple):
    """`weight` orders them where there is room for few."""

    point: Point
    kind: Kind
    weight: float


def find(conversation: Sequence[Said], client: Sequence[str], names: People, mentioned: Sequence[Rival]) -> list[Worry]:
    """Each once, in the order they were said. `client`: the names of the client's people; nobody else known by name
    complains. `mentioned`: the rivals he names.
    """
    found: list[Worry] = []
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        worries = list(_worries(said, names, mentioned))
        found.extend(folded(worries, lambda worry: worry.point.text))
    kept = folded(found, lambda worry: worry.point.text)
    heaviest = sorted(range(len(kept)), key=lambda at: (-kept[at].weight, at))[:MOST]
    return [kept[at] for at in sorted(heaviest)]


def _worries(said: Said, names: People, mentioned: Sequence[Rival]) -> Iterator[Worry]:
    taken: list[range] = []
    places: list[tuple[int, str, bool]] = []
    for match in sorted(LISTS.find(said.text), key=_rank):
        if match.score < AT_ONCE and match.phrase.topic in CONFLICTS:
            continue
        at = max(0, bisect_right([token.start for token in said.tokens], match.end - 1) - 1)
        places.append((at, match.phrase.topic, match.hedged))
    there = [one.first for one in mentioned if one.said is said and one.moves]
    sure = sum(kind == "leaving" and not hedged for _, kind, hedged in places)
    places[sure:sure] = [(at, "moving", False) for at in there]
    places.extend((at, kind, False) for kind, at in _by_words(said))
    for at, kind, hedged in places:
        first, last = _told(said, at)
        if any(span.start <= last and first < span.stop for span in taken) or _ours(said, at):
            continue
        taken.append(range(first, last + 1))
        if kind != "competitor":
            yield _worry(said, _behind_the_call(said, names, first, last), last, kind, hedged)


def _behind_the_call(said: Said, names: People, first: int, last: int) -> int:
    """Where a recogniser's words begin when who is called is left out: и ещё катя | если в декабре …"""
    for at in range(first, min(first + BARE, last - BARE)):
        if not said.punctuated and names.nominative(said, at) is not None:
            return at + 1
    return first


def _rank(match: Match) -> tuple[bool, int]:
    """What is sure goes first, then what was lost: "у нас опять потеряли" is no farewell."""
    return match.if_meant != "critical", _ORDER.index(match.phrase.topic)


def _told(said: Said, at: int) -> tuple[int, int]:
    """What is quoted: the sentence, of a long one its clause; a few words of a recogniser with those before them."""
    sentence = said.sentence(at)
    if said.punctuated and sentence.last - sentence.first < WHOLE:
        return sentence.first, sentence.last
    first, last = stretch(said, at)
    if not said.punctuated and last - first < BARE and first:
        first = stretch(said, first - 1)[0]
    return first, last


def _worry(said: Said, first: int, last: int, kind: str, hedged: bool) -> Worry:
    quote = said.quote(first, last)
    weight = _DATA.weight(kind) + hedged * _DATA.weight("hedged")
    if any(first <= number.first <= last for number in said.numbers):
        weight += _DATA.weight("figure")
    return Worry(Point(line(quote), quote, said.segment), kind, weight)  # type: ignore[arg-type]


def _by_words(said: Said) -> Iterator[tuple[str, int]]:
    """Sentences with a word of trouble, questions and requests aside."""
    for sentence in said.sentences:
        words = said.words[sentence.first : sentence.last + 1]
        text = " ".join(words)
        for kind, pattern in (("conflict", _CONFLICTS), ("pain", _PAINS)):
            match = pattern.search(text)
            if match is None or _no_complaint(said, sentence, words, text):
                continue
            yield kind, sentence.first + text[: match.start()].count(" ")
            break


def _no_complaint(said: Said, sentence: Sentence, words: Sequence[str], text: str) -> bool:
    if sentence.asks or len(words) < LEAST_WORDS or _NO_PAIN.search(text) is not None:
        return True
    return any(_promises(words, at) or reading(word).orders for at, word in enumerate(words))


def _promises(words: Sequence[str], at: int) -> bool:
    form = verb(words[at])
    mine = form is not None and form.done and form.person in (Person.I, Person.WE)
    return mine and words[max(0, at - 1)] != "не"


def _ours(said: Said, at: int) -> bool:
    """Whether one of ours takes the blame: признаю, задержали."""
    sentence = said.sentence(at)
    return not _ADMITS.isdisjoint(said.words[sentence.first : sentence.last + 1])
