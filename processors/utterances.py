"""Words of a transcript → utterances: stretches of speech between pauses."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from schemas.events import Utterance
from schemas.sources import Word

PAUSE_MS = 700
"""A pause inside a sentence is mostly shorter, between sentences or speakers longer."""
BREATH_MS = 300
"""A stop within an utterance: between the sounds of one word or of words that belong together it is shorter."""

UNKNOWN = frozenset({"[unk]", "<unk>"})
"""How recognisers write a word outside their vocabulary; read as "…"."""


def utterances(words: Iterable[Word], pause_ms: int = PAUSE_MS) -> list[Utterance]:
    """Split at every pause of at least `pause_ms`. Words must be in order of time.

    `confidence` is the mean over the words. No capitals, no punctuation: the recogniser gives none.
    """
    groups: list[list[Word]] = []
    heard_ms = 0
    for word in words:
        if not groups or word.start_ms - heard_ms >= pause_ms:
            groups.append([])
        groups[-1].append(word)
        heard_ms = max(heard_ms, word.end_ms)
    return [_utterance(group) for group in groups]


def shares(said: Iterable[Utterance]) -> dict[str, int]:
    """How long each who is known spoke, in per cent of what they all spoke, the longest first; together about 100."""
    spoken: dict[str, int] = {}
    for one in said:
        if one.speaker:
            spoken[one.speaker] = spoken.get(one.speaker, 0) + max(0, one.end_ms - one.start_ms)
    whole = sum(spoken.values())
    longest = sorted(spoken.items(), key=lambda item: (-item[1], item[0]))
    return {name: round(100 * length / whole) for name, length in longest} if whole else {}


def _utterance(words: Sequence[Word]) -> Utterance:
    return Utterance(
        start_ms=words[0].start_ms,
        end_ms=max(word.end_ms for word in words),
        text=" ".join("…" if word.text in UNKNOWN else word.text for word in words),
        pauses=[at for at, (one, other) in enumerate(pairwise(words), 1) if other.start_ms - one.end_ms >= BREATH_MS],
        confidence=round(sum(word.confidence for word in words) / len(words), 3),
    )
