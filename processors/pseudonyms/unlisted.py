"""People who are on no list, by what OpenCorpora's dictionary knows of names, and by the words around them.

A word that can hardly be anything but a name is one in any letters; a doubtful one (Вера, Козлов) only with a capital
in mid-sentence, beside a name, or behind a word that names people.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from processors.pseudonyms.spans import Span
from processors.russian.dictionary import is_word, name_reading
from processors.russian.names import WORD, canonical
from processors.russian.words import word_list

SURE = 0.7
"""Share of names among the readings of a word that is written small: Рома 0.67 and роза 0.67 are not, коля 0.88 is."""
CAPITAL, OPENING, GUESSED = 0.25, 0.6, 0.5
"""The same for a capital in mid-sentence, at the beginning of one, and for words that are in no dictionary."""
DOUBTFUL = 0.15
"""Enough beside a name."""

_FATHER = r"[А-ЯЁа-яё]{2,}(?:ович|евич|ьич|ыч)(?:а|у|ем|е|и)?"
_MOTHERLY = r"[А-ЯЁа-яё]{3,}(?:овн|евн|ичн)(?:а|ы|е|у|ой|ою)"
_PATRONYMIC = re.compile(rf"(?:{_FATHER}|{_MOTHERLY})\Z")
PATRONYMIC_AFTER = re.compile(
    rf"[^\S\n](?:{_FATHER}|[А-ЯЁ][а-яё]{{2,}}(?:овн|евн|ичн)(?:а|ы|е|у|ой|ою)|[а-яё]{{3,}}(?:овн|евн|ичн)[ау])\b"
)
"""Behind a known first name it needs no capital; but "основной" would be one."""
_DIMINUTIVE = re.compile(r"(.{2,})(?:еньк|оньк|очк|ечк|юшк|ушк|юш|уль)(?:а|и|е|у|ой|ою)\Z")
_INITIALS_AFTER = re.compile(r"[^\S\n]?[А-ЯЁ]\.[^\S\n]?[А-ЯЁ]\.")
_INITIALS_BEFORE = re.compile(r"(?<!\w)[А-ЯЁ]\.[^\S\n]?(?:[А-ЯЁ]\.[^\S\n]?)?\Z")
_BESIDE = re.compile(r"[^\S\n]{1,3}|-")
_OPENS = re.compile(r"(?:\A|[.!?…:;\n\]])[\s\"«(—–-]*\Z")
_CUE = re.compile(
    r"(?i:\b(?:зовут|фамили[яию]|по имени|на имя|от имени|господин\w{0,3}|госпож\w|г-на?|г-жа|ип|водител\w{1,2}|"
    r"экспедитор\w{0,2}|кладовщи\w{1,3}|бухгалтер\w{0,2}|директор\w{0,2}|менеджер\w{0,2}|куратор\w{0,2}|коллег\w|получател\w{1,2}|"
    r"подписал\w?|спросите))\W{1,3}\Z"
)
_CALLED = re.compile(
    r"(?i:\s?,|\s+(?:из|с)\s+(?:отдел|бухгалтер|логист|закуп|поддерж|маркетинг|компани|склад|офис|приемк)|"
    r"\s+(?:(?:по|пере)?звон(?:ил|ит|ю)|сказал|просил|пишет|написал|подпи[сш]|подъед|приед|подойд|ответ|переда))"
)
"""Behind a doubtful name that begins a sentence: it is called, or does what people do."""
_GOODS = re.compile(
    r"(?i:\b(?:кукл\w|плать\w|крем\w?|шоколад\w?|бренд\w?|коллекци\w|модел\w|набор\w?|магазин\w?|марк\w|линейк\w|сери\w|"
    r"шушар\w|склад\w?|улиц\w|город\w?))\W{1,3}\Z"
)
"""Behind these words a name is that of goods or a place."""
_BACK = 40
"""Characters before a word in which such words are looked for."""

_NO_NAMES = frozenset(
    word_list(
        "питер питера питере питеру маркет маркета маркету маркете мегамаркет мегамаркета мегамаркете мегамаркету сбер "
        "озон ламода вели эко блок арт брак тема темы токен цвет цвета том кол май мая лес тула казань гал ванга лень "
        "авиа хамит але"
    )
)
"""Names that are something else where goods are kept, whatever the counts say."""
_OTHER_WORDS = frozenset(
    word_list(
        "марк марка марки марке роза розы розу вера веры веру верой слава славы свет света март марта марте лев льва "
        "ник ника мир мира роман романа романы надежда надежды надежду любовь любви лилия лилии майя герой"
    )
)
"""Words that are names only where a capital in mid-sentence or the words around say so."""
_LATIN_NAMES = frozenset(
    word_list(
        "ivan dmitry dmitriy dmitrii sergey sergei alexander aleksandr alexey aleksey andrey andrei anna maria mariya "
        "olga elena natalia natalya ekaterina tatiana tatyana svetlana irina yulia julia mikhail nikolay vladimir "
        "evgeny evgeniy pavel roman maxim maksim igor oleg anton denis artem kirill ilya vasily petr pyotr yuri yuriy "
        "viktor victor konstantin vadim ruslan timur daria darya ksenia polina alina marina "
        "anastasia galina larisa lyudmila"
    )
)
_LATIN_SURNAME = re.compile(r"[A-Z][a-z]{2,}(?:ov|ev|in|ova|eva|ina|sky|skiy|skaya|enko|chuk|yan)\Z")


class _Word(NamedTuple):
    start: int
    end: int
    lemma: str
    sure: bool


def unlisted(text: str) -> Iterator[Span]:
    """Names with the words and initials beside them that belong to them."""
    run: list[_Word] = []
    for word in _words(text):
        if run and not _BESIDE.fullmatch(text, run[-1].end, word.start):
            yield from _people(text, run)
            run = []
        run.append(word)
    yield from _people(text, run)


def _words(text: str) -> Iterator[_Word]:
    """Words that may be names."""
    for match in WORD.finditer(text):
        share, lemma = _name(match[0])
        if not lemma:
            continue
        before = text[max(0, match.start() - _BACK) : match.start()]
        capital = match[0][0].isupper() and not match[0].isupper()
        least = SURE if not capital else OPENING if _OPENS.search(before) else CAPITAL
        sure = share >= least or (_CUE.search(before) is not None and (capital or share >= DOUBTFUL))
        sure = sure or (capital and share >= CAPITAL and _CALLED.match(text, match.end()) is not None)
        if sure and _GOODS.search(before):
            continue
        if sure or capital or share >= DOUBTFUL or _INITIALS_AFTER.match(text, match.end()):
            yield _Word(*match.span(), lemma, sure)


def _people(text: str, run: list[_Word]) -> Iterator[Span]:
    if not run:
        return
    start, end = run[0].start, run[-1].end
    after, before = _INITIALS_AFTER.match(text, end), _INITIALS_BEFORE.search(text, max(0, start - 8), start)
    if after and text[run[-1].start].isupper():
        yield Span(start, after.end(), "ИМЯ", run[0].lemma)
    elif before and text[start].isupper():
        yield Span(before.start(), end, "ИМЯ", run[0].lemma)
    elif any(word.sure for word in run):
        yield Span(start, end, "ИМЯ", " ".join(word.lemma for word in run))


@lru_cache(1 << 15)
def _name(word: str) -> tuple[float, str]:
    """How surely a word is a name, and its nominative; "" where it is none."""
    plain = canonical(word)
    if plain in _LATIN_NAMES or _LATIN_SURNAME.fullmatch(word):
        return (CAPITAL if plain in _LATIN_NAMES else 0.0), plain
    if len(plain) < 3 or plain in _NO_NAMES or not "а" <= plain[0] <= "я":
        return 0.0, ""
    if is_word(plain):
        share, lemma = name_reading(plain)
        share = CAPITAL if plain in _OTHER_WORDS and lemma else share
        return (share, lemma) if share >= DOUBTFUL else (0.0, "")
    if _PATRONYMIC.match(plain):
        return 1.0, plain
    if (small := _DIMINUTIVE.fullmatch(plain)) and any(_is_name(small[1] + end) for end in "ая"):
        return 1.0, plain
    if not word.istitle():
        return 0.0, ""
    share, lemma = name_reading(plain)
    return (share, lemma) if share >= GUESSED else (0.0, plain)


def _is_name(plain: str) -> bool:
    return is_word(plain) and name_reading(plain).share >= SURE
