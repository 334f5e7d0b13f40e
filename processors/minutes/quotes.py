"""What of a model's minutes may be believed: that which was said.

Guaranteed, whatever the model was talked into: an item stands only on words that are verbatim in one utterance (≥ 90 by
rapidfuzz, with the same numbers and negations), and a quote from which the negation of its clause was cut is none; its
owner is a known person or a word of the conversation; its date is named near the quote (by the rules of `due`), or
stays as it was said; no text has a link, mark-up, a token of the masks or anything invisible, none is endless. An
item's `text` claims no more than its quote (`supported`), else it is the quote itself; of the summary stay the
sentences that items say, or that only name what was spoken about; of the topics those without a name or a figure that
nobody named.
Not guaranteed: what a paraphrase leaves out, who is meant by "мы", that a question was answered, and the tone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import NamedTuple, TypeVar

import msgspec

from processors.minutes.harmless import harmless, shortened, uncut
from processors.minutes.orders import is_order
from processors.minutes.quantities import figures
from processors.minutes.supported import (
    Evidence,
    content_words,
    discussed,
    evidence,
    keeps_the_turn,
    names_only,
    supports,
    told,
)
from processors.minutes.term import term
from processors.minutes.verbatim import Spoken, content, spoken, window
from processors.minutes.whole import conditional, whole
from processors.russian.names import forms, name_words
from processors.russian.stems import stem
from processors.russian.words import plain
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action, Fact, Minutes, Point, Topic

SENTENCES = 30
"""Of a summary that are read; five are asked for, and each is held against every item."""
LEAST_QUOTE = 5
"""Characters; "да" is found everywhere and proves nothing."""
ITEMS, TOPICS = 60, 40
SUMMARY_READ, SUMMARY_CHARS, TEXT_CHARS, QUOTE_CHARS, NAME_CHARS, TITLE_CHARS = 8000, 2000, 300, 500, 80, 120
AROUND = 200
"""Characters before and after a quote in which words for the machine make it no evidence."""
CLOSE = 60
"""The same of the words beside a quote that a summary may use: more would be put together to what nobody said."""
NEAR = 2
"""Utterances before and after: "к пятнице успеете?" and then "да, пришлю"."""

_LISTS = ("decisions", "actions", "pains", "conflicts", "competitors", "tariffs", "numbers", "open_questions", "facts")

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")

Item = TypeVar("Item", Point, Action, Fact)


class _Place(NamedTuple):
    """`start` and `end` are where the quote stands in its utterance."""

    quote: str
    segment: int
    score: float
    start: int
    end: int


def verified(
    minutes: Minutes,
    utterances: Sequence[Utterance],
    people: Iterable[str] = (),
    said_on: date | None = None,
) -> Minutes:
    """The minutes without what nobody said.

    `people` are known beside the speakers; `said_on` is the local day, without which no date is a day. Never raises.
    """
    return _Check(utterances, people, said_on).minutes(minutes)


def quoted(quote: str, texts: Sequence[str]) -> tuple[int, str] | None:
    """Which of the texts a quote is verbatim from, and how it stands there; None when nobody said it, or not without a
    negation that the quote leaves out. Never raises."""
    check = _Check([Utterance(0, 0, text) for text in texts], (), None)
    place = check._place(quote, -1)
    if place is None or whole(texts[place.segment], place.start, place.end) != (place.start, place.end):
        return None
    return place.segment, place.quote


class _Check:
    """One conversation that minutes are held against."""

    def __init__(self, utterances: Sequence[Utterance], people: Iterable[str], said_on: date | None) -> None:
        self._said_on = said_on
        self._said = [spoken(utterance.text) for utterance in utterances]
        self._times = [(utterance.start_ms, utterance.end_ms) for utterance in utterances]
        named = {*people, *(utterance.speaker for utterance in utterances if utterance.speaker)}
        named = {name for name in named if len(name) <= NAME_CHARS and not is_order(name)}
        self._names = {form for name in named for word in name_words(name) for form in forms(word)}
        self._named = frozenset(stem(name) for name in self._names)
        self._stems = set(self._named)
        for said in self._said:
            if not is_order(said.text):
                self._stems |= said.stems

    def minutes(self, minutes: Minutes) -> Minutes:
        kept = {name: self._items(getattr(minutes, name), name) for name in _LISTS}
        summary, topics = self._summary(minutes.summary, kept), self._topics(minutes.topics[:TOPICS])
        checked = msgspec.structs.replace(minutes, **kept, summary=summary, topics=topics)
        return msgspec.structs.replace(checked, actions=[self._action(action) for action in checked.actions])

    def _items(self, items: Sequence[Item], of: str) -> list[Item]:
        """Each once: a model that loops says the same again and again."""
        claimed = {(item.quote, item.segment, item.text): item for item in reversed(items)}
        kept: dict[tuple[str, int, str], Item] = {}
        for item in reversed(claimed.values()):
            found = self._item(item, of)
            if found is not None:
                kept.setdefault((found.quote, found.segment, found.text), found)
        return list(kept.values())[:ITEMS]

    def _item(self, item: Item, of: str) -> Item | None:
        place = self._place(item.quote, item.segment)
        if place is None:
            return None
        said = self._said[place.segment].text
        text = harmless(item.text, TEXT_CHARS)
        start, end = whole(said, place.start, place.end)
        if (start, end) != (place.start, place.end):
            entire = said[start:end]
            if uncut(entire) != entire or len(entire) > QUOTE_CHARS or not keeps_the_turn(text, place.quote, entire):
                return None
            if not self._fair(text, entire, place.segment, of):
                return None
            place = place._replace(quote=entire)
        elif of == "decisions" and conditional(said, start, end):
            return None
        elif not self._fair(text, place.quote, place.segment, of):
            text = shortened(place.quote, TEXT_CHARS)
        return msgspec.structs.replace(item, text=text, quote=place.quote, segment=place.segment)

    def _fair(self, text: str, quote: str, segment: int, of: str) -> bool:
        """Whether the text of an item says something, and no more than its quote."""
        held = self._evidence(quote, segment, of)
        speaks = bool(content(text) & held.stems) or bool(figures(text))
        return speaks and not is_order(text) and supports(held, text)

    def _evidence(self, quote: str, segment: int, of: str, text: str = "") -> Evidence:
        said = self._said[segment].text
        at = max(0, said.find(quote))
        around = CLOSE if text else AROUND
        near = [said[max(0, at - around) : at + len(quote) + around], text]
        if segment and not text:
            near.append(self._said[segment - 1].text[-AROUND:])
        return evidence(quote, [words for words in near if not is_order(words)], self._named, of)

    def _action(self, action: Action) -> Action:
        return msgspec.structs.replace(action, owner=self._owner(action.owner), due=self._due(action))

    def _owner(self, owner: str) -> str:
        owner = harmless(owner, NAME_CHARS)
        words = [plain(word) for word in re.findall(r"\w+", owner)]
        if words and all(word in self._names or stem(word) in self._stems for word in words):
            return owner
        return UNKNOWN

    def _due(self, action: Action) -> str:
        near = self._around(action.segment, NEAR)
        due = term(harmless(action.due, NAME_CHARS), action.quote, self._said[action.segment], near, self._said_on)
        return due or UNKNOWN

    def _around(self, segment: int, distance: int) -> Sequence[Spoken]:
        return self._said[max(0, segment - distance) : segment + distance + 1]

    def _summary(self, summary: str, kept: Mapping[str, Sequence[Point | Action | Fact]]) -> str:
        """The sentences that the items say. A summary of which nothing stays says so."""
        held = [self._evidence(item.quote, item.segment, of, item.text) for of, items in kept.items() for item in items]
        told_once = dict.fromkeys(_SENTENCE.split(summary[:SUMMARY_READ]))
        sentences = [harmless(sentence, SUMMARY_CHARS) for sentence in list(told_once)[:SENTENCES]]
        stay = [
            sentence
            for sentence in sentences
            if not is_order(sentence) and (told(held, sentence) or discussed(self._heard, sentence))
        ]
        return shortened(" ".join(stay), SUMMARY_CHARS) or UNKNOWN

    @cached_property
    def _heard(self) -> frozenset[str]:
        """Stems of all that was said to people."""
        return self._named.union(*(content_words(said.text) for said in self._said if not is_order(said.text)))

    def _topics(self, topics: Sequence[Topic]) -> list[Topic]:
        """Titles with a word that was said, and no name or figure that was not; times within the conversation."""
        if not topics or not self._times:
            return []
        heard = [said.text for said in self._said if not is_order(said.text)]
        held = evidence(" ".join(heard), names=self._named)
        first, last = min(start for start, _ in self._times), max(end for _, end in self._times)
        kept = []
        for topic in topics:
            title = harmless(topic.title, TITLE_CHARS)
            if content(title) & self._stems and not is_order(title) and names_only(held, title):
                start, end = (min(max(at, first), last) for at in sorted((topic.start_ms, topic.end_ms)))
                kept.append(Topic(title, start, end))
        return kept

    def _place(self, quote: str, segment: int) -> _Place | None:
        """Where it was said: in the utterance that is claimed, else where it fits best, the nearest of equals."""
        wanted = spoken(quote)
        if len(wanted.normal) < LEAST_QUOTE:
            return None
        if 0 <= segment < len(self._said) and (place := self._in(segment, wanted)):
            return place
        places = [place for number in range(len(self._said)) if (place := self._in(number, wanted))]
        return max(places, key=lambda place: (place.score, -abs(place.segment - segment)), default=None)

    def _in(self, segment: int, wanted: Spoken) -> _Place | None:
        said = self._said[segment]
        start = said.text.find(wanted.text)
        if start >= 0 and uncut(wanted.text) == wanted.text:  # the same words may stand elsewhere with a mark between
            end, score = start + len(wanted.text), 100.0
        elif found := window(wanted.normal, said):
            first, last, score = found
            start, end = said.spans[first][0], said.spans[last][1]
        else:
            return None
        if is_order(said.text[max(0, start - AROUND) : end + AROUND]):
            return None
        quote = shortened(uncut(said.text[start:end]), QUOTE_CHARS)
        start = said.text.find(quote, start)
        return (
            _Place(quote, segment, score, start, start + len(quote))
            if len(spoken(quote).normal) >= LEAST_QUOTE
            else None
        )
