"""Till when something is promised: "до пятницы", "к двадцать пятому", "через два дня" → the day, if it is known."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from processors.minutes.calendar import RULES, UNRESOLVED, Rule
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import WORD, Said
from processors.russian.numerals import numbers
from processors.russian.words import plain
from schemas.minutes import UNKNOWN
from schemas.types import LocalDay

_DATA = vocabulary("due")

ADJACENT = 1
"""Words that may stand between the parts of one time: завтра, ну, до обеда."""

BESIDE = 3
"""Words between a verb and its "сейчас": farther away it is only a filler."""

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}(?:\.\d{2,4})?\Z")
_EPOCH = date(1970, 1, 1)


_TIME_WORDS = _DATA.words("time_words")


class Due(NamedTuple):
    """A time that was named: tokens `first`..`last` (inclusive); the rule that reads it, and what the rule found."""

    first: int
    last: int
    rule: Rule
    found: re.Match[str]


def due_date(words: str, said_on: LocalDay | date | None) -> str:
    """The ISO date that the words name when said on that local day, else the words, `UNKNOWN` for none.

    Takes an ISO date as it is. Never raises.
    """
    said = words.strip()
    if not said or said == UNKNOWN:
        return UNKNOWN
    if _ISO.match(said):
        return said
    tokens = [plain(token) for token in WORD.findall(said)]
    for words_said in (tokens, ["до", *tokens]):  # a model writes "пятница" or "25.11"
        if (day := resolve(times(words_said), said_on)) is not None:
            return day
    return said


def resolve(run: Sequence[Due], said_on: LocalDay | date | None) -> str | None:
    """The ISO date of a run of times that belong together (завтра | до обеда): that of the most exact one."""
    if said_on is None:
        return None
    today = _EPOCH + timedelta(days=said_on) if isinstance(said_on, int) else said_on
    for due in sorted(run, key=lambda due: due.rule.rank):
        try:
            day = due.rule.day(due.found, today)
        except (ValueError, OverflowError):  # the thirty-first of February
            continue
        if day is not None:
            return day.isoformat()
    return None


def times(words: Sequence[str]) -> list[Due]:
    """Every time named in plain words, from left to right, none over another."""
    items, places = _items(words)
    line = " ".join(items)
    starts = [0]
    for item in items:
        starts.append(starts[-1] + len(item) + 1)
    found: list[Due] = []
    taken: set[int] = set()
    for rule in RULES:
        if rule.hint is not None and rule.hint not in line:
            continue
        for match in rule.pattern.finditer(line):
            first = bisect_right(starts, match.start()) - 1
            last = bisect_right(starts, match.end() - 1) - 1
            if taken.isdisjoint(range(first, last + 1)):
                taken.update(range(first, last + 1))
                found.append(Due(places[first][0], places[last][1], rule, match))
    return sorted(found, key=lambda due: due.first)


@lru_cache(1024)
def times_in(said: Said) -> tuple[Due, ...]:
    """Every time that an utterance names; asked for by each kind of item, so remembered for the last utterances."""
    return tuple(times(said.words))


def timed(said: Said) -> frozenset[int]:
    """The tokens of an utterance that name times."""
    return frozenset(at for due in times_in(said) for at in range(due.first, due.last + 1))


def nearest(all_times: Sequence[Due], at: int, first: int, last: int) -> list[Due]:
    """The run of times nearest to token `at` within tokens `first`..`last`; a deadline goes before a habit."""
    inside = [
        due
        for due in all_times[bisect_left(all_times, first, key=_first) : bisect_right(all_times, last, key=_first)]
        if first <= due.first and due.last <= last and (due.rule.rank <= UNRESOLVED or abs(due.first - at) <= BESIDE)
    ]
    if not inside:
        return []
    best = min(inside, key=partial(_distance, at))
    run = [best]
    for due in inside[inside.index(best) + 1 :]:
        if due.first - run[-1].last > ADJACENT + 1:
            break
        run.append(due)
    for due in reversed(inside[: inside.index(best)]):
        if run[0].first - due.last > ADJACENT + 1:
            break
        run.insert(0, due)
    return run


def _first(due: Due) -> int:
    return due.first


def _distance(at: int, due: Due) -> tuple[bool, int]:
    return due.rule.rank >= UNRESOLVED, min(abs(due.first - at), abs(due.last - at))


@lru_cache(1 << 14)
def _heard(word: str) -> str:
    """The word of time that a misheard one must be: пятнецу."""
    if len(word) < 6 or word in _TIME_WORDS:
        return word
    near = (known for known in _TIME_WORDS if known[0] == word[0] and Levenshtein.distance(word, known) <= 1)
    return next(near, word)


def _items(words: Sequence[str]) -> tuple[list[str], list[tuple[int, int]]]:
    """The words with each number in digits ("25", "25°" where it says which one), and their tokens."""
    items: list[str] = []
    places: list[tuple[int, int]] = []
    spelt = {number.first: number for number in numbers(words)}
    i = 0
    while i < len(words):
        number = spelt.get(i)
        if number is None or _DATE.match(words[i]) or ":" in words[i]:
            items.append(_heard(words[i]))
            places.append((i, i))
            i += 1
            continue
        items.append(f"{number.value:.0f}{'°' if number.ordinal else ''}")
        places.append((number.first, number.last))
        i = number.last + 1
    return items, places
