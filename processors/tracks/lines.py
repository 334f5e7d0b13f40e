"""Connections and sources of a meeting on one line of wall-clock time: who is who, and what nobody kept. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from schemas.types import Millis

MOST_SHARE, MOST_MS = 0.02, 10_000
"""Tracks with more gaps than this share of the meeting, or a longer one, are not the whole meeting."""
LEAST_MS = 1000
"""A shorter loss is noise of the line: the decoder covers a packet, and a word survives some."""
TOUCH_MS = 2000
"""So much may one source of a participant overlap the former one: clocks of two connections differ by as much."""
NAMELESS = "Участник"
_NUMBERED: Final = re.compile(r" \(\d+\)\Z")


class Span(NamedTuple):
    """[since, until), ms."""

    since: Millis
    until: Millis

    @property
    def length(self) -> int:
        return self.until - self.since


class Source(NamedTuple):
    """One tag of a connection: whose it is, and from when to when there is sound (wall clock, ms)."""

    since: Millis
    until: Millis
    connection: str
    tag: str
    endpoint: str


class Line(NamedTuple):
    """A track of the file: its title and its sources in order, no two of them at once."""

    title: str
    sources: list[Source]


def joined(spans: Iterable[Span]) -> list[Span]:
    """In order; those that touch are one."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.length <= 0:
            continue
        if found and span.since <= found[-1].until:
            found[-1] = Span(found[-1].since, max(found[-1].until, span.until))
        else:
            found.append(span)
    return found


def gaps(connections: Iterable[Span], told: Iterable[Span], lost: Iterable[Span]) -> list[Span]:
    """Where nobody kept the sound, all of it or somebody's: between connections, where the entrance says so, and where
    packets were lost for at least `LEAST_MS`."""
    up = joined(connections)
    between = [Span(one.until, other.since) for one, other in pairwise(up)]
    if not up:
        return []
    inside = [Span(max(span.since, up[0].since), min(span.until, up[-1].until)) for span in [*told, *lost]]
    return [span for span in joined([*between, *inside]) if span.length >= LEAST_MS]


def tail(connections: Iterable[Span], ended_at: Millis, over_at: Millis) -> list[Span]:
    """What was said behind the last sound: the meeting went on to `over_at`, and no bridge came back. None of it where
    the bridge itself ended the session (`ended_at`), as a person's stop of the recording does."""
    up = joined(connections)
    last = up[-1].until if up else over_at
    if ended_at > last - TOUCH_MS or over_at - last < LEAST_MS:
        return []
    return [Span(last, over_at)]


def is_whole(missing: Sequence[tuple[int, int]], duration_ms: int) -> bool:
    """Whether tracks with these gaps are as good as the meeting itself."""
    lengths = [until - since for since, until in missing]
    return sum(lengths) <= MOST_SHARE * duration_ms and max(lengths, default=0) <= MOST_MS


def lines(
    sources: Iterable[Source],
    names: Mapping[str, str],
    present: Mapping[str, Span] | None = None,
    excluded: Iterable[str] = (),
) -> list[Line]:
    """A line for each person, in order of their first sound. `present`: when an endpoint was in the room.

    Endpoints with one name are one person who came again where they were not there at the same time, else two: «Анна»
    and «Анна (2)». Whoever `excluded` names, or is called as he is, has no line. Sources of one person that go at once
    (a voice, and the sound of a film that is shown) are lines of their own.
    """
    barred = set(excluded)
    called = {name for one in barred if (name := plain(names.get(one, "")))}
    by_name: dict[str, list[Source]] = defaultdict(list)
    nameless: dict[str, str] = {}
    for source in sorted(sources):
        name = names.get(source.endpoint, "").strip()
        if source.endpoint in barred or (name and plain(name) in called):
            continue
        if not name:
            name = nameless.setdefault(source.endpoint, f"{NAMELESS} {len(nameless) + 1}")
        by_name[name].append(source)
    found: list[Line] = []
    for name, mine in by_name.items():
        lanes = [lane for person in _people(mine, present or {}) for lane in _lanes(person)]
        found += [Line(name if at == 1 else f"{name} ({at})", lane) for at, lane in enumerate(lanes, start=1)]
    return sorted(found, key=lambda line: (line.sources[0].since, line.title))


def name_of(title: str) -> str:
    """Whose line it is, by its title: also of «Анна (2)»."""
    return _NUMBERED.sub("", title)


def plain(name: str) -> str:
    """As names are compared."""
    return " ".join(name.casefold().split())


def _people(sources: Sequence[Source], present: Mapping[str, Span]) -> list[list[Source]]:
    """Sources of one name by person: an endpoint goes to whoever had left before it came."""
    there: dict[str, Span] = {}
    for source in sources:
        told = present.get(source.endpoint) or there.get(source.endpoint) or Span(source.since, source.until)
        there[source.endpoint] = Span(min(told.since, source.since), max(told.until, source.until))
    people: list[list[str]] = []
    for endpoint in sorted(there, key=lambda one: (there[one], one)):
        before = there[endpoint].since + TOUCH_MS
        person = next((one for one in people if all(there[each].until <= before for each in one)), None)
        if person is None:
            people.append(person := [])
        person.append(endpoint)
    return [[source for source in sources if source.endpoint in person] for person in people]


def _lanes(sources: Sequence[Source]) -> list[list[Source]]:
    """Each source behind one that has ended before it begins, or nearly so."""
    lanes: list[list[Source]] = []
    for source in sources:
        lane = next((lane for lane in lanes if max(one.until for one in lane) <= source.since + TOUCH_MS), None)
        if lane is None:
            lanes.append(lane := [])
        lane.append(source)
    return lanes
