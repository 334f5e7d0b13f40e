"""Questions that stayed open: nobody answered, or nobody knew."""

import re
from collections.abc import Sequence

from processors.minutes.things import named
from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import line, sentence_quote
from processors.minutes.words import Said, Sentence
from schemas.minutes import Point

_DATA = vocabulary("questions")

MOST = 10
LEAST_WORDS = 4
"""Shorter ones hang on what was said before: Когда? А сколько? They count where they name a thing and nobody knew."""

_UNKNOWN = _DATA.phrases("unknown")
_ECHOES = re.compile(r"^(?:слышно|меня слышно|вы меня|алло|да|правда|серьезно|понятно|хорошо|договорились|верно|так)\b")


def find(conversation: Sequence[Said]) -> list[Point]:
    """In the order they were asked."""
    found: list[Point] = []
    for said in conversation:
        for sentence in said.sentences:
            if not sentence.asks or len(found) >= MOST:
                continue
            short = sentence.last - sentence.first + 1 < LEAST_WORDS
            if short and not (
                named(said, sentence.first, sentence.last) and _nobody_knew(conversation, said, sentence)
            ):
                continue
            text = " ".join(said.words[sentence.first : sentence.last + 1])
            if _ECHOES.match(text) or not _open(conversation, said, sentence):
                continue
            quote = sentence_quote(said, sentence, sentence.first)
            found.append(Point(line(quote), quote, said.segment))
    return found


def _open(conversation: Sequence[Said], said: Said, sentence: Sentence) -> bool:
    """Whether what follows is no answer."""
    heard = _answers(conversation, said, sentence)
    return not heard or _nobody_knew(conversation, said, sentence)


def _nobody_knew(conversation: Sequence[Said], said: Said, sentence: Sentence) -> bool:
    answers = _answers(conversation, said, sentence)[:2]
    return any(_UNKNOWN.search(" ".join(words[:14])) for words in answers)


def _answers(conversation: Sequence[Said], said: Said, sentence: Sentence) -> list[Sequence[str]]:
    """What is said behind a question, in the same breath and by others."""
    rest = said.words[sentence.last + 1 :]
    answers = [rest] if rest else []
    for answer in conversation[said.segment + 1 : said.segment + 3]:
        if answer.speaker is None or answer.speaker != said.speaker:
            answers.append(answer.words)
    return [words for words in answers if words]
