"""The way of an event as boxes and arrows: what makes a box, and what goes from one to another. Pure.

Arrows are not written down here: they follow from `schemas.flows`, which a test compares with what the workers really
consume and send. A worker that does two things (`pipeline` reads records, and finds signals) is two boxes.
"""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Final, NamedTuple

from schemas import topics
from schemas.flows import FLOWS
from schemas.topics import TopicSpec
from streams.web.flow_nodes import WORKERS, Node
from streams.web.flow_topics import TOPICS


class Edge(NamedTuple):
    """From a box to another, by this topic."""

    start: str
    end: str
    topic: TopicSpec


NODES: Final = tuple(sorted((*WORKERS, *TOPICS), key=attrgetter("column", "lane")))
"""All boxes, from left to right."""

BY_ID: Final[Mapping[str, Node]] = {node.id: node for node in NODES}
OF_TOPIC: Final[Mapping[str, Node]] = {topic.name: node for node in NODES for topic in node.topics}
ASIDE: Final = frozenset({"dead", "books", "state", "web", "people", "service"})
"""Boxes without arrows."""

_FOLDED: Final = frozenset({topics.LEAD_EVENTS, topics.LEAD_STATE})
_FOUND: Final = frozenset(
    {topics.LEAD_STATE, topics.LEAD_SIGNALS, topics.LEAD_ALERTS, topics.LEAD_SCORES, topics.FLEET_ALERTS}
)
"""What `pipeline` reads and writes as the fold; all else it reads and writes as the parser."""


def reader_of(worker: str, topic: TopicSpec) -> str:
    """The box of a worker that reads this topic; empty for people's commands."""
    if worker == "pipeline":
        return "signals" if topic in _FOLDED else "parse"
    return worker if worker in BY_ID else ""


def writer_of(worker: str, topic: TopicSpec) -> str:
    """The box of a worker that writes this topic."""
    if worker == "pipeline":
        return "signals" if topic in _FOUND else "parse"
    return worker if worker in BY_ID else ""


def _edges() -> Iterator[Edge]:
    for flow in FLOWS:
        box = OF_TOPIC.get(flow.topic.name, BY_ID["service"]).id
        yield from (Edge(writer_of(name, flow.topic), box, flow.topic) for name in flow.writers)
        yield from (Edge(box, reader_of(name, flow.topic), flow.topic) for name in flow.readers)


EDGES: Final = tuple(edge for edge in _edges() if edge.start and edge.end)


def drawn() -> list[tuple[str, str]]:
    """Arrows of the picture: one between two boxes, none from or to what stands aside."""
    pairs = dict.fromkeys((edge.start, edge.end) for edge in EDGES)
    return [pair for pair in pairs if not ASIDE & set(pair)]
