"""Russian numbers and nouns: 1 бронь, 2 брони, 5 броней; figures and dates as a person writes them."""

from datetime import UTC, datetime
from datetime import date as Day  # noqa: N812 — the class, beside the function `date`
from zoneinfo import ZoneInfo

from schemas.types import Millis

MOSCOW = ZoneInfo("Europe/Moscow")

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

_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


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


def date(ts: Millis) -> str:
    """`21 ноября`, on the Moscow calendar."""
    at = _local(ts)
    return f"{at.day}\u00a0{_MONTHS[at.month - 1]}"


def iso_date(text: str) -> str:
    """`2026-11-27` → `27 ноября`; what is no ISO date stays as it was said."""
    try:
        day = Day.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day}\u00a0{_MONTHS[day.month - 1]}"


def length(duration_ms: int) -> str:
    """`1 ч 25 мин`, `1 ч`, `меньше минуты`; nothing where nobody knows."""
    hours, minutes = divmod(duration_ms // 60_000, 60)
    if duration_ms <= 0:
        return ""
    if hours:
        return f"{hours}\u00a0ч {minutes}\u00a0мин" if minutes else f"{hours}\u00a0ч"
    return f"{minutes}\u00a0мин" if minutes else "меньше минуты"


def clock(ts: Millis) -> str:
    """`14:05`, Moscow time."""
    return f"{_local(ts):%H:%M}"


def place(at_ms: int) -> str:
    """Where in a recording: `02:15`, from an hour on `1:02:15`."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def _local(ts: Millis) -> datetime:
    return datetime.fromtimestamp(ts / 1000, UTC).astimezone(MOSCOW)
