"""What of a model's minutes may be believed: that which was said.

Guaranteed, whatever the model was talked into: an item stands only on words that are verbatim in one utterance (≥ 90 by
rapidfuzz, with the same numbers and negations); its owner is a known person or a word of the conversation; its date is
named near the quote (by the rules of `due`), or stays as it was said; no text has a link, mark-up or anything
invisible, none is endless. An item's `text` has a word in common with what was said there, else it is the quote itself;
of the summary stay the sentences whose words were partly said, of the topics those with one that was.
Not guaranteed: that a paraphrase is fair, and the tone.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

import msgspec

from processors.minutes.due import due_date, nearest, resolve, times
from processors.minutes.harmless import harmless, shortened, uncut
from processors.minutes.orders import is_order
from processors.minutes.verbatim import Spoken, content, spoken, window
from processors.minutes.words import WORD
from processors.russian.names import forms, name_words
from processors.russian.stems import stem
from processors.russian.words import plain
from schemas.meetings import Utterance
from schemas.minutes import UNKNOWN, Action, Fact, Minutes, Point, Topic

LEAST_QUOTE = 5
"""Characters; "да" is found everywhere and proves nothing."""
SAID_SHARE = 1 / 3
"""Of a summary's sentence: decided. A summary rephrases ("обсудили"), an invention shares next to nothing."""
ITEMS, TOPICS = 60, 40
SUMMARY_CHARS, TEXT_CHARS, QUOTE_CHARS, NAME_CHARS, TITLE_CHARS = 2000, 300, 500, 80, 120
AROUND = 200
"""Characters before and after a quote in which words for the machine make it no evidence."""
NEAR = 2
"""Utterances before and after: "к пятнице успеете?" and then "да, пришлю"."""

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")

Item = TypeVar("Item", Point, Action, Fact)


class _Place(NamedTuple):
    quote: str
    segment: int
    score: float


def verified(
    minutes: Minutes,
    utterances: Sequence[Utterance],
    people: Iterable[str] = (),
    said_on: date | None = None,
) -> Minutes:
    """The minutes without what nobody said.

    `people` are known beside the speakers; `said_on` is the Moscow day, without which no date is a day. Never raises.
    """
    return _Check(utterances, people, said_on).minutes(minutes)


def quoted(quote: str, texts: Sequence[str]) -> tuple[int, str] | None:
    """Which of the texts a quote is verbatim from, and how it stands there; None when nobody said it. Never raises."""
    check = _Check([Utterance(0, 0, text) for text in texts], (), None)
    place = check._place(quote, -1)
    return None if place is None else (place.segment, place.quote)


class _Check:
    """One conversation that minutes are held against."""

    def __init__(self, utterances: Sequence[Utterance], people: Iterable[str], said_on: date | None) -> None:
        self._said_on = said_on
        self._said = [spoken(utterance.text) for utterance in utterances]
        self._times = [(utterance.start_ms, utterance.end_ms) for utterance in utterances]
        named = {*people, *(utterance.speaker for utterance in utterances if utterance.speaker)}
        named = {name for name in named if len(name) <= NAME_CHARS and not is_order(name)}
        self._names = {form for name in named for word in name_words(name) for form in forms(word)}
        self._stems = {stem(name) for name in self._names}
        ordered: set[str] = set()
        for said in self._said:
            if is_order(said.text):
                ordered |= said.stems
            else:
                self._stems |= said.stems
        self._ordered = ordered - self._stems

    def minutes(self, minutes: Minutes) -> Minutes:
        return msgspec.structs.replace(
            minutes,
            summary=self._summary(minutes.summary),
            topics=[topic for found in minutes.topics[:TOPICS] if (topic := self._topic(found))],
            decisions=self._items(minutes.decisions),
            actions=[self._action(action) for action in self._items(minutes.actions)],
            pains=self._items(minutes.pains),
            conflicts=self._items(minutes.conflicts),
            competitors=self._items(minutes.competitors),
            tariffs=self._items(minutes.tariffs),
            numbers=self._items(minutes.numbers),
            open_questions=self._items(minutes.open_questions),
            facts=self._items(minutes.facts),
        )

    def _items(self, items: Sequence[Item]) -> list[Item]:
        """Each once: a model that loops says the same again and again."""
        claimed = {(item.quote, item.segment, item.text): item for item in reversed(items)}
        kept: dict[tuple[str, int, str], Item] = {}
        for item in reversed(claimed.values()):
            found = self._item(item)
            if found is not None:
                kept.setdefault((found.quote, found.segment, found.text), found)
        return list(kept.values())[:ITEMS]

    def _item(self, item: Item) -> Item | None:
        place = self._place(item.quote, item.segment)
        if place is None:
            return None
        text = harmless(item.text, TEXT_CHARS)
        near = frozenset[str]().union(*(said.stems for said in self._around(place.segment, 1)))
        if is_order(text) or not content(text) & near:
            text = shortened(place.quote, TEXT_CHARS)
        return msgspec.structs.replace(item, text=text, quote=place.quote, segment=place.segment)

    def _action(self, action: Action) -> Action:
        return msgspec.structs.replace(action, owner=self._owner(action.owner), due=self._due(action))

    def _owner(self, owner: str) -> str:
        owner = harmless(owner, NAME_CHARS)
        words = [plain(word) for word in re.findall(r"\w+", owner)]
        if words and all(word in self._names or stem(word) in self._stems for word in words):
            return owner
        return UNKNOWN

    def _due(self, action: Action) -> str:
        """The day, where words near the quote name it; else what is said there of the time."""
        due = harmless(action.due, NAME_CHARS)
        said = self._said[action.segment]
        if _is_day(due):
            near = (_tokens(utterance.text) for utterance in self._around(action.segment, NEAR))
            if any(resolve([time], self._said_on) == due for tokens in near for time in times(tokens)):
                return due
            due = _time_words(said, action.quote)
        words = " ".join(spoken(due).words)
        return due_date(due, self._said_on) if words and f" {words} " in f" {said.normal} " else UNKNOWN

    def _around(self, segment: int, distance: int) -> Sequence[Spoken]:
        return self._said[max(0, segment - distance) : segment + distance + 1]

    def _summary(self, summary: str) -> str:
        """Sentences of which enough was said. A summary of which nothing stays says so."""
        sentences = [harmless(sentence, SUMMARY_CHARS) for sentence in _SENTENCE.split(summary)]
        kept = [sentence for sentence in sentences if self._was_said(sentence, SAID_SHARE)]
        return shortened(" ".join(kept), SUMMARY_CHARS) or UNKNOWN

    def _topic(self, topic: Topic) -> Topic | None:
        title = harmless(topic.title, TITLE_CHARS)
        if not self._times or not self._was_said(title, 0.0):
            return None
        first, last = min(start for start, _ in self._times), max(end for _, end in self._times)
        start, end = (min(max(at, first), last) for at in sorted((topic.start_ms, topic.end_ms)))
        return Topic(title, start, end)

    def _was_said(self, text: str, share: float) -> bool:
        """Whether more than nothing, and at least `share`, of its words are words of the conversation, and of the other
        words not half stand in what is no evidence."""
        words = content(text)
        known = len(words & self._stems)
        if not known or known < share * len(words) or is_order(text):
            return False
        return not words & self._ordered or len(words & self._ordered) < (len(words) - known) / 2

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
        return _Place(quote, segment, score) if len(spoken(quote).normal) >= LEAST_QUOTE else None


def _tokens(text: str) -> list[str]:
    return [plain(token) for token in WORD.findall(text)]


def _time_words(said: Spoken, quote: str) -> str:
    """The time named nearest to the quote in its utterance, as it was said; "" without any."""
    tokens = [match.span() for match in WORD.finditer(said.text)]
    middle = said.text.find(quote) + len(quote) // 2
    at = next((number for number, (_, end) in enumerate(tokens) if end >= middle), 0)
    run = nearest(times(_tokens(said.text)), at, 0, len(tokens) - 1)
    return said.text[tokens[run[0].first][0] : tokens[run[-1].last][1]] if run else ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
