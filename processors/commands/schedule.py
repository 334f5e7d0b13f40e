"""When an approved command runs: quiet hours, a reminder's time, and until when it may begin. Pure."""

from datetime import datetime
from typing import Final

from processors.days import DAY_MS, HOUR_MS, at_local, local
from schemas.command_defs import Definition
from schemas.commands import Command
from schemas.types import Millis

LOCAL_TIME: Final = "local-time"
"""The `format` of a param that is a time on the clock of the installation: `2026-11-30T10:00`."""
GRACE_MS: Final = HOUR_MS
"""How long after its time one that waited may still begin: something may have been down."""
REMINDER_GRACE_MS: Final = DAY_MS
"""A reminder that comes late is better than none."""

_UNITS: Final = {"m": 60_000, "h": HOUR_MS, "d": DAY_MS}


def ttl_ms(ttl: str) -> Millis:
    """Of a definition's `ttl`: "4h", "2d"."""
    return int(ttl[:-1]) * _UNITS[ttl[-1]]


def moment_of(text: object) -> Millis | None:
    """The time that `2026-11-30T10:00` means; None for anything else."""
    try:
        at = datetime.strptime(str(text), "%Y-%m-%dT%H:%M")  # noqa: DTZ007 — the wall's clock, `at_local` knows whose
    except ValueError:
        return None
    if not 1970 < at.year < 2100 or f"{at:%Y-%m-%dT%H:%M}" != text:
        return None
    of_day = (at.hour * 60 + at.minute) * 60_000
    return at_local(at.toordinal() - datetime(1970, 1, 1).toordinal(), of_day)  # noqa: DTZ001


def quiet_until(quiet_hours: str, at: Millis) -> Millis:
    """The end of the quiet hours ("21:00-09:00") that hold at this time; `at` itself where none do."""
    if not quiet_hours:
        return at
    start, end = (_of_day(one) for one in quiet_hours.split("-"))
    day, of_day = divmod(local(at), DAY_MS)
    quiet = start <= of_day < end if start <= end else of_day >= start or of_day < end
    if not quiet:
        return at
    return max(at, at_local(day if of_day < end else day + 1, end))


def _of_day(clock: str) -> int:
    hours, minutes = clock.split(":")
    return min((int(hours) * 60 + int(minutes)) * 60_000, DAY_MS)


def runs_at(command: Command, definition: Definition, approved_at: Millis) -> Millis:
    """When it runs: at once, at its reminder's time, or, where it leaves our own history, after the quiet hours."""
    if definition.handler.kind == "reminder.set":
        return max(moment_of(command.params.get("at")) or approved_at, approved_at)
    if definition.effect == "inward":
        return approved_at
    return quiet_until(definition.limits.quiet_hours, approved_at)


def begins_by(command: Command, definition: Definition | None, due_at: Millis) -> Millis:
    """Until when it may begin; `due_at` 0: it had nothing to wait for."""
    if not due_at:
        return command.expires_at
    reminder = definition is not None and definition.handler.kind == "reminder.set"
    return max(command.expires_at, due_at + (REMINDER_GRACE_MS if reminder else GRACE_MS))
