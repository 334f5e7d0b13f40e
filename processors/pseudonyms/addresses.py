"""Where people live and goods are brought: towns with a mark ("г."), streets, houses, flats, co-ordinates.

A town or a region by itself stays, as does the name of a marketplace's warehouse.
"""

from collections.abc import Iterator

from processors.pseudonyms.spans import Finder, Span, matches
from processors.russian.numerals import NUMERAL

_CAP = r"[А-ЯЁ][а-яёА-ЯЁ-]*"
_NAMED = rf"(?:\d+-?(?:я|й|го|ая|ый)\s+)?(?:им\.\s?)?{_CAP}(?:[^\S\n]{_CAP}){{0,2}}"
_WAY = r"(?i:ул\.|ул(?=\s)|пр-?кт\.?|пр-т\.?|просп\.|пер\.|наб\.|ш\.|б-р\.?|бул\.|пл\.|мкрн?\.?|пр-д\.?|туп\.)"
_WAY_WORD = (
    r"(?i:улиц(?:а|ы|е|у|ей)|проспект\w{0,2}|переул\w{2,4}|шоссе|набережн\w{2}|бульвар\w{0,2}|площад\w{1,3}|"
    r"микрорайон\w{0,2}|проезд\w{0,2})"
)
_NUMBER = rf"(?:\d+[^\S\n]?(?:[а-яА-Я]\b)?(?:[/-]\d+[а-я]?)?|{NUMERAL}(?:\s{NUMERAL}){{0,2}})"
_HOUSE = rf"(?i:\bдом\b|\bд\.|\bвлад\w*|\bвл\.)\s*№?\s*{_NUMBER}"
_SETTLED = rf"(?:(?:\bЖК|\bСНТ|\bКП|\bДНП)\s+|(?<!и\s)\bпр\.\s*){_CAP}"
_STREET = (
    rf"(?:\b{_WAY}\s*(?:{_NAMED}|[а-яё-]{{3,}})|\b{_WAY_WORD}\s+{_NAMED}|{_SETTLED}|"
    rf"[А-ЯЁ][а-яё-]+(?:ий|ый|ой|ое|ая|ом|ого|ому|ую)\s{_WAY_WORD}|"
    rf"\b{_WAY_WORD}\s+(?:[а-яё-]+\s+){{1,3}}?(?=,?\s*{_HOUSE}))"
)
_CITY = (
    rf"(?:(?<!\d)(?<!\d\s)\bг\.\s?{_CAP}(?:[^\S\n]{_CAP})?|\b(?i:город(?:а|е|у|ом)?|пос[её]л(?:ок|ке)|деревн[яе])\s{_CAP}|"
    rf"(?<!т\.)(?<!т\.\s)\b(?:пос|пгт|дер|с|д|ст-ца)\.\s?{_CAP})"
)
_REGION = rf"(?:{_CAP}\s(?i:обл\.|область|области|край|края|р-н|район[ае]?)|(?i:респ\.|республика)\s{_CAP})"
_ROOM = (
    r"(?i:\b(?:корп\.|корпус|к\.|стр\.|строение|кв\.?(?!\s?м\b)|квартир[аые]|оф\.|офис|подъезд|этаж|пом\.|помещение|комн?\.|"
    r"участ(?:ок|ке)|домофон))"
    rf"\s*№?\s*{_NUMBER}"
)
_POSTCODE = r"(?<!\d)\d{6}(?!\d)"
_FREE = r"(?!\d|[^\S\n]+[а-яё₽%]|[.,]\d)"
"""Behind a bare house number nothing is counted."""
_ADDRESS = (
    rf"(?:{_POSTCODE},?\s*)?(?:(?:Россия|РФ),?\s*)?(?:{_POSTCODE},?\s*)?(?:{_REGION},?\s*){{0,2}}(?:{_CITY}|{_STREET})"
    rf"(?:,?\s*(?:{_REGION}|{_CITY}|{_STREET}|{_HOUSE}|{_ROOM}|{_POSTCODE})"
    rf"|(?:,\s*|[^\S\n])\d{{1,4}}(?:[а-яА-Я]\b)?(?:/\d+)?{_FREE})*"
)
_ROOMS = rf"(?:,?\s*(?:{_HOUSE}|{_ROOM}))"
_FLAT = r"(?i:\b(?:кв\.?(?!\s?м\b)|квартир[аые]|домофон\w?))"
_STREETS = (
    "ленина|мира|победы|кирова|гагарина|пушкина|баумана|горького|маркса|энгельса|чехова|толстого|лермонтова|калинина|"
    "фрунзе|чапаева|жукова|суворова|кутузова|матросова|космонавтов|строителей|свердлова|куйбышева|дзержинского"
)
"""Streets that are named without "улица", in the genitive."""
_BARE = (
    rf"(?:(?i:\b(?:{_STREETS}))|\b[А-ЯЁ][а-яё]+(?:ская|ской|скую|цкая|цкой|цкую)|"
    rf"(?<=[сонапо]\s)[А-ЯЁ][а-яё]+(?:ой|ую|ова|ева|ина|ого))"
)
_BARE_HOUSE = rf",?\s\d{{1,3}}(?:[а-я]\b)?(?:[/-]\d{{1,3}}[а-я]?)?(?:(?=,?\s*(?:{_ROOM}|{_HOUSE}))|{_FREE})"
_NO_ADDRESS = (
    r"(?!(?i:склад|магазин|офис|достав|почт|сайт|страниц|кабинет|получ|вы\b|мы\b|у\b|это\b|при|от|за\b|для|не\b))"
)
"""What follows the word "адрес" when none is given."""
_KEY = (
    r"(?i:\b(?:адрес\w{0,2}|прожива\w+|жив[её]т|прописан\w{0,2}|зарегистрирован\w{0,2})\b)\W{0,3}"
    r"(?:(?i:доставки|проживания|прописки|регистрации)\W{1,3})?(?:(?i:по|на|в|адресу)\s+)?"
)

_FINDERS = matches(
    "АДРЕС",
    _ADDRESS,
    rf"{_BARE}{_BARE_HOUSE}{_ROOMS}*",
    rf"{_BARE},?\s{_HOUSE}{_ROOMS}*",
    rf"\b{_WAY_WORD}\s+[а-яё-]{{3,}}\s+{_NUMBER}{_ROOMS}+",
    rf"(?<=[напосв]\s){_CAP}(?:\s[а-яё]{{3,}})?,?\s{_HOUSE}{_ROOMS}*",
    rf"{_REGION}(?:,\s*{_CAP}){{1,3}},?\s\d{{1,3}}(?!\d){_ROOMS}*",
    rf"(?:{_POSTCODE},\s*{_CAP},\s*{_CAP}\s\d{{1,3}}(?!\d)|(?:Россия|РФ),\s*{_POSTCODE}(?:,\s*{_CAP})+(?:,?\s\d{{1,3}}(?!\d))?)",
    rf"{_KEY}{_NO_ADDRESS}((?:[\w.-]+[\s,]+){{1,4}}?(?:№\s*)?{_NUMBER}(?:(?={_ROOMS})|(?!\s+[а-яё]{{2,}}|\d|[.,]\d)){_ROOMS}*)",
    rf"((?:\b[А-ЯЁа-яё-]{{3,30}}[\s,]+)?{_HOUSE}{_ROOMS}+)",
    rf"{_FLAT}\s*№?\s*(?:\d+[А-Яа-яA-Za-z]?\d*|{NUMERAL}(?:\s{NUMERAL}){{0,2}})",
    r"(?i:\bиндекс)\w{0,2}\W{0,3}(\d{6})(?!\d)",
    r"(?<![\d.])\d{2}\.\d{4,}[,\s]{1,3}\d{2,3}\.\d{4,}(?!\d)",
)


def _addresses(text: str) -> Iterator[Span]:
    """Without the commas that hang on either end."""
    for start, end, kind, key in _FINDERS(text):
        found = text[start:end].rstrip(" ,")
        yield Span(start, start + len(found), kind, key)


ADDRESSES: tuple[Finder, ...] = (_addresses,)
