"""Times and numbers as a list has room for them."""

from processors.days import DAY_MS, HOUR_MS, local_day, local_time
from processors.russian.dates import clock, date
from processors.russian.plural import DAYS, count, whole
from schemas.types import Millis

MINUTE_MS = 60_000
RECENT_DAYS = 14


def ago(ts: Millis, now: Millis) -> str:
    """`5 мин назад`, `3 ч назад`, `вчера`, `6 дней назад`, an older time by its date. Nothing of 0."""
    past = max(0, now - ts)
    if not ts:
        return ""
    if past < HOUR_MS:
        return f"{past // MINUTE_MS}\u00a0мин\u00a0назад"
    if past < DAY_MS:
        return f"{past // HOUR_MS}\u00a0ч\u00a0назад"
    days = local_day(now) - local_day(ts)
    if days == 1:
        return "вчера"
    return f"{count(days, DAYS)}\u00a0назад" if days <= RECENT_DAYS else short_date(ts, now)


def short_date(ts: Millis, now: Millis) -> str:
    """`12.03`, of another year `12.03.25`."""
    at = local_time(ts)
    return f"{at:%d.%m}" if at.year == local_time(now).year else f"{at:%d.%m.%y}"


def heading(ts: Millis, now: Millis) -> str:
    """The day over its rows: `Сегодня, 21 ноября`; of another year with it."""
    days, at = local_day(now) - local_day(ts), local_time(ts)
    year = "" if at.year == local_time(now).year else f" {at.year}"
    name = {0: "Сегодня, ", 1: "Вчера, "}.get(days, "")
    return f"{name}{date(ts)}{year}"


def when(ts: Millis, now: Millis) -> str:
    """`14:02` of today, else `12.03 14:02`."""
    return clock(ts) if local_day(ts) == local_day(now) else f"{short_date(ts, now)} {clock(ts)}"


def change(value: float, usual: float | None) -> str:
    """`обычно 410, −38 %`; the share is left out where it says little, and all of it where nothing is usual."""
    if usual is None or usual <= 0:
        return "обычного ещё нет" if usual is None else "обычно 0"
    share = round(100 * (value - usual) / usual)
    said = f"обычно {whole(round(usual))}"
    if value >= 3 * usual:
        return f"{said}, в {_times(value / usual)} раза больше" if value / usual < 5 else f"{said}, намного больше"
    return said if abs(share) < 10 else f"{said}, {'+' if share > 0 else '−'}{abs(share)}\u00a0%"


def _times(share: float) -> str:
    return f"{share:.1f}".replace(".", ",")
