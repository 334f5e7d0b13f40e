"""From offsets to what stands in the boxes of the flow: how much a minute, what is usual, what waits and for how long.

Pure: samples come in with their time. Words and not only colours say how it is.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from processors.days import HOUR_MS
from processors.russian.dates import length
from processors.russian.plural import decimal, whole
from schemas import topics
from schemas.traffic import FlowFigures, OpenHeap
from schemas.types import Millis
from streams.engine.mutes import Heap
from streams.web.flow_edges import EDGES, NODES
from streams.web.flow_nodes import Node

Place = tuple[str, int]
"""A topic, without the installation's prefix, and a partition."""
Tone = Literal["", "good", "warn", "bad"]

WINDOW_MS: Final = 60_000
STANDS_MS: Final[Mapping[str, Millis]] = {"transcribe": 30 * 60_000, "minutes": 30 * 60_000}
"""A meeting takes so long; everybody else stands after a minute without a step forward."""
USUALLY_MS: Final = 60_000
BEHIND: Final = 100
"""Records that may wait: a batch, not a lag."""
PATIENT: Final = frozenset({topics.PARKED.name, topics.IDENTITIES.name})
"""Their readers wait on purpose: until a source may go on, until a link is everywhere."""

SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "telegram": ("telegram",),
    "bitrix": ("bitrix",),
    "wms": ("wms", "folder", "moysklad"),
    "recordings": ("jibri", "jitsi"),
}
"""Boxes of sources to the first part of the names that their events have."""


class Sample(NamedTuple):
    """What Kafka said at a moment: where partitions end, and what the workers' groups have committed."""

    at: Millis
    ends: Mapping[Place, int]
    committed: Mapping[str, Mapping[Place, int]]


class Told(NamedTuple):
    """The lines of a box below its title. `full` is all of it in one sentence, for who does not see the picture."""

    now: str
    usual: str
    state: str
    tone: Tone

    @property
    def full(self) -> str:
        """The lines that there are."""
        return ", ".join(line for line in self[:3] if line)


@dataclass(slots=True)
class History:
    """The last minute of samples, and since when each reader has not moved although something waits for it."""

    samples: deque[Sample] = field(default_factory=deque)
    since: dict[tuple[str, Place], Millis] = field(default_factory=dict)

    def add(self, sample: Sample) -> None:
        """One more sample. A topic that was made anew begins anew."""
        before = self.samples[-1].committed if self.samples else {}
        for worker, offsets in sample.committed.items():
            for place, offset in offsets.items():
                waits = offset < sample.ends.get(place, 0)
                moved = before.get(worker, {}).get(place, offset) != offset
                if not waits:
                    self.since.pop((worker, place), None)
                elif moved or (worker, place) not in self.since:
                    self.since[worker, place] = sample.at
        self.samples.append(sample)
        while len(self.samples) > 2 and self.samples[1].at <= sample.at - WINDOW_MS:
            self.samples.popleft()

    @property
    def newest(self) -> Sample | None:
        """The last one."""
        return self.samples[-1] if self.samples else None

    def rate(self, names: frozenset[str]) -> float | None:
        """Records a minute that came on these topics; None while there is but one sample."""
        return self._rate(
            [sample.ends for sample in (self.samples[0], self.samples[-1])] if self.samples else [], names
        )

    def done(self, worker: str, names: frozenset[str]) -> float | None:
        """Records a minute that a worker has read of these topics."""
        first_last = (self.samples[0], self.samples[-1]) if self.samples else ()
        return self._rate([sample.committed.get(worker, {}) for sample in first_last], names)

    def _rate(self, counts: list[Mapping[Place, int]], names: frozenset[str]) -> float | None:
        if len(self.samples) < 2:
            return None
        first, last = counts
        grown = sum(max(0, end - first[at]) for at, end in last.items() if at[0] in names and at in first)
        return grown * 60_000 / max(1, self.samples[-1].at - self.samples[0].at)


def read_by(node: Node) -> frozenset[str]:
    """Topics that a worker's box reads."""
    return frozenset(edge.topic.name for edge in EDGES if edge.end == node.id)


class Behind(NamedTuple):
    """How much waits for a worker's box, and how long it has not moved at the place where it stands longest."""

    records: int
    still_ms: Millis


def behind(history: History, node: Node) -> Behind:
    """Of all that its box reads."""
    return behind_on(history, node.worker, read_by(node))


def behind_on(history: History, reader: str, names: frozenset[str]) -> Behind:
    """Of these topics, and only of what its group reads: tables that a worker reads whole have no lag."""
    sample = history.newest
    if sample is None:
        return Behind(0, 0)
    offsets = sample.committed.get(reader, {})
    waits = {at: sample.ends.get(at, 0) - max(0, offset) for at, offset in offsets.items() if at[0] in names}
    still = [
        sample.at - since
        for (worker, at), since in history.since.items()
        if worker == reader and at[0] in names - PATIENT
    ]
    records = sum(max(0, many) for at, many in waits.items() if at[0] not in PATIENT)
    return Behind(records, max(still, default=0))


def tell(history: History, figures: FlowFigures | None, muted: Collection[Heap] = ()) -> dict[str, Told]:
    """The lines of every box. `muted`: of these dead letters somebody knows."""
    return {node.id: told for node, told in _told(history, figures, muted)}


def _told(history: History, figures: FlowFigures | None, muted: Collection[Heap]) -> Iterator[tuple[Node, Told]]:
    for node in NODES:
        yield node, _of_worker(history, node) if node.worker else _of_topics(history, node, figures, muted)


def _of_worker(history: History, node: Node) -> Told:
    names = read_by(node)
    if history.newest is None or not any(at[0] in names for at in history.newest.committed.get(node.worker, {})):
        return Told("", "", "", "")
    records, still = behind(history, node)
    now = _a_minute(history.done(node.worker, names))
    if records and still >= STANDS_MS.get(node.worker, USUALLY_MS):
        return Told(now, f"ждут {short(records)}", f"стоит {rounded(still)}", "bad")
    if records >= BEHIND:
        return Told(now, f"ждут {short(records)}", "отстаёт", "warn")
    return Told(now, "", "успевает", "good")


def _of_topics(history: History, node: Node, figures: FlowFigures | None, muted: Collection[Heap]) -> Told:
    now = _a_minute(history.rate(frozenset(topic.name for topic in node.topics)))
    if figures is None:
        return Told(now, "", "", "")
    match node.id:
        case "dead":
            return Told(now, "", *_of_letters(figures.letters, muted))
        case "outbox" | "settled":
            things = sum(one.things for one in figures.waiting if (one.outlet == "telegram") == (node.id == "outbox"))
            return Told(now, "", *((f"ждут {short(things)}", "warn") if things else ("всё отдано", "good")))
        case "events":
            return Told(now, _usual(sum(figures.usual.values())), "", "")
        case source if source in SOURCES:
            kinds = SOURCES[source]
            return Told(now, _usual(sum(n for name, n in figures.usual.items() if name.split(":")[0] in kinds)), "", "")
        case _:
            return Told(now, "", "", "")


def _of_letters(heaps: Sequence[OpenHeap], muted: Collection[Heap]) -> tuple[str, Tone]:
    known = sum(heap.letters for heap in heaps if (heap.agent, heap.error_class) in muted)
    others = sum(heap.letters for heap in heaps) - known
    if others:
        return f"ждут {short(others)}", "bad"
    return (f"известны {short(known)}", "warn") if known else ("нет", "good")


def short(number: int) -> str:
    """As it fits a box: 1200, 43 тыс., 12 млн."""
    if number < 10_000:
        return whole(number)
    return f"{number // 1000}\u00a0тыс." if number < 1_000_000 else f"{number // 1_000_000}\u00a0млн"


def rounded(still_ms: Millis) -> str:
    """Minutes up to an hour, then hours."""
    return length(still_ms - still_ms % HOUR_MS if still_ms >= HOUR_MS else still_ms)


def of_day(node: Node, figures: FlowFigures | None) -> int | None:
    """How much there was in a box in the last 24 hours; None where the store does not count it."""
    if figures is None:
        return None
    match node.id:
        case "dead":
            return sum(one.records for one in figures.day if one.edge == "dead_letter")
        case "outbox" | "settled":
            people = node.id == "outbox"
            sent = [one for one in figures.day if one.edge == "delivery" and (one.name == "telegram") == people]
            return sum(one.records for one in sent)
        case "events":
            return sum(one.records for one in figures.day if one.edge == "event")
        case source if source in SOURCES:
            kinds = SOURCES[source]
            events = [one for one in figures.day if one.edge == "event" and one.name.split(":")[0] in kinds]
            return sum(one.records for one in events)
        case _:
            return None


def _a_minute(rate: float | None) -> str:
    if rate is None:
        return ""
    return f"{short(round(rate))} в мин" if rate >= 10_000 else f"{decimal(rate)} в минуту"


def _usual(rate: float) -> str:
    return f"обычно {decimal(rate)}" if rate else ""
