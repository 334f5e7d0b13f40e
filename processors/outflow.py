"""A client's outflow over the last days, against his own: what is reserved, picked and shipped.

The same goods are reserved, then picked, then shipped, and a warehouse system may send any of the three. So over every
span the *largest* of the three counts, never their sum: `taken` with reservations, `moved` without.
Cost: O(1) an event; what stands before a day is summed once a day (`Window`).
"""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from operator import sub
from typing import Final, NamedTuple, TypeAlias

import msgspec

from schemas.types import LocalDay

SPANS: Final = (1, 3, 7, 14)
"""Days looked back at, today among them."""

BROUGHT: Final = (1, 2, 5, 14)
"""Days of the spans in which goods come to replace what was taken: what came before it was what could be taken."""

HISTORY_DAYS: Final = 84
TRIM: Final = 3.0
"""A day counts in the trimmed sums up to so many mean active days: one large order is no run of large days."""

Moved: TypeAlias = tuple[int, int, int]
"""Pieces reserved (net of what was taken back), picked, shipped."""


class Told(msgspec.Struct, array_like=True):
    """A day's pieces with a told purpose: withdrawn by the client himself; of `processors.stock.BENIGN` ones."""

    withdrawn: Moved = (0, 0, 0)
    benign: Moved = (0, 0, 0)


class Window(msgspec.Struct, array_like=True):
    """What stands before `day`, in pieces.

    `sums` per span of SPANS: reserved, picked, shipped on its days before `day`, and brought in on those of BROUGHT.
    The rest is by the fullest of the three (`flow`: 0 reserved, 1 picked, 2 shipped): `mean` a day and `worst` per span
    over 84 days; with days cut to `cap`, `run` of the spans before `day` and `worst_run` of the history; the `biggest`
    day of the spans. `days` is how long the client is known.
    """

    day: LocalDay
    sums: list[tuple[int, int, int, int]]
    flow: int
    days: int
    mean: float
    worst: list[int]
    cap: float
    run: list[float]
    worst_run: list[float]
    biggest: list[int]


class Span(NamedTuple):
    """Pieces of the last `days`: `taken` reserved or moved, `moved` off the shelves, `inbound` meanwhile.

    `usual` and `worst` are the client's own for so many days. `run` and `worst_run` are the same with large days cut,
    `biggest` is the largest day.
    """

    days: int
    taken: int
    moved: int
    inbound: int
    usual: float
    worst: int
    run: float
    worst_run: float
    biggest: int
    withdrawn: int


def spans(window: Window, told: Mapping[LocalDay, Told], now: Moved, inbound: int) -> list[Span]:
    """The spans of SPANS with today's pieces so far: `now` (reserved, picked, shipped) and `inbound`."""
    found = []
    flow = now[window.flow]
    if today := told.get(window.day):
        flow = max(0, flow - max(today.benign))
    for n, days in enumerate(SPANS):
        reserved, picked, shipped, came = window.sums[n]
        moved = max(picked + now[1], shipped + now[2], 0)
        taken = max(reserved + now[0], moved)
        withdrawn = 0
        recent = [figures for day, figures in told.items() if window.day - days < day <= window.day]
        if recent:
            withdrawn = _largest([one.withdrawn for one in recent])
            taken = max(0, taken - _largest([one.benign for one in recent]))
        found.append(
            Span(
                days=days,
                taken=taken,
                moved=moved,
                inbound=came + inbound,
                usual=window.mean * days,
                worst=window.worst[n],
                run=window.run[n] + min(flow, window.cap),
                worst_run=window.worst_run[n],
                biggest=max(window.biggest[n], flow),
                withdrawn=min(withdrawn, taken),
            )
        )
    return found


def window(day: LocalDay, known_days: int, moved: Sequence[Sequence[int]], inbound: Sequence[int]) -> Window:
    """Of the 84 + 14 days before `day`, oldest first: `moved` are the pieces reserved, picked and shipped on each,
    `inbound` those brought in."""
    reserved, picked, shipped = ([sum(each[len(each) - span + 1 :]) for span in SPANS] for each in moved)
    came = [sum(inbound[len(inbound) - brought + 1 :]) for brought in BROUGHT]
    totals = [sum(each) for each in moved]
    flow = totals.index(max(totals))
    flows = [pieces if pieces > 0 else 0 for pieces in moved[flow]]
    history = flows[-HISTORY_DAYS:]
    active = [pieces for pieces in history if pieces]
    cap = TRIM * sum(active) / len(active) if active else 0.0
    large = max(flows, default=0) > cap
    trimmed = [pieces if pieces < cap else cap for pieces in flows] if large else flows
    worst = _worst(flows)
    recent = [flows[len(flows) - span + 1 :] for span in SPANS]
    return Window(
        day=day,
        sums=list(zip(reserved, picked, shipped, came, strict=True)),
        flow=flow,
        days=known_days,
        mean=sum(history) / max(1, min(HISTORY_DAYS, known_days)),
        worst=[int(most) for most in worst],
        cap=cap,
        run=[float(sum(trimmed[len(trimmed) - span + 1 :])) for span in SPANS],
        worst_run=_worst(trimmed) if large else worst,
        biggest=[max(last, default=0) for last in recent],
    )


def _worst(flows: Sequence[float]) -> list[float]:
    """Per span of SPANS the largest sum of so many days in a row, among those before the last `span` - 1: these are
    still going on."""
    upto = list(accumulate(flows, initial=0.0))
    ended = len(upto) + 1
    return [max(map(sub, upto[span : ended - span], upto), default=0.0) for span in SPANS]


def _largest(moved: Sequence[Moved]) -> int:
    return max(0, *(sum(one[n] for one in moved) for n in range(3)))
