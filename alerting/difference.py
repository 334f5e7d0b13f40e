"""Two tellings of the same time held against each other: what rang then, and what would ring by other rules. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from schemas.alerts import RULES
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis

SAME_MS = 3 * DAY_MS
"""Two rings of one rule for one client within so long are the same: another threshold says it earlier or later."""

ALL = "all"


class Ring(NamedTuple):
    """A message to a curator, or a part of one."""

    lead_id: LeadId
    rule: str
    ts: Millis
    severity: str


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A ring then and now; None where there was, or would be, none. Times in ms UTC."""

    lead_id: LeadId
    rule: str
    severity: str
    then: Millis | None
    now: Millis | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one rule, or of `ALL`."""

    rule: str
    then: int
    now: int
    both: int
    gone: int
    new: int


def pairs(then: Iterable[Ring], now: Iterable[Ring]) -> Sequence[Pair]:
    """Every ring once, in the order of time. Of a client and rule, those of one moment belong together; then, in their
    order, those within `SAME_MS`.
    """
    sides: dict[tuple[LeadId, str], tuple[list[Ring], list[Ring]]] = defaultdict(lambda: ([], []))
    for side, rings in enumerate((then, now)):
        for ring in rings:
            sides[ring.lead_id, ring.rule][side].append(ring)
    found = [
        pair
        for first, second in sides.values()
        for pair in (*_at_once(first, second), *_near(sorted(first, key=_ts), sorted(second, key=_ts)))
    ]
    return sorted(found, key=lambda pair: (pair.then if pair.now is None else pair.now, pair.lead_id, pair.rule))


def rows(found: Iterable[Pair]) -> Sequence[Row]:
    """A row a rule that rang on either side, then `ALL`."""
    by_rule: dict[str, list[Pair]] = defaultdict(list)
    for pair in found:
        by_rule[pair.rule].append(pair)
        by_rule[ALL].append(pair)
    return [_row(rule, by_rule[rule]) for rule in (*RULES, ALL) if rule in by_rule]


def _row(rule: str, found: Sequence[Pair]) -> Row:
    gone, new = sum(pair.now is None for pair in found), sum(pair.then is None for pair in found)
    both = len(found) - gone - new
    return Row(rule=rule, then=both + gone, now=both + new, both=both, gone=gone, new=new)


def _at_once(then: list[Ring], now: list[Ring]) -> Iterable[Pair]:
    """Those of one moment; they are taken out of both lists."""
    for ts in (Counter(map(_ts, then)) & Counter(map(_ts, now))).elements():
        first, second = (next(ring for ring in side if ring.ts == ts) for side in (then, now))
        then.remove(first)
        now.remove(second)
        yield _pair(second, ts, ts)


def _near(then: Sequence[Ring], now: Sequence[Ring]) -> Iterable[Pair]:
    first, second = 0, 0
    while first < len(then) and second < len(now):
        apart = now[second].ts - then[first].ts
        if abs(apart) <= SAME_MS:
            yield _pair(now[second], then[first].ts, now[second].ts)
            first, second = first + 1, second + 1
        elif apart > 0:
            yield _pair(then[first], then[first].ts, None)
            first += 1
        else:
            yield _pair(now[second], None, now[second].ts)
            second += 1
    yield from (_pair(ring, ring.ts, None) for ring in then[first:])
    yield from (_pair(ring, None, ring.ts) for ring in now[second:])


def _pair(ring: Ring, then: Millis | None, now: Millis | None) -> Pair:
    return Pair(lead_id=ring.lead_id, rule=ring.rule, severity=ring.severity, then=then, now=now)


def _ts(ring: Ring) -> Millis:
    return ring.ts
