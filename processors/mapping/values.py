"""What stands in a field of somebody's data → text, pieces, a moment, yes or no. `Unfit` says in Russian why not."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal

from processors.wms_event import LATEST, MOST_PIECES
from schemas.types import Millis, Pieces

Decimal = Literal["", ",", "."]
"""Which sign stands before the fraction; empty: whichever is there, and what may be read in two ways is a fault."""

Sign = Literal["", "absolute", "negative"]
"""As it stands; without its sign; below zero, however it stands."""

LONGEST: Final = 40
"""Characters of a value that a fault shows."""

HUGE: Final = 10**40
"""More than any number that means something here."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_SPACES: Final = re.compile(r"\s+")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*\Z", re.ASCII)
_UNIX: Final = re.compile(r"\d{1,14}(?:\.\d{1,9})?\Z", re.ASCII)
_YES: Final = {"true": True, "1": True, "да": True, "yes": True, "false": False, "0": False, "нет": False, "no": False}


class Unfit(Exception):
    """A value that its field cannot have; the text says what may stand there."""


def shown(value: object) -> str:
    """A value in a sentence."""
    words = value if isinstance(value, str) else "очень большое число" if _is_huge(value) else str(value)
    return f"«{words[:LONGEST]}…»" if len(words) > LONGEST else f"«{words}»"


def _is_huge(value: object) -> bool:
    """Python refuses to write down an integer of thousands of digits."""
    return isinstance(value, int) and abs(value) > HUGE


def text(value: object) -> str:
    """Words, or a number as a person writes it: 1066 and not 1066.0."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value.strip()
        case int() if not _is_huge(value):
            return str(value)
        case int():
            raise Unfit("число слишком длинное")
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case datetime() | date():
            return value.isoformat()
    raise Unfit("нужен текст или число, а здесь список или объект")


def pieces(value: object, decimal: Decimal, sign: Sign) -> Pieces:
    """A whole number of pieces within the bounds of the contract."""
    match value:
        case bool():
            raise Unfit(f"нужно целое число штук, а здесь {shown(value)}")
        case int():
            count = value
        case float():
            if not math.isfinite(value) or not value.is_integer():
                raise Unfit(f"нужно целое число штук, а здесь {shown(value)}")
            count = int(value)
        case str():
            count = _parsed(value, decimal)
        case _:
            raise Unfit("нужно целое число штук, а здесь не число")
    if abs(count) > MOST_PIECES:
        raise Unfit(f"не больше 10 000 000 штук, а здесь {shown(value)}")
    match sign:
        case "":
            return count
        case "absolute":
            return abs(count)
        case "negative":
            return -abs(count)


def _parsed(value: str, decimal: Decimal) -> int:
    bare = _SPACES.sub("", value).replace("−", "-").replace("'", "")
    if not _NUMBER.match(bare) or len(bare) > LONGEST:
        raise Unfit(f"нужно целое число штук, а здесь {shown(value)}")
    point = decimal or _point(bare, value)
    whole, _, fraction = bare.replace("." if point == "," else ",", "").partition(point)
    if fraction.strip("0"):
        raise Unfit(f"нужно целое число штук, а здесь {shown(value)}")
    return int(whole)


def _point(bare: str, value: str) -> str:
    """The sign before the fraction. `1,000` is one in Russia and a thousand elsewhere: nobody may guess that."""
    signs = [sign for sign in ",." if sign in bare]
    if len(signs) == 2:
        return max(signs, key=bare.rindex)
    if not signs or bare.count(signs[0]) > 1:
        return "," if signs == ["."] else "."
    if len(bare) - bare.index(signs[0]) == 4:
        raise Unfit(
            f"{shown(value)} можно прочесть двояко: укажите в разметке decimal: «,» или «.» — знак перед дробной частью"
        )
    return signs[0]


Clock = Callable[[str], datetime]
"""Reads a moment; raises `ValueError`."""


def moment(value: object, formats: Sequence[str], clocks: Sequence[Clock], zone: tzinfo | None) -> Millis:
    """Milliseconds UTC. `formats` as in the mapping, `clocks` read those that are texts."""
    stamp: datetime | None = None
    match value:
        case datetime():
            stamp = value
        case date():
            stamp = datetime(value.year, value.month, value.day)  # noqa: DTZ001 — the zone is put to it below
        case bool():
            pass
        case int() | float():
            if "unix" in formats or "unix_ms" in formats:
                return _unix(value, 1 if "unix_ms" in formats else 1000)
        case str():
            stamp = _read(value.strip(), clocks)
            if stamp is None and ("unix" in formats or "unix_ms" in formats) and _UNIX.match(value.strip()):
                return _unix(float(value), 1 if "unix_ms" in formats else 1000)
    if stamp is None:
        raise Unfit(f"нужно время вида {', '.join(formats)}, а здесь {shown(value)}")
    if stamp.tzinfo is None:
        if zone is None:
            raise Unfit(
                f"в значении {shown(value)} нет часового пояса: укажите в разметке zone, например Europe/Moscow"
            )
        stamp = stamp.replace(tzinfo=zone)
    if not 1970 <= stamp.year <= 2100:
        raise Unfit(f"время должно быть между 1970 и 2100 годами, а здесь {shown(value)}")
    return _bounded((stamp - _EPOCH) // _MILLISECOND, value)


def _read(value: str, clocks: Sequence[Clock]) -> datetime | None:
    for clock in clocks:
        try:
            return clock(value)
        except (ValueError, OverflowError):
            continue
    return None


def _unix(value: float, factor: int) -> Millis:
    return _bounded(math.floor(value * factor) if abs(value) <= LATEST else -1, value)


def _bounded(millis: int, value: object) -> Millis:
    if not 0 <= millis <= LATEST:
        raise Unfit(f"время должно быть между 1970 и 2100 годами, а здесь {shown(value)}")
    return millis


def flag(value: object) -> bool:
    """Yes or no."""
    if isinstance(value, bool):
        return value
    known = _YES.get(text(value).casefold())
    if known is None:
        raise Unfit(f"нужно да или нет (true, false, 1, 0), а здесь {shown(value)}")
    return known
