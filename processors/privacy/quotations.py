"""Whether a text quotes what was said. Pure."""

import re
from typing import Final

from processors.privacy.register import folded

LEAST_QUOTE: Final = 12
"""Characters: a shorter quotation («да, верно») is anybody's."""


def pieces_of(text: str) -> list[str]:
    """What stands between quotes, or in a line behind who said it."""
    return [piece for line in text.splitlines() for piece in re.split(r"[«»\"]|: ", line)]


def is_quoted(text: str, said: str) -> bool:
    """Whether the text is of what was `said` (folded, a line each)."""
    words = folded(text).strip(" .…")
    return len(words) >= LEAST_QUOTE and words in said
