"""Numbers and nouns: 1 бронь, 2 брони, 5 броней; figures as a person writes them."""

Forms = tuple[str, str, str]
"""A word beside 1, 2 and 5."""

RESERVATIONS: Forms = ("бронь", "брони", "броней")
PIECES: Forms = ("штука", "штуки", "штук")
MEETINGS: Forms = ("встреча", "встречи", "встреч")
MESSAGES: Forms = ("сообщение", "сообщения", "сообщений")
ALERTS: Forms = ("тревога", "тревоги", "тревог")
EVENTS: Forms = ("событие", "события", "событий")
RECORDS: Forms = ("запись", "записи", "записей")
REMARKS: Forms = ("высказывание", "высказывания", "высказываний")
DAYS: Forms = ("день", "дня", "дней")
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


def count(number: int, forms: Forms) -> str:
    """`5 броней`, with a no-break space."""
    return f"{whole(number)}\u00a0{choose(number, forms)}"


def decimal(number: float) -> str:
    """At most one digit after the comma, none from ten on: 4; 3,6; 12."""
    rounded = round(number, 1)
    if abs(rounded) >= 10 or rounded == int(rounded):
        return whole(round(number))
    return f"{rounded:.1f}".replace(".", ",")


def times(ratio: float) -> str:
    """`3,3 раза`, `5 раз`, `21 раз`."""
    rounded = round(ratio, 1) if ratio < 10 else round(ratio)
    return f"{decimal(ratio)}\u00a0{choose(int(rounded), TIMES) if rounded == int(rounded) else TIMES[1]}"
