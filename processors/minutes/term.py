"""The term of a promise as a model gives it, held against the words around its quote."""

from collections.abc import Sequence
from datetime import date

from processors.minutes.due import due_date, nearest, resolve, times
from processors.minutes.verbatim import Spoken, spoken
from processors.minutes.words import WORD
from processors.russian.words import plain


def term(claimed: str, quote: str, said: Spoken, near: Sequence[Spoken], said_on: date | None) -> str:
    """The day, where words near the quote name it; else what is said there of the time; "" where that is nothing."""
    if _is_day(claimed):
        around = (_tokens(utterance.text) for utterance in near)
        if any(resolve([time], said_on) == claimed for tokens in around for time in times(tokens)):
            return claimed
        claimed = _time_words(said, quote)
    words = " ".join(spoken(claimed).words)
    return due_date(claimed, said_on) if words and f" {words} " in f" {said.normal} " else ""


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
