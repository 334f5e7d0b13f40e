"""Sources of a meeting → lines of the file: each packet at its place, a short loss filled with silence. Blocking."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from processors.tracks.lines import Line, Source, Span, gaps, lines, name_of, plain, tail
from processors.tracks.packets import FRAME, Table, apart, lost, without
from schemas.types import Millis
from streams.tracks.spool import Sound, SourceKey

PER_MS = 48
FILLED = 6 * FRAME
"""Ticks: so short a loss becomes silence packets. Decoders go on without a word where less than 100 ms are missing, and
then all that follows is early."""

PLACED = np.dtype([("pts", "<i8"), ("at", "<i8"), ("size", "<u2"), ("length", "<u2")])
"""A packet of a line: `pts` in ticks from the file's start; one of `size` 0 is silence."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """`titles` of the lines, whose packets are in `Sound.lane` of the same number; `occupants`: all who are called so.
    `gaps` in ms from the start, the last one may be behind the sound."""

    started_at: Millis
    duration_ms: int
    titles: list[str]
    people: list[str]
    occupants: list[list[str]]
    gaps: list[Span]


def arrange(
    sound: Sound, names: Mapping[str, str], present: Mapping[str, Span], excluded: Iterable[str], over_at: Millis
) -> Arranged | None:
    """None where nobody can be heard. `over_at`: when the room said that all have left, 0 where it did not."""
    connections = sound.connections()
    spans = {key: span for key in sorted(sound.sources) if (span := _span(sound, key, sound.table(sound.sources[key])))}
    sources = [Source(span.since, span.until, key.connection, key.tag, key.endpoint) for key, span in spans.items()]
    found = lines(_without_twins(sound, sources), names, present, excluded)
    if not found:
        return None
    origin = min(span.since for span in connections.values())
    losses: list[Span] = []
    until = 0
    for number, line in enumerate(found):
        placed, holes = _lay(sound, line, sources, origin)
        np.save(sound.lane(number), placed)
        losses += holes
        until = max(until, int(placed["pts"][-1] + placed["length"][-1]))
    missing = [gap for gap in gaps(connections.values(), sound.gaps, losses) if gap.since < origin + until // PER_MS]
    missing += tail(connections.values(), sound.ended_at, over_at)
    return Arranged(
        started_at=origin,
        duration_ms=until // PER_MS,
        titles=[line.title for line in found],
        people=list(dict.fromkeys(name for line in found if (name := names.get(line.sources[0].endpoint, "").strip()))),
        occupants=_occupants(found),
        gaps=[Span(gap.since - origin, gap.until - origin) for gap in missing],
    )


def _occupants(found: Iterable[Line]) -> list[list[str]]:
    called: dict[str, set[str]] = defaultdict(set)
    for line in found:
        called[plain(name_of(line.title))].update(source.endpoint for source in line.sources)
    return [sorted(called[plain(name_of(line.title))]) for line in found]


def _span(sound: Sound, key: SourceKey, table: Table) -> Span | None:
    if not len(table):
        return None
    zero = sound.zeros[key.connection]
    return Span(zero + int(table["ts"][0]) // PER_MS, zero + int(table["ts"][-1] + table["length"][-1]) // PER_MS)


def _without_twins(sound: Sound, sources: list[Source]) -> list[Source]:
    """Sources that have something of their own: two connections at once may carry the same."""
    return [source for source in sources if len(_own(sound, source, sources))]


def _own(sound: Sound, source: Source, sources: Iterable[Source]) -> Table:
    """The source's packets without those that an earlier connection has, too."""
    others = [
        sound.table(sound.sources[SourceKey(other.connection, other.tag, other.endpoint)])
        for other in sources
        if other.endpoint == source.endpoint and other.connection != source.connection
        if other < source and other.until >= source.since
    ]
    return without(sound.table(sound.sources[SourceKey(source.connection, source.tag, source.endpoint)]), others)


def _lay(sound: Sound, line: Line, sources: list[Source], origin: Millis) -> tuple[npt.NDArray[np.void], list[Span]]:
    """The line's packets in order, and what was lost of them (wall clock)."""
    parts: list[npt.NDArray[np.void]] = []
    losses: list[Span] = []
    for source in line.sources:
        table = _own(sound, source, sources)
        shift = (sound.zeros[source.connection] - origin) * PER_MS
        gone = lost(table)
        part = _placed(table, shift)
        short = np.flatnonzero((gone >= FRAME // 2) & (gone <= FILLED))
        parts += [part, *_silence(part, short, gone)]
        ends = part["pts"] + part["length"]
        losses += [
            Span(origin + int(ends[at]) // PER_MS, origin + int(ends[at] + gone[at]) // PER_MS)
            for at in np.flatnonzero(gone > FILLED)
        ]
    whole = np.concatenate(parts)
    whole = whole[np.argsort(whole["pts"], kind="stable")]
    whole["pts"] = apart(np.maximum(whole["pts"], 0), whole["length"].astype(np.int64))
    return whole, losses


def _placed(table: Table, shift: int) -> npt.NDArray[np.void]:
    part = np.zeros(len(table), PLACED)
    for name in ("at", "size", "length"):
        part[name] = table[name]
    part["pts"] = table["ts"] + shift
    return part


def _silence(
    part: npt.NDArray[np.void], places: npt.NDArray[np.int64], gone: npt.NDArray[np.int64]
) -> list[npt.NDArray[np.void]]:
    """Packets of silence behind the packets at these places, as many as were lost."""
    found = []
    for at in places:
        count = round(int(gone[at]) / FRAME)
        filled = np.zeros(count, PLACED)
        filled["pts"] = part["pts"][at] + part["length"][at] + FRAME * np.arange(count)
        filled["length"] = FRAME
        found.append(filled)
    return found
