"""How a conversation sounds, by the words that please and those that hurt."""

from collections.abc import Sequence

from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said
from processors.russian.stems import stem
from schemas.minutes import Tone

_DATA = vocabulary("tone")

_GOOD = frozenset(map(stem, _DATA.words("good")))
_HURTS = dict.fromkeys(map(stem, _DATA.words("bad")), 1.0) | dict.fromkeys(
    map(stem, _DATA.words("worst")), _DATA.weight("worst_hurts")
)
_THANKS = stem("спасибо")


def tone(conversation: Sequence[Said], client: Sequence[str], leaves: int) -> Tone:
    """Of the client's words where they are known. `leaves`: how often he spoke of leaving."""
    good = bad = 0.0
    for said in conversation:
        if client and said.speaker is not None and said.speaker not in client:
            continue
        for at, word in enumerate(said.stems):
            denied = at > 0 and said.words[at - 1] in ("не", "нет", "без")
            if word in _GOOD and denied:
                bad += 1
            elif word in _GOOD:
                good += 1
            elif word in _HURTS and not denied:
                bad += _HURTS[word]
            elif word == _THANKS:
                good += _DATA.weight("thanks")
    bad += _DATA.weight("leaving") * leaves
    balance = (good - bad) / (good + bad + _DATA.weight("even"))
    if balance > _DATA.weight("good_from"):
        return "хороший"
    if balance > _DATA.weight("tense_below"):
        return "напряжённый" if leaves else "ровный"
    return "плохой" if balance < _DATA.weight("bad_below") or leaves > 1 else "напряжённый"
