"""What was said, as a line of the minutes: without the words that only start a sentence, with a capital."""

import re
from collections.abc import Sequence

from processors.minutes.people import People
from processors.minutes.vocabulary import vocabulary
from processors.minutes.words import Said, Sentence
from processors.russian.numerals import numbers
from processors.russian.plural import whole
from processors.russian.words import plain

_DATA = vocabulary("wording")

LONGEST = 200
"""Characters of a line; more is cut at a word's end."""

_STARTS = _DATA.words("starts")
_POLITE = _DATA.words("polite")
_ASKING = _DATA.words("asking")


_MONEY = re.compile(r"(\d)\s(рубл\w+|процент\w*)")


def line(text: str) -> str:
    """A short readable form of verbatim words; the words themselves where nothing is left."""
    words = text.split()
    start = 0
    while start < len(words) - 2 and plain(words[start].strip(",.!?…—–- ")) in _STARTS:
        start += 1
    if start and [plain(word) for word in words[start - 1 : start + 1]] == ["еще", "что"]:
        start += 1  # и вот ещё что
    if [word.lower() for word in words[start : start + 2]] == ["меня", "зовут"] and len(words) > start + 4:
        start += 3  # and the name, which is the owner's
    if words[start].lower() in ("я", "мы") and len(words) > start + 2 and words[start + 1] not in ("бы", "б"):
        start += 1
    while start < len(words) - 1 and not any(map(str.isalnum, words[start])):
        start += 1
    return finished(" ".join(words[start:]))


def finished(text: str) -> str:
    """With amounts in digits, a capital and its quotation marks closed; no mark at the end."""
    bare = text.strip(" .,;:—–-")
    if bare.count("«") > bare.count("»"):
        bare += "»"
    short = shortened(in_digits(bare))
    return short[:1].upper() + short[1:]


def shortened(text: str, longest: int = LONGEST) -> str:
    """At most so many characters, cut at a word's end."""
    if len(text) <= longest:
        return text
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" .,;:—–-") + "…"


def in_digits(text: str) -> str:
    """With amounts in digits: "тридцать шесть рублей" → "36 ₽"; what is not surely one amount stays as it was said."""
    words = text.split()
    bare = [plain(word.strip(',.!?…—–-:;()«»"')) or "—" for word in words]
    found = numbers(bare)
    for number in reversed(found):
        beside = any(number.last + 1 == other.first or other.last + 1 == number.first for other in found)
        part = beside or bare[number.first - 1] in ("рубль", "рубля")  # рубль пятьдесят
        if part or number.ordinal or number.value <= 1 or number.value % 1:
            continue
        tail = words[number.last][len(words[number.last].rstrip(",.!?…:;»)")) :]
        words[number.first : number.last + 1] = [whole(int(number.value)) + tail]
    return _MONEY.sub(lambda match: f"{match[1]}\u00a0{'%' if match[2][0] == 'п' else '₽'}", " ".join(words))


def deed(names: People, said: Said, places: range, at: int, verb: str) -> str:
    """A request as what is to be done: "Пришлите, пожалуйста, акт" with `verb` "прислать" → "Прислать акт".

    `at` is the request's verb; who is called and the words of politeness are left out.
    """
    kept = [i for i in places if i == at or not _left_out(names, said, i, at)]
    parts: list[str] = []
    for before, i in zip([-1, *kept], kept, strict=False):
        token = said.tokens[i]
        gap = said.text[said.tokens[i - 1].end : token.start] if before == i - 1 and before >= 0 else " "
        parts += [gap if parts else "", verb if i == at else said.text[token.start : token.end]]
    return finished("".join(parts).strip(" ?!"))


def _left_out(names: People, said: Said, i: int, at: int) -> bool:
    word = said.words[i]
    if word in _POLITE or (i < at and (word in _ASKING or word in _STARTS)):
        return True
    return i < at and names.nominative(said, i) is not None


def sentence_quote(said: Said, sentence: Sentence, at: int, longest: int = 34) -> str:
    """A sentence verbatim; of one longer than `longest` words those around token `at`."""
    first, last = sentence.first, sentence.last
    if last - first >= longest:
        first = max(first, at - longest // 2)
        last = min(last, first + longest - 1)
    return said.quote(first, last)


def listed(words: Sequence[str]) -> str:
    """а, б и в."""
    return f"{', '.join(words[:-1])} и {words[-1]}" if len(words) > 1 else "".join(words)
