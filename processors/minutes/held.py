"""A sentence of a model about a client, held against the words and the counted figures that it names as its sources."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from processors.minutes.harmless import harmless
from processors.minutes.orders import is_order
from processors.minutes.quantities import figures
from processors.minutes.quotes import quoted
from processors.minutes.supported import evidence, supports
from processors.minutes.verbatim import content

LONGEST = 400
"""Characters of a claim."""
_TELLS = re.compile(
    r"(?i)\A(?:клиент(?:ка)?|он|она|они|в (?:чате|письме)|на встрече)?\s*"
    r"(?:сказал|говори|сообщ|пиш|написал|рассказал|упомянул|отметил)\w*\s*(?:,\s*что\s|:\s*)"
)
"""«Клиент пишет, что …»: who tells is the source's matter, what is told has to be held."""
_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"(?<=\d)[\u00a0\u202f ](?=\d{3}\b)")


class Held(NamedTuple):
    """A claim that stands: as it is told, and where its quote is verbatim (None where it stands on figures alone)."""

    text: str
    quote: str
    source: int | None


def claimed(text: str, quote: str, texts: Sequence[str], counted: Sequence[str] = ()) -> Held | None:
    """The claim if its sources say all of it, else None. `texts` are the words of its sources, `counted` the sentences
    of its figures.

    A quote must be verbatim in one of the texts (≥ 90 by rapidfuzz, the same numbers and negations, none cut off);
    words without a quote are no source. Every figure, name, deed and negation of the claim is in the quote or in a
    sentence of the figures; it has no digit that they have not, no link, no order. Never raises.
    """
    line = harmless(text, LONGEST)
    place = quoted(quote, texts) if quote else None
    if not line or is_order(line) or (quote and place is None) or (place is None and not counted):
        return None
    said = "" if place is None else place[1]
    held = "\n".join(filter(None, (said, *counted)))
    proof = evidence(held)
    told = _TELLS.sub("", line)
    if not _digits(line) <= _digits(held) or not supports(proof, told):
        return None
    if not (content(told) & proof.stems or figures(told)):
        return None
    return Held(line, said, None if place is None else place[0])


def _digits(text: str) -> frozenset[str]:
    """Digits as they stand, thousands together."""
    return frozenset(_DIGITS.findall(_GROUPED.sub("", text)))
