"""`/flow`: the way of an event, drawn, with what goes by and what stands; `/flow/{node}`: one box of it."""

import asyncio
import json
from collections.abc import Iterable
from typing import Final, NamedTuple

from aiohttp import web

from alerting.traces import OUTLETS
from processors.russian.plural import RECORDS, count
from schemas.types import Millis
from streams.web.faults import Fault
from streams.web.flow_along import FIGURED, NOTHING, Along, Pair, key_of
from streams.web.flow_board import SHOWN, FlowBoard
from streams.web.flow_edges import BY_ID, EDGES, NODES
from streams.web.flow_figures import Told, Tone, behind, of_day
from streams.web.flow_layout import HEIGHT, INSET, LINES, WIDTH, fitted, picture
from streams.web.flow_nodes import Node
from streams.web.route import May, Route
from streams.web.visit import Visit

PICTURE: Final = picture()
LONGEST_S: Final = 600.0
"""Of one stream: the browser opens another one by itself, and shows again who it is."""
LONGEST: Final = 4000
"""Bytes of a payload that a page shows."""
READERS: Final = {node.id: sorted(pair for pair in FIGURED if pair[0] == node.id) for node in NODES if node.topics}
"""Of a queue the arrows to who reads it."""
Texts = dict[str, tuple[str, str, str, str]]
"""By box or arrow: three texts and the tone."""
MARKS: Final = {"good": "✓", "warn": "!", "bad": "✗", "": ""}
"""Before the state: a sign for who does not tell colours apart."""


async def flow(visit: Visit) -> web.StreamResponse:
    """The picture; on a phone a list."""
    board = visit.office.flow
    return visit.page(
        "flow.html",
        picture=PICTURE,
        told=board.told(),
        along=board.along(),
        readers=READERS,
        figured=FIGURED,
        key_of=key_of,
        beside=beside,
        titles={node.id: node.title for node in NODES},
        lines=lines,
        fitted=fitted,
        size={"width": WIDTH, "height": HEIGHT, "inset": INSET, "lines": LINES},
        nodes=NODES,
        fault=board.fault,
        seen=board.history.newest is not None,
    )


def lines(told: Told) -> tuple[str, str, str, str]:
    """What a box says below its title, each line as it fits, and the tone."""
    state = f"{MARKS[told.tone]} {told.state}".strip() if told.state else ""
    return fitted(told.now), fitted(told.usual), fitted(state), told.tone


def beside(one: Along) -> tuple[str, str, str, Tone]:
    """What stands beside an arrow, each text by itself, and the tone."""
    sign, (word, figure) = MARKS[one.tone] if one.state[0] else "", one.state
    return one.now, f"{sign} {word}".strip(), figure, one.tone


async def live(visit: Visit) -> web.StreamResponse:
    """What each look at Kafka has changed, as server-sent events: `{box: [now, usual, state, tone]}`, and of arrows
    `{"box>box": [now, word, figure, tone]}`. Who opens the address itself is shown the picture."""
    if "text/event-stream" not in visit.request.headers.get("Accept", ""):
        return visit.see_other("/flow")
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await answer.prepare(visit.request)
    said: list[Texts] = [{}, {}]
    deadline = asyncio.get_running_loop().time() + LONGEST_S
    while asyncio.get_running_loop().time() < deadline and visit.stands():
        board = visit.office.flow
        now: list[Texts] = [
            {node: lines(told) for node, told in board.told().items()},
            {key_of(pair): beside(one) for pair, one in board.along().items()},
        ]
        news = [_new(was, one) for was, one in zip(said, now, strict=True)]
        said = now
        await answer.write("".join(map(_message, filter(None, news))).encode() or b": .\n\n")
        if visit.office.flow.history.newest is None:
            break  # nobody looks at Kafka: there will be no news
        await visit.office.flow.looked()
    return answer


def _new(was: Texts, now: Texts) -> Texts:
    return {name: told for name, told in now.items() if was.get(name) != told}


def _message(news: Texts) -> str:
    return f"data: {json.dumps(news, ensure_ascii=False, separators=(',', ':'))}\n\n"


def _node(visit: Visit) -> Node:
    node = BY_ID.get(visit.request.match_info["node"])
    if node is None:
        raise Fault(404)
    return node


async def box(visit: Visit) -> web.StreamResponse:
    """What it does, what waits, what to do, and its last records: where and when, not what is in them."""
    node, board = _node(visit), visit.office.flow
    waits = [
        (OUTLETS.get(one.outlet, one.outlet), one)
        for one in (board.figures.waiting if board.figures else ())
        if node.id in ("outbox", "settled", "notify")
    ]
    return visit.page(
        "flow_box.html",
        node=node,
        told=board.told()[node.id],
        day=of_day(node, board.figures),
        waits=waits,
        heaps=board.figures.letters if board.figures and node.id == "dead" else (),
        muted=board.muted(),
        unread=count(behind(board.history, node).records, RECORDS) if node.worker else "",
        gives=_beside(board, dict.fromkeys((edge.start, edge.end) for edge in EDGES if edge.start == node.id), 1),
        takes=_beside(board, dict.fromkeys((edge.start, edge.end) for edge in EDGES if edge.end == node.id), 0),
        records=await _records(visit, node),
        shown=SHOWN,
    )


def _beside(board: FlowBoard, pairs: Iterable[Pair], side: int) -> list[tuple[str, Along]]:
    """The other box of each arrow, with what goes along it."""
    figures = board.along()
    return [(BY_ID[pair[side]].title, figures.get(pair, NOTHING)) for pair in pairs]


async def payloads(visit: Visit) -> web.StreamResponse:
    """The last records with what is in them: clients' words, so only for the administrator, and written down."""
    node = _node(visit)
    return visit.page("flow_payloads.html", node=node, records=await _records(visit, node), shown=SHOWN)


class Shown(NamedTuple):
    """A record as a page shows it. `payload` is readable text, cut."""

    place: str
    ts: Millis
    size: int
    payload: str


async def _records(visit: Visit, node: Node) -> list[Shown]:
    found = [
        Shown(
            f"{topic.name}/{record.partition}/{record.offset}",
            record.timestamp,
            len(record.value or b""),
            (record.value or b"")[:LONGEST].decode(errors="replace"),
        )
        for topic in node.topics
        for record in await visit.office.flow.newest(topic)
    ]
    return sorted(found, key=lambda record: record.ts, reverse=True)[:SHOWN]


ROUTES = (
    Route("GET", "/flow", flow, May("flow")),
    Route("GET", "/flow/live", live, May("flow")),
    Route("GET", "/flow/{node}", box, May("flow")),
    Route("GET", "/flow/{node}/payloads", payloads, May("payloads"), deed="payload", about="node"),
)
