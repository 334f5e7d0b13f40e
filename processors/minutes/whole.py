"""A quote with the word that turns it round, where whoever quoted left that out: "не будем | поднимать объём"."""

import re

from processors.minutes.vocabulary import vocabulary
from processors.russian.dictionary import grammar
from processors.russian.words import plain

_DATA = vocabulary("supported")
_NEGATIONS = _DATA.words("negations")
_HARMLESS, _AUXILIARIES = _DATA.words("harmless"), _DATA.words("passed")
_OPENERS = _DATA.words("openers")
_SUBJECTS = _DATA.words("subjects")
"""Behind a quote they begin no new clause: "отгружать ночью мы не станем"."""

BEFORE, BEHIND = 8, 5
"""Words before and behind a quote in which a negation of its clause is looked for."""
_IF_BEFORE, _IF_UNMARKED = 15, 7
"""Words before a quote in which its condition is looked for; less where no marks tell where a sentence ends."""
_SPAN = 400
"""Characters that hold so many words."""

_TOKEN = re.compile(r"\w+|[.,!?;:…()—\n]")
_INFINITIVE = re.compile(r"(?:ть|ти|чь)(?:ся)?\Z")
_MARKS = re.compile(r"[.,!?;]")
_SENTENCE = re.compile(r"[.!?;…\n]")
_IF = re.compile(
    r"\b(?:если|ежели|кабы|якобы|вряд ли|едва ли)\b(?!\W+(?:что|можно|не сложно|не трудно|удобно)\b)", re.I
)


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]`, longer by the negation of its clause that stands before it or behind it."""
    return _from(text, start), _until(text, start, end)


def conditional(text: str, start: int, end: int) -> bool:
    """Whether the stretch hangs on an "если" of its sentence, before it."""
    before = _SENTENCE.split(text[max(0, start - _SPAN) : start])[-1]
    reach = _IF_BEFORE if _MARKS.search(text) else _IF_UNMARKED
    near = " ".join(before.split()[-reach:])
    return _IF.search(near) is not None and _IF.search(text[start:end]) is None


def _from(text: str, start: int) -> int:
    """A negation turns the word behind it, through an auxiliary what follows: "не будем в этом году | поднимать"."""
    first = _TOKEN.match(text, start)
    if first is None or plain(first[0]) in _OPENERS:
        return start
    behind = plain(first[0])
    for distance, token in enumerate(reversed(list(_TOKEN.finditer(text, max(0, start - _SPAN), start))[-BEFORE:])):
        word = plain(token[0])
        if not word[0].isalnum() or word in _OPENERS or (_INFINITIVE.search(behind) and distance):
            break
        adjacent = distance == 0 and not (word == "нет" and grammar(behind).acts)
        if word in _NEGATIONS and behind not in _HARMLESS and (adjacent or behind in _AUXILIARIES or word == "нельзя"):
            return token.start()
        behind = word
    return start


def _until(text: str, start: int, end: int) -> int:
    """Behind a quote it turns what is next to it, through an auxiliary an infinitive: "отгружать | мы не станем"."""
    ahead = [token for token, _ in zip(_TOKEN.finditer(text, end, end + _SPAN), range(BEHIND), strict=False)]
    words = [plain(token[0]) for token in ahead]
    for at, word in enumerate(words):
        if not word[0].isalnum() or (word in _OPENERS and word not in _SUBJECTS):
            break
        if word not in _NEGATIONS:
            continue
        turned, then = ([*words[at + 1 : at + 3], "", ""])[:2]
        if not turned[:1].isalnum():
            return ahead[at].end() if word in ("нет", "нельзя") else end
        waits = any(map(_INFINITIVE.search, plain(text[start:end]).split())) and not _INFINITIVE.search(then)
        if (turned in _AUXILIARIES and waits) or (at == 0 and turned not in _AUXILIARIES | _HARMLESS):
            return ahead[at + 1].end()
    return end
