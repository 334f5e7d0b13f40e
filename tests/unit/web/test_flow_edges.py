"""The boxes and arrows of the flow against the list of topics, the workers' code, and each other's places."""

import itertools

import pytest

from schemas.flows import ACTORS, FLOWS
from schemas.topics import TOPICS
from streams.web.flow_edges import ASIDE, BY_ID, EDGES, NODES, OF_TOPIC, drawn
from streams.web.flow_layout import HEIGHT, INSET, TEXT_PX, TITLE_PX, WIDEST, WIDTH, fitted, picture


def test_every_topic_and_every_worker_has_its_box() -> None:
    """One each; people's commands are no box."""
    held = [topic.name for node in NODES for topic in node.topics]
    assert sorted(held) == sorted(topic.name for topic in TOPICS)
    assert {node.worker for node in NODES if node.worker} == set(ACTORS) - {"cli"}
    assert all(bool(node.worker) != bool(node.topics) for node in NODES)
    assert len(BY_ID) == len(NODES) and all(node.about and node.advice for node in NODES)


def test_each_arrow_is_what_the_workers_do() -> None:
    """`schemas.flows` is compared with the code (tests/unit/schemas/test_flows.py): every arrow is in it, each of its
    lines is an arrow, and what `pipeline` does as one worker stands at the box that does it."""
    told = {(BY_ID[edge.start].worker, "writes", edge.topic) for edge in EDGES if BY_ID[edge.start].worker}
    told |= {(BY_ID[edge.end].worker, "reads", edge.topic) for edge in EDGES if BY_ID[edge.end].worker}
    known = {(who, "writes", flow.topic) for flow in FLOWS for who in flow.writers}
    known |= {(who, "reads", flow.topic) for flow in FLOWS for who in flow.readers}
    assert told == {one for one in known if one[0] != "cli"}
    for edge in EDGES:
        assert edge.topic.name in {topic.name for topic in (*BY_ID[edge.start].topics, *BY_ID[edge.end].topics)}
    pairs = set(drawn())
    assert {("wms", "parse"), ("parse", "events"), ("events", "signals"), ("signals", "alerts")} <= pairs
    assert {("alerts", "notify"), ("notify", "outbox")} <= pairs
    assert not {("parse", "alerts"), ("events", "parse")} & pairs
    assert not any(ASIDE & set(pair) for pair in pairs)


def test_no_box_lies_over_another_and_all_are_inside() -> None:
    """With a gap on each side."""
    drawing = picture()
    for one, other in itertools.combinations(drawing.boxes, 2):
        apart = abs(one.x - other.x) >= WIDTH + 10 or abs(one.y - other.y) >= HEIGHT + 10
        assert apart, (one.node.id, other.node.id)
    for box in drawing.boxes:
        assert box.x > 0 and box.x + WIDTH < drawing.width and box.y > 0 and box.y + HEIGHT < drawing.height


def test_what_goes_back_or_far_goes_under_all_boxes() -> None:
    """Each in its own lane between the boxes with arrows and those aside; only neighbours are joined directly."""
    drawing = picture()
    under = [arrow.path for arrow in drawing.arrows if arrow.is_under]
    lanes = [int(path.split("V")[1].split("H")[0]) for path in under]
    assert len(set(lanes)) == len(lanes) > 0
    inside = [box for box in drawing.boxes if not box.is_aside]
    aside = [box for box in drawing.boxes if box.is_aside]
    assert max(box.y + HEIGHT for box in inside) < min(lanes) and max(lanes) < min(box.y for box in aside)
    assert len(drawing.arrows) == len(drawn())


@pytest.mark.parametrize("text", ["", "Вход", "Распознавание", "отстаёт на 1 200 000 000", "щ" * 400])
def test_a_text_fits_its_box(text: str) -> None:
    """By the widest font that we name; what is cut says so."""
    for px in (TITLE_PX, TEXT_PX):
        shown = fitted(text, px)
        assert len(shown) * px * WIDEST <= WIDTH - 2 * INSET
        assert shown == text or shown.endswith("…")


def test_titles_are_shown_whole() -> None:
    """A name that is cut is no name."""
    assert [node.title for node in NODES if fitted(node.title, TITLE_PX) != node.title] == []
    assert set(OF_TOPIC.values()) <= set(NODES)
