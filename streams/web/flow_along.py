"""What goes along an arrow of the flow: records a minute, and what waits at its end, in words. Pure.

Into a queue: what comes from all who write it, once for a queue, for Kafka does not say whose a record is. Out of a
queue: what this reader has read of it, and what waits for him.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from processors.russian.plural import decimal
from streams.web.flow_edges import BY_ID, EDGES, drawn
from streams.web.flow_figures import BEHIND, STANDS_MS, USUALLY_MS, History, Told, Tone, behind_on, rounded, short

Pair = tuple[str, str]
"""Two boxes with an arrow between them."""

TOPICS: Final[Mapping[Pair, frozenset[str]]] = {
    pair: frozenset(edge.topic.name for edge in EDGES if (edge.start, edge.end) == pair) for pair in drawn()
}


def _filled_by() -> Iterator[Pair]:
    """The arrow into each queue that has its figure: from the column before it, where there is one."""
    queues = dict.fromkeys(end for _, end in TOPICS if not BY_ID[end].worker)
    for queue in queues:
        into = [pair for pair in TOPICS if pair[1] == queue]
        yield min(into, key=lambda pair: BY_ID[pair[0]].column + 1 != BY_ID[queue].column)


FILLED_BY: Final = frozenset(_filled_by())


FIGURED: Final = FILLED_BY | {pair for pair in TOPICS if BY_ID[pair[1]].worker}
"""Arrows that may have a figure."""


class Along(NamedTuple):
    """Beside an arrow. `now`: records a minute, as a number; `state`: what is wrong, in two words, or two empty ones;
    `full`: all of it in one phrase, for who does not see the picture."""

    now: str
    state: tuple[str, str]
    tone: Tone
    full: str


NOTHING: Final = Along("", ("", ""), "", "")


def key_of(pair: Pair) -> str:
    """`wms>parse`."""
    return ">".join(pair)


def along(history: History, told: Mapping[str, Told]) -> dict[Pair, Along]:
    """Of every arrow; `told` are the lines of the boxes."""
    return {pair: _along(history, pair, names, told) for pair, names in TOPICS.items()}


def _along(history: History, pair: Pair, names: frozenset[str], told: Mapping[str, Told]) -> Along:
    end = pair[1]
    if not BY_ID[end].worker:
        if pair not in FILLED_BY:
            return NOTHING
        rate, box = history.rate(frozenset(topic.name for topic in BY_ID[end].topics)), told[end]
        return Along(_number(rate), ("", ""), "", ", ".join(line for line in (box.now, box.usual) if line))
    reader = BY_ID[end].worker
    committed = history.newest.committed.get(reader, {}) if history.newest else {}
    if not any(place[0] in names for place in committed):
        return NOTHING
    rate, (records, still) = history.done(reader, names), behind_on(history, reader, names)
    state, tone = _state(records, still, reader)
    read = f"читает {_number(rate)} в минуту" if rate is not None else ""
    waits = f"ждут {short(records)}" if records else ""
    stands = " ".join(state) if tone == "bad" else ""
    return Along(_number(rate), state, tone, ", ".join(filter(None, (read, waits, stands))))


def _state(records: int, still: int, reader: str) -> tuple[tuple[str, str], Tone]:
    if records and still >= STANDS_MS.get(reader, USUALLY_MS):
        return ("стоит", rounded(still)), "bad"
    if records >= BEHIND:
        return ("ждут", short(records)), "warn"
    return ("", ""), "good"


def _number(rate: float | None) -> str:
    if rate is None:
        return ""
    return short(round(rate)) if rate >= 10 else decimal(rate)
