"""Names of months in any case."""

import re

_STEMS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
OF_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
"""`21 ноября`, January first."""
IN_MONTHS = (
    *("январе", "феврале", "марте", "апреле", "мае", "июне"),
    *("июле", "августе", "сентябре", "октябре", "ноябре", "декабре"),
)
"""`в ноябре`."""
MONTH = (
    r"(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)(?:ь|я|е|ю|ем)|(?:март|август)(?:а|е|у|ом)?|"
    r"ма(?:й|я|е|ю|ем)"
)
"""Pattern of a month's name in any case; plain letters."""
_MAY = re.compile(r"ма(?:й|я|е|ю|ем)\Z")


def month_of(word: str) -> int:
    """1 to 12 of a plain word that `MONTH` matches. Raises ValueError for any other."""
    if _MAY.match(word):
        return 5
    for number, stem in enumerate(_STEMS, 1):
        if number != 5 and word.startswith(stem):
            return number
    raise ValueError(f"no month: {word}")
