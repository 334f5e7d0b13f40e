"""Questions that stayed open: nobody answered, or nobody knew."""

import re
from collections.abc import Sequence

from processors.minutes.vocabulary import vocabulary
from processors.minutes.wording import line, sentence_quote
from processors.minutes.words import Said, Sentence
from schemas.minutes import Point

_DATA = vocabulary("questions")

MOST = 10
LEAST_WORDS = 4
"""Shorter ones hang on what was said before: Когда? А сколько?"""

_UNKNOWN = _DATA.phrases("unknown")
_ECHOES = re.compile(r"^(?:слышно|меня слышно|вы меня|алло|да|правда|серьезно|понятно|хорошо|договорились|верно|так)\b")


def find(conversation: Sequence[Said]) -> list[Point]:
    """In the order they were asked."""
    found: list[Point] = []
    for said in conversation:
        for sentence in said.sentences:
            if not sentence.asks or sentence.last - sentence.first + 1 < LEAST_WORDS or len(found) >= MOST:
                continue
            text = " ".join(said.words[sentence.first : sentence.last + 1])
            if _ECHOES.match(text) or not _open(conversation, said, sentence):
                continue
            quote = sentence_quote(said, sentence, sentence.first)
            found.append(Point(line(quote), quote, said.segment))
    return found


def _open(conversation: Sequence[Said], said: Said, sentence: Sentence) -> bool:
    """Whether what follows is no answer."""
    rest = said.words[sentence.last + 1 :]
    answers = [rest] if rest else []
    for answer in conversation[said.segment + 1 : said.segment + 3]:
        if answer.speaker is None or answer.speaker != said.speaker:
            answers.append(answer.words)
    heard = [words for words in answers if words]
    if not heard:
        return True
    return any(_UNKNOWN.search(" ".join(words[:14])) for words in heard[:2])
