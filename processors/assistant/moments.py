"""When a line wants something: a day, an hour, how long from now; on the clock of the installation. Pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from processors.assistant.tokens import Token
from processors.days import HOUR_MS, at_local, local_day, local_day_of, local_time
from processors.minutes import resolve, times
from processors.russian.dates import clock, moment
from processors.russian.dates import date as day_of
from processors.russian.numerals import numbers
from schemas.types import LocalDay, Millis

MORNING_H: Final = 10
"""When somebody is reminded who named no hour: people are at work, and not in their first rush."""
EVENING_H: Final = 17
"""The same of "today"."""
OPENS_H: Final = 9
CLOSES_H: Final = 18
MINUTE_MS: Final = 60_000

_HOUR: Final = re.compile(
    r"(?<!\S)(?:в|во|к|ко|после|до|часам к) (?P<h>\d{1,2})(?::(?P<m>[0-5]\d))?(?: час\w*)?(?P<part> утра| дня| вечера)?"
    r"(?! \w*(?:бр[яь]|рта|рел|мая|юн[яь]|юл[яь]|вгуст|нвар|врал|числ|мин|дн|раз|шт|короб|проц|руб|тыс))"
    r"(?![.°\d])(?!\S)"
)
_CLOCK: Final = re.compile(r"(?<!\S)(?P<h>\d{1,2}):(?P<m>[0-5]\d)(?!\S)")
_LATER: Final = re.compile(
    r"(?<!\S)через (?:(?P<half>полчаса)|(?P<more>полтора часа)|(?:(?P<n>\d{1,3})(?P<and>[.,]5| с половиной)? )?"
    r"(?P<unit>минут|час)\w*)(?!\S)"
)
_PARTS: Final = (
    (re.compile(r"(?<!\S)(?:утром|с утра|к утру|утречком)(?!\S)"), 10),
    (re.compile(r"(?<!\S)(?:после обеда|днем)(?!\S)"), 15),
    (re.compile(r"(?<!\S)(?:в обед|к обеду|до обеда)(?!\S)"), 12),
    (re.compile(r"(?<!\S)(?:вечером|к вечеру|до вечера)(?!\S)"), 18),
    (re.compile(r"(?<!\S)(?:в|до|к) конц\w+ (?:рабочего )?дня(?!\S)"), 17),
)
_NEXT_WEEK: Final = re.compile(r"(?<!\S)на (?:следующей|той|будущей) неделе(?!\S)")
_BARE: Final = re.compile(
    r"(?<!\S)(?:понедельник|вторник|сред[ау]|четверг|пятниц[ау]|суббот[ау]|воскресенье|\d{1,2}\.\d{1,2})(?!\S)"
)
"""As days are named without a preposition."""


class Moment(NamedTuple):
    """A time (ms UTC), and the tokens that name it. `hour`: an hour was named, too."""

    at: Millis
    taken: frozenset[int]
    hour: bool

    @property
    def day(self) -> date:
        """On the local calendar."""
        return local_time(self.at).date()


def moment_of(said: Sequence[Token], now: Millis) -> Moment | None:
    """The time that a line names; None where it names none, or none that anybody can know. Never raises."""
    said = [token._replace(word="2") if token.word == "пару" else token for token in said]
    text, places = _line(said)
    if later := _LATER.search(text):
        unit = 60 if later["unit"] == "час" else 1
        minutes = int(later["n"] or 1) * unit + (unit // 2 if later["and"] else 0)
        minutes = 30 if later["half"] else 90 if later["more"] else minutes
        return Moment(now + minutes * MINUTE_MS, _taken(places, later), hour=True)
    taken: set[int] = set()
    day = _day(said, text, places, now, taken)
    hour = _hour(text, places, taken, named=day is not None)
    if day is None and hour is None:
        return None
    today = local_day(now)
    if day is None:
        day = today if at_local(today, hour or 0) > now else today + 1
    if hour is not None:
        return Moment(at_local(day, hour), frozenset(taken), hour=True)
    at = at_local(day, (EVENING_H if day == today else MORNING_H) * HOUR_MS)
    return Moment(at if at > now else now + HOUR_MS, frozenset(taken), hour=False)


def next_working(at: Millis) -> Millis:
    """The same hour of the next day that is neither Saturday nor Sunday; itself where it is none of them."""
    day, here = local_day(at), local_time(at)
    of_day = (here.hour * 60 + here.minute) * MINUTE_MS
    shift = {5: 2, 6: 1}.get(here.weekday(), 0)
    return at_local(day + shift, of_day) if shift else at


def morning_of(day: LocalDay) -> Millis:
    """When people are reminded on a day."""
    return at_local(day, MORNING_H * HOUR_MS)


def in_office(at: Millis) -> Millis:
    """The same time where somebody works then; else the next working morning."""
    hour = local_time(at).hour
    morning = morning_of(local_day(at) + (1 if hour >= CLOSES_H else 0))
    return next_working(at if OPENS_H <= hour < CLOSES_H and next_working(at) == at else morning)


def told(at: Millis, now: Millis) -> str:
    """`сегодня в 15:00`, `завтра в 10:00`, `27 ноября в 10:00`."""
    match local_day(at) - local_day(now):
        case 0:
            return f"сегодня в\u00a0{clock(at)}"
        case 1:
            return f"завтра в\u00a0{clock(at)}"
    return moment(at)


def day_told(at: Millis, now: Millis) -> str:
    """The same without the hour."""
    return {0: "сегодня", 1: "завтра"}.get(local_day(at) - local_day(now), day_of(at))


def _day(said: Sequence[Token], text: str, places: list[int], now: Millis, taken: set[int]) -> LocalDay | None:
    words = [token.word for token in said]
    for due in times(words):
        found = resolve([due], local_day(now))
        if found is not None and due.rule.rank == 0:
            taken.update(range(due.first, due.last + 1))
            return local_day_of(date.fromisoformat(found))
    today = local_time(now).date()
    if week := _NEXT_WEEK.search(text):
        taken |= _taken(places, week)
        return local_day_of(today + timedelta(days=7 - today.weekday()))
    if bare := _BARE.search(text):
        found = resolve(times(["в", bare[0]]), local_day(now))
        taken |= _taken(places, bare)
        return local_day_of(date.fromisoformat(found)) if found else None
    return None


def _hour(text: str, places: list[int], taken: set[int], *, named: bool) -> int | None:
    """Ms from midnight. "после 18" alone is an hour of somebody's habits, and a day beside it makes it one of ours."""
    for pattern in (_HOUR, _CLOCK):
        for found in pattern.finditer(text):
            hour = int(found["h"])
            part = (found.groupdict().get("part") or "").strip()
            hour += 12 if hour < 12 and part in ("дня", "вечера") else 0
            hour += 12 if not part and not found["m"] and 1 <= hour <= 7 else 0  # "в 3" is said of the afternoon
            spot = _taken(places, found)
            if hour < 24 and not spot <= taken:
                taken |= spot
                return (hour * 60 + int(found["m"] or 0)) * MINUTE_MS
    for pattern, hour in _PARTS:
        if part_of := pattern.search(text):
            taken |= _taken(places, part_of)
            return hour * HOUR_MS
    return None


def _line(said: Sequence[Token]) -> tuple[str, list[int]]:
    """The words with numbers in digits, parted by one blank, and the token behind each character."""
    spelt = {number.first: number for number in numbers([token.word for token in said])}
    text, places, at = "", [], 0
    while at < len(said):
        word, last = said[at].word, at
        number = spelt.get(at)
        if number is not None and not any(sign in word for sign in ":.,"):
            word, last = f"{number.value:.0f}" + ("°" if number.ordinal else ""), number.last
        text += word + " "
        places += [at] * (len(word) + 1)
        at = last + 1
    return text.rstrip(), places


def _taken(places: list[int], found: re.Match[str]) -> frozenset[int]:
    return frozenset(range(places[found.start()], places[found.end() - 1] + 1))
