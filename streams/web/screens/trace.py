"""`/trace?id=`: from whatever name a person has to all that came of it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from aiohttp import web

from alerting.traces import clock_ms, elapsed, standing_told, step_told
from schemas.traces import Step, Trace
from schemas.types import Millis
from streams.web.route import May, Route
from streams.web.visit import Visit

LONGEST_NAME = 200
TONES = {"done": "good", "waiting": "warn", "failed": "bad", "unassigned": "warn", "nothing": "", "unknown": ""}


class Line(NamedTuple):
    """A step as the page shows it."""

    number: int
    clock: str
    since: str
    words: str
    tone: str


async def trace(visit: Visit) -> web.StreamResponse:
    """Whose event it is stands in the access log before the page goes out."""
    name = visit.request.query.get("id", "").strip()[:LONGEST_NAME]
    if not name:
        return visit.page("trace.html", name="", trace=None, clients=[], steps=[], stands="", tone="")
    found = msgspec.convert(await visit.ask("/api/trace", id=name), Trace)
    clients = [lead for lead in found.leads if visit.may("view", lead)]
    for lead in clients or [""]:  # what has no client yet holds somebody's words all the same
        await visit.log("view", lead, "trace")
    now, cards = visit.office.clock(), visit.office.cards.cards
    return visit.page(
        "trace.html",
        name=name,
        trace=found,
        clients=[(lead, cards.name(lead)) for lead in clients],
        steps=lines(found.steps, now),
        stands=standing_told(found, now),
        tone=TONES[found.stands.state],
    )


def lines(steps: Sequence[Step], now: Millis) -> list[Line]:
    """Each with how long after which it came; a branch names the step that it follows."""
    told = []
    for number, step in enumerate(steps, start=1):
        since = "" if step.ms is None else f"через {elapsed(step.ms)}"
        if step.after is not None and step.after != number - 2:
            since = f"{since} после шага {step.after + 1}".strip()
        told.append(Line(number, clock_ms(step.at), since, step_told(step, now), TONES[step.state]))
    return told


ROUTES = (Route("GET", "/trace", trace, May("flow")),)
"""No `deed`: whom it is about is known only when it is found, and is written down then."""
