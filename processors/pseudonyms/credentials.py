"""What opens doors or tells a person apart: passwords, keys, codes from messages, car plates, dates of birth."""

from collections.abc import Iterator

from processors.pseudonyms.spans import SAID, Finder, Span, matches
from processors.russian.numerals import NUMERAL

_WORDS = r"\W{1,3}(?:[а-яё-]+\s+){0,5}?"
_IS = r"\s*(?:[:=—–]|\s-\s)\s*[\"«]?"
_STRANGE = r"(?=[^\s,;]*[\d_#$%!])[^\s,;\"»]{4,}"
"""A word that only a machine or a careful person makes up."""
_PASSWORD = r"(?i:\b(?:парол\w{1,3}|password|passwd|pwd|pass?|пасс))"
_LOGIN = r"(?i:\b(?:логин\w{0,2}|login|username))"
_KEY = r"(?i:\b(?:ключ\w{0,2}|токен\w{0,2}|token|secret|api[- ]?key|client[- ]?id))"

_SECRET = matches(
    "ПАРОЛЬ",
    rf"{_PASSWORD}{_IS}(\S{{3,}}[^\s.,;\"»])",
    rf"{_PASSWORD}(?:\s+[A-Za-zА-Яа-яё-]+){{1,5}}\s*(?:[:=]|\s[—–-]\s)\s*[\"«]?(\S{{2,}}[^\s.,;\"»])",
    rf"{_PASSWORD}{_WORDS}({_STRANGE})",
    rf"{_PASSWORD}\W{{1,3}}(\d{{4,}})\b",
    r"(?<!\S)(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)(?=\S*[!#$%^&*])[^\s,;]{5,40}",
    rf"{_PASSWORD}\W{{1,3}}([A-Za-z]{{5,}})\b",
    rf"{_PASSWORD}\W{{1,3}}((?:[а-яё]+\s+){{0,2}}?{SAID})",
    rf"{_LOGIN}(?:{_IS}|\W{{1,3}})([A-Za-z][\w.-]{{2,}}\w)",
    rf"{_LOGIN}{_WORDS}({_STRANGE})",
    rf"{_KEY}{_WORDS}({_STRANGE[:-4]}{{8,}})",
    rf"{_KEY}\W{{1,3}}(\d{{5,}})\b",
    r"(?i:\bкодов\w+ слов\w\W{1,3})(\w+)",
    r"\beyJ[\w-]{8,}(?:\.[\w-]+)*",
    r"(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
    r"(?i)(?<!\w)(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{24,}(?!\w)",
    r"\b(?:ghp|sk|pk|xox[bp]|glpat|AKIA)[-_]?\w{12,}",
    r"(?<![\w-])(?=[A-Za-z_-]*\d)(?=[0-9a-z_-]*[A-Z])(?=[0-9A-Z_-]*[a-z])[\w-]{20,}(?!\w)",
    r"\b\d{8,10}:[\w-]{30,}",
)

_CODE = rf"(\d(?:[ -]?\d){{3,7}}(?!\d)|{NUMERAL}(?:\s{NUMERAL}){{1,7}})"
_FROM = (
    r"(?:\s+(?:из\s+(?:смс\w*|sms|сообщени\w|письма|пуша)|подтверждени\w|приглашени\w|регистрации|безопасности|"
    r"доступа|авторизации|(?:для\s+)?входа))"
)
_CODES = matches(
    "КОД",
    r"(?i:\b(?:смс|sms|одноразов\w+|проверочн\w+|пин|pin)[- ]?(?:код\w{0,2}|code|парол\w{1,3})?)"
    rf"\W{{1,3}}(?:[а-яё]+\W{{1,3}}){{0,2}}?{_CODE}",
    rf"(?i:\bкод\w{{0,2}}{_FROM})\W{{1,3}}(?:[а-яё]+\s+){{0,2}}?{_CODE}",
    rf"(?i:\b(?:приш\w+|приход\w+|продикту\w+|введ\w+|ввод\w+|назов\w+|мой|новый)\s+код)\W{{1,3}}{_CODE}",
    rf"(?i:\bкод)\W{{1,3}}{_CODE}(?=[^\n]{{0,30}}(?i:никому))",
    rf"(?i:\bкод\w{{0,2}})\W{{1,3}}{_CODE}(?=\s+из\s+(?i:смс|sms|сообщени))",
    r"(?i:\bcv[vc]2?)\W{0,3}(\d{3})(?!\d)",
    r"(?i:\bкод\w{0,2}\s+(?:от\s+)?(?:домофона|ворот|подъезда|калитки|двери))\W{1,3}(\w*\d[\w#*]*)",
)

_PLATE_LETTER = "[АВЕКМНОРСТУХавекмнорстухABEKMHOPCTYXabekmhopctyx]"
_WORDS_LIKE_PLATES = r"(?!(?i:на|не|но|та|то|те|ту|во|ко|со|от|ст|см|км|мм|ок|ах|ох|ух|ум|ус|ем|а)\b)"
"""С 100 на 150 is no car."""
_CAR = r"(?i:\b(?:гос\w*\s?номер\w?|номер\w?\s+(?:машин\w|авто\w*|газел\w|фур\w|тягач\w)))"
_SPELT = r"(?:[а-яё]{1,2}\s+)"
_PLATES = matches(
    "АВТО",
    rf"(?<![\w-]){_PLATE_LETTER}\d{{3}}{_PLATE_LETTER}{{2}}[\s/]?\d{{2,3}}(?:\s?(?i:рус|rus)\b)?(?!\w)",
    rf"(?<![\w-]){_PLATE_LETTER}\s?\d{{3}}\s?{_WORDS_LIKE_PLATES}{_PLATE_LETTER}{{2}}\s\d{{2,3}}(?:\s?(?i:рус|rus)\b)?(?!\w)",
    r"(?<![\w-])[АВЕКМНОРСТУХавекмнорстух]\d{3}[АВЕКМНОРСТУХавекмнорстух]{2}(?![\w-])",
    rf"(?i:\bномер\w{{0,2}})\W{{1,3}}({_PLATE_LETTER}\s?\d{{3}}\s?{_WORDS_LIKE_PLATES}{_PLATE_LETTER}{{2}})(?!\w)",
    rf"(?i:\bприцеп\w{{0,2}})\W{{1,3}}({_PLATE_LETTER}{{2}}\s?\d{{4}}\s?\d{{2,3}})(?!\w)",
    rf"{_CAR}\W{{1,3}}({_SPELT}{{0,2}}{NUMERAL}(?:\s+{_SPELT}{{0,3}}{NUMERAL})*)",
)

_MONTH = r"(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)[а-я]{0,2}"
_RANK = r"(?:[а-яё]+(?:ого|его|ьего|адцать|десят|сорок|сто|тысяча|две|тысячи))"
_DATE = (
    rf"(\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}\s{_MONTH}(?:\s\d{{4}})?|"
    rf"(?:{_RANK}\s){{1,2}}{_MONTH}(?:\s{_RANK}){{0,4}}|\d{{4}}(?=\s?г))(?!\d)"
)
_BORN = (
    r"(?i:\b(?:дат\w\s+рождения|д\.\s?р\.|др|день\s+рождения|д/р|родил\w+|рожд(?:\.|[её]н\w?|ени\w)?|года?\s+рождения))"
)
_BIRTHS = matches(
    "РОЖДЕНИЕ",
    rf"{_BORN}\W{{0,3}}(?:[а-яё]+\s+){{0,2}}?{_DATE}",
    r"(?i:\bгод\w?\s+рождения)\W{1,3}((?:19|20)\d\d)(?!\d)",
    rf"(\d{{1,2}}\s{_MONTH}\s\d{{4}})\s*(?i:г\.?\s?р\b|года?\s+рождения)",
    r"(\d{1,2}[./-]\d{1,2}[./-]\d{2,4})\s*(?i:г\.?\s?р\b|года?\s+рождения|рожд)",
    r"(?<!\d)((?:19|20)\d\d)\s*(?i:г\.?\s?р\b|года?\s+рождения|рожд)",
)


def _plates(text: str) -> Iterator[Span]:
    """A car, but not what is only said of one: "номер машины три"."""
    return (span for span in _PLATES(text) if span.end - span.start >= 6)


CREDENTIALS: tuple[Finder, ...] = (_SECRET, _CODES, _plates, _BIRTHS)
