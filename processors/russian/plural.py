"""Numbers and nouns: 1 бронь, 2 брони, 5 броней; figures as a person writes them."""

Forms = tuple[str, str, str]
"""A word beside 1, 2 and 5."""

RESERVATIONS: Forms = ("бронь", "брони", "броней")
MEETINGS: Forms = ("встреча", "встречи", "встреч")
MESSAGES: Forms = ("сообщение", "сообщения", "сообщений")
ALERTS: Forms = ("тревога", "тревоги", "тревог")
EVENTS: Forms = ("событие", "события", "событий")
RECORDS: Forms = ("запись", "записи", "записей")
DAYS: Forms = ("день", "дня", "дней")
YEARS: Forms = ("год", "года", "лет")
WORKING_DAYS: Forms = ("рабочий день", "рабочих дня", "рабочих дней")
IDLE: Forms = ("нерабочий", "нерабочих", "нерабочих")
"""Of days, behind "28 дней"."""
HOURS: Forms = ("час", "часа", "часов")
DECISIONS: Forms = ("решение", "решения", "решений")
POINTS: Forms = ("балл", "балла", "баллов")
ARTICLES: Forms = ("артикул", "артикула", "артикулов")
TALKS: Forms = ("разговор", "разговора", "разговоров")
OUR_MESSAGES: Forms = ("наше сообщение", "наших сообщения", "наших сообщений")
DOCUMENTS: Forms = ("документ", "документа", "документов")
FILES: Forms = ("файл", "файла", "файлов")
TIMES: Forms = ("раз", "раза", "раз")


def choose(number: int, forms: Forms) -> str:
    """The form that stands beside `number` (CLDR plural rules of Russian, whole numbers)."""
    tail = abs(number) % 100
    if 11 <= tail <= 14:
        return forms[2]
    match tail % 10:
        case 1:
            return forms[0]
        case 2 | 3 | 4:
            return forms[1]
        case _:
            return forms[2]


def whole(number: int) -> str:
    """Digits in groups of three from five digits on, by no-break spaces, as Russian typography has it."""
    return f"{number:,}".replace(",", "\u00a0") if abs(number) >= 10_000 else str(number)


def characters(number: int) -> str:
    """After "не длиннее": `1 знака`, `200 знаков`."""
    return f"{number} {choose(number, ('знака', 'знаков', 'знаков'))}"


def count(number: int, forms: Forms) -> str:
    """`5 броней`, with a no-break space."""
    return f"{whole(number)}\u00a0{choose(number, forms)}"


def decimal(number: float) -> str:
    """At most one digit after the comma, none from ten on: 4; 3,6; 12."""
    rounded = round(number, 1)
    if abs(rounded) >= 10 or rounded == int(rounded):
        return whole(round(number))
    return f"{rounded:.1f}".replace(".", ",")


def measure(number: float, forms: Forms) -> str:
    """`1,5 дня`, `2 дня`, `12 дней`: a fraction takes the genitive singular."""
    rounded = round(number, 1) if abs(number) < 10 else round(number)
    return f"{decimal(number)}\u00a0{choose(int(rounded), forms) if rounded == int(rounded) else forms[1]}"


def times(ratio: float) -> str:
    """`3,3 раза`, `5 раз`, `21 раз`."""
    return measure(ratio, TIMES)


def percent(share: float) -> str:
    """`75 %` of a share of 0.75; what is there but rounds to nothing is `меньше 1 %`."""
    rounded = round(100 * share)
    return "меньше\u00a01\u00a0%" if rounded == 0 < share else f"{whole(rounded)}\u00a0%"
