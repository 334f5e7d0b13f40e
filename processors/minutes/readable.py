"""What was said, as a line of the minutes: without the words that only start a sentence, with a capital."""

from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said, Sentence
from processors.russian.words import plain

_DATA = vocabulary("readable")

LONGEST = 200
"""Characters of a line; more is cut at a word's end."""

_STARTS = _DATA.words("starts")


def line(text: str) -> str:
    """A short readable form of verbatim words; the words themselves where nothing is left."""
    words = text.split()
    start = 0
    while start < len(words) - 3 and plain(words[start].strip(",.!?…—–- ")) in _STARTS:
        start += 1
    if [word.lower() for word in words[start : start + 2]] == ["меня", "зовут"] and len(words) > start + 4:
        start += 3  # and the name, which is the owner's
    if words[start].lower() in ("я", "мы") and len(words) > start + 3:
        start += 1
    while start < len(words) - 1 and not any(map(str.isalnum, words[start])):
        start += 1
    short = " ".join(words[start:]).rstrip(" .,;:—–-")
    if len(short) > LONGEST:
        short = short[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(" .,;:—–-") + "…"
    return short[:1].upper() + short[1:]


def sentence_quote(said: Said, sentence: Sentence, at: int, longest: int = 34) -> str:
    """A sentence verbatim; of one longer than `longest` words those around token `at`."""
    first, last = sentence.first, sentence.last
    if last - first >= longest:
        first = max(first, at - longest // 2)
        last = min(last, first + longest - 1)
    return said.quote(first, last)
