"""What a conversation was about, stretch by stretch: where the words change, the topic does.

TextTiling (Hearst 1997, "Segmenting Text into Multi-paragraph Subtopic Passages") on Snowball stems: the words of some
runs before a gap are compared with those behind it; the deepest valleys are the borders.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from math import log, sqrt
from statistics import mean, pstdev
from typing import NamedTuple

from processors.minutes.things import STOP_WORDS
from processors.minutes.verbs import verb
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.first_names import FIRST_NAMES
from processors.russian.grammar import nominative
from processors.russian.numerals import is_number
from processors.russian.stems import stem
from schemas.minutes import Topic

_DATA = vocabulary("topics")

RUN, RUNS = 18, 5
"""Words that matter in a run, and runs compared on either side of a gap (Hearst: 20 and 10; talk is shorter)."""

LEAST_WORDS = 70
"""Words that matter in a stretch: about a minute and a half."""

MOST = 12
TITLE_WORDS = 3
LOOKED_AT = 20
"""The heaviest words of a stretch, of which those that are nouns make its title."""

_NAMES = frozenset(FIRST_NAMES)
_BRANDS = {
    stem(word): brand for brand, words in (line.split(": ") for line in _DATA.lines("brands")) for word in words.split()
}
"""Names of marketplaces and programs as they are written, by the stems of what people call them."""


class _Word(NamedTuple):
    """A word that matters: its stem, as it was said, in which utterance."""

    stem: str
    word: str
    segment: int


def topics(conversation: Sequence[Said]) -> list[Topic]:
    """From the first utterance to the last, without gaps; none where there is but one: its title would help nobody."""
    words = list(_words(conversation))
    spoken = [said for said in conversation if said.words]
    if not spoken:
        return []
    borders = [0, *_borders(words, conversation), len(conversation)]
    stretches = [(first, last) for first, last in pairwise(borders) if first < last]
    held = [[word for word in words if first <= word.segment < last] for first, last in stretches]
    spread = Counter(base for stretch in held for base in {word.stem for word in stretch})
    usual = _usual(words)
    found: list[tuple[list[str], Topic]] = []
    for (first, last), stretch in zip(stretches, held, strict=True):
        title = _title(stretch, spread, len(held), usual)
        topic = Topic(_written(title), conversation[first].start_ms, conversation[last - 1].end_ms)
        if found and len(set(title) & set(found[-1][0])) * 2 > TITLE_WORDS:
            title, before = found.pop()
            topic = Topic(before.title, before.start_ms, topic.end_ms)
        found.append((title, topic))
    return [topic for _, topic in found] if len(found) > 1 else []


def _words(conversation: Sequence[Said]) -> Iterator[_Word]:
    for said in conversation:
        for word, base in zip(said.words, said.stems, strict=True):
            if (
                len(word) > 3
                and word not in STOP_WORDS
                and word not in _NAMES
                and not is_number(word)
                and verb(word) is None
            ):
                yield _Word(base, word, said.segment)


def _borders(words: Sequence[_Word], conversation: Sequence[Said]) -> list[int]:
    """The utterances that begin a new topic."""
    runs = [Counter(word.stem for word in words[at : at + RUN]) for at in range(0, len(words), RUN)]
    if len(words) < 2 * LEAST_WORDS:
        return []
    likeness = [_likeness(runs, gap) for gap in range(1, len(runs))]
    depths = [_depth(likeness, gap) for gap in range(len(likeness))]
    deep = mean(depths) + pstdev(depths) / 2
    apart = max(LEAST_WORDS // RUN, len(runs) // MOST)
    chosen: list[int] = []
    for gap in sorted(range(len(depths)), key=lambda gap: (-depths[gap], gap)):
        border = gap + 1
        inside = border >= apart and len(runs) - border >= apart
        if depths[gap] < deep or depths[gap] <= 0 or len(chosen) >= MOST - 1:
            break
        if inside and all(abs(border - other) >= apart for other in chosen):
            chosen.append(border)
    return sorted({words[border * RUN].segment for border in chosen} - {0})


def _likeness(runs: Sequence[Counter[str]], gap: int) -> float:
    """The cosine of the words before and behind a gap."""
    before, behind = Counter[str](), Counter[str]()
    for run in runs[max(0, gap - RUNS) : gap]:
        before.update(run)
    for run in runs[gap : gap + RUNS]:
        behind.update(run)
    shared = sum(count * behind[word] for word, count in before.items())
    norm = sqrt(sum(count * count for count in before.values()) * sum(count * count for count in behind.values()))
    return shared / norm if norm else 0.0


def _depth(likeness: Sequence[float], gap: int) -> float:
    """How far the likeness rises on both sides of a gap."""
    left = right = likeness[gap]
    for i in range(gap - 1, -1, -1):
        if likeness[i] < left:
            break
        left = likeness[i]
    for i in range(gap + 1, len(likeness)):
        if likeness[i] < right:
            break
        right = likeness[i]
    return left + right - 2 * likeness[gap]


def _usual(words: Sequence[_Word]) -> dict[str, str]:
    """For each stem the form in which it is said most."""
    forms: dict[str, Counter[str]] = {}
    for word in words:
        forms.setdefault(word.stem, Counter())[word.word] += 1
    return {base: min(counts, key=lambda form: (-counts[form], len(form), form)) for base, counts in forms.items()}


def _title(stretch: Sequence[_Word], spread: Counter[str], number: int, usual: dict[str, str]) -> list[str]:
    """The nouns that are frequent here and rare elsewhere, in the nominative, brands as they are written."""
    counts = Counter(word.stem for word in stretch)
    weight = {
        base: count * log(1 + number / spread[base]) * (1 if count > 1 else _DATA.weight("said_once"))
        for base, count in counts.items()
    }
    ranked = sorted(weight, key=lambda base: (-weight[base], base))
    shown = (_BRANDS.get(base) or nominative(usual[base]) for base in ranked)
    return list(islice(dict.fromkeys(filter(None, islice(shown, LOOKED_AT))), TITLE_WORDS))


def _written(title: Sequence[str]) -> str:
    text = ", ".join(title) or "разговор"
    return text[:1].upper() + text[1:]
