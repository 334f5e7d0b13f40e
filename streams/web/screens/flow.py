"""`/flow`: the way of an event, drawn, with what goes by and what stands; `/flow/{node}`: one box of it."""

import asyncio
import json
from typing import Final, NamedTuple

from aiohttp import web

from alerting.traces import OUTLETS
from processors.russian.plural import RECORDS, count
from schemas.types import Millis
from streams.web.faults import Fault
from streams.web.flow_board import SHOWN
from streams.web.flow_edges import BY_ID, EDGES, NODES, Node
from streams.web.flow_figures import Told, behind, of_day
from streams.web.flow_layout import HEIGHT, INSET, LINES, WIDTH, fitted, picture
from streams.web.route import May, Route
from streams.web.visit import Visit

PICTURE: Final = picture()
FRESH_S: Final = 2.0
LONGEST_S: Final = 600.0
"""Of one stream: the browser opens another one by itself, and shows again who it is."""
LONGEST: Final = 4000
"""Bytes of a payload that a page shows."""
MARKS: Final = {"good": "✓", "warn": "!", "bad": "✗", "": ""}
"""Before the state: a sign for who does not tell colours apart."""


async def flow(visit: Visit) -> web.StreamResponse:
    """The picture; on a phone a list."""
    board = visit.office.flow
    return visit.page(
        "flow.html",
        picture=PICTURE,
        told=board.told(),
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


async def live(visit: Visit) -> web.StreamResponse:
    """What has changed, every two seconds, as server-sent events: `{box: [now, usual, state, tone]}`.
    Who opens the address itself is shown the picture."""
    if "text/event-stream" not in visit.request.headers.get("Accept", ""):
        return visit.see_other("/flow")
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await answer.prepare(visit.request)
    said: dict[str, tuple[str, str, str, str]] = {}
    deadline = asyncio.get_running_loop().time() + LONGEST_S
    while asyncio.get_running_loop().time() < deadline and visit.stands():
        now = {node: lines(told) for node, told in visit.office.flow.told().items()}
        news = {node: told for node, told in now.items() if said.get(node) != told}
        said = now
        body = json.dumps(news, ensure_ascii=False, separators=(",", ":"))
        await answer.write(f"data: {body}\n\n".encode() if news else b": .\n\n")
        if visit.office.flow.history.newest is None:
            break  # nobody looks at Kafka: there will be no news
        await asyncio.sleep(FRESH_S)
    return answer


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
        unread=count(behind(board.history, node).records, RECORDS) if node.worker else "",
        gives=list(dict.fromkeys(BY_ID[edge.end].title for edge in EDGES if edge.start == node.id)),
        takes=list(dict.fromkeys(BY_ID[edge.start].title for edge in EDGES if edge.end == node.id)),
        records=await _records(visit, node),
        shown=SHOWN,
    )


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
