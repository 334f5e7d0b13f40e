"""Times as a person of the house writes them, on the clock of the installation (`processors.days`)."""

from datetime import date as Day  # noqa: N812 — the class, beside the function `date`

from processors.days import HOME, local_time, zone_name
from processors.russian.months import OF_MONTHS
from schemas.types import Millis


def date(ts: Millis) -> str:
    """`21 ноября`."""
    at = local_time(ts)
    return f"{at.day}\u00a0{OF_MONTHS[at.month - 1]}"


def iso_date(text: str) -> str:
    """`2026-11-27` → `27 ноября`; what is no ISO date stays as it was said."""
    try:
        day = Day.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.day}\u00a0{OF_MONTHS[day.month - 1]}"


def length(duration_ms: int) -> str:
    """`1 ч 25 мин`, `1 ч`, `меньше минуты`; nothing where nobody knows."""
    hours, minutes = divmod(duration_ms // 60_000, 60)
    if duration_ms <= 0:
        return ""
    if hours:
        return f"{hours}\u00a0ч {minutes}\u00a0мин" if minutes else f"{hours}\u00a0ч"
    return f"{minutes}\u00a0мин" if minutes else "меньше минуты"


def clock(ts: Millis) -> str:
    """`14:05`."""
    return f"{local_time(ts):%H:%M}"


def moment(ts: Millis) -> str:
    """`21 ноября в 14:05`."""
    return f"{date(ts)} в\u00a0{clock(ts)}"


def place(at_ms: int) -> str:
    """Where in a recording: `02:15`, from an hour on `1:02:15`."""
    minutes, seconds = divmod(at_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def whose_clock() -> str:
    """What stands in brackets behind a time: `мск` only where it is Moscow's."""
    return "мск" if zone_name() == HOME else "местное время"
