"""`/search`: what was said and written, over the user's clients, grouped by client."""

from collections import defaultdict
from typing import Any, NamedTuple
from urllib.parse import quote

from aiohttp import web

from processors.russian.called import EVENT_KINDS
from schemas.types import LeadId
from streams.web.asking import name_of, own_leads
from streams.web.route import May, Route
from streams.web.told.times import when
from streams.web.visit import Visit

MOST, OF_ONE = 200, 5
"""Hits that are asked for; of one client so many are shown, the rest is in his time line."""
LONGEST_QUERY = 200


class Hit(NamedTuple):
    """Words that were found, and where they stand."""

    kind: str
    said: str
    text: str
    link: str
    link_words: str


class Group(NamedTuple):
    """Of one client, the newest hits; `more` of his are not shown."""

    lead: LeadId
    name: str
    hits: list[Hit]
    more: int


async def search(visit: Visit) -> web.StreamResponse:
    """The form, and what is found."""
    query, own = visit.request.query.get("q", "").strip()[:LONGEST_QUERY], own_leads(visit)
    found: list[dict[str, Any]] = []
    if query and (own is None or own):
        among = {"among": ",".join(own)} if own else {}
        found = (await visit.ask("/api/search", q=query, limit=MOST, **among))["found"]
    by_lead: dict[LeadId, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        by_lead[one["lead_id"]].append(one)
    now = visit.office.clock()
    groups = [
        Group(lead, name_of(visit, lead), [_hit(one, now) for one in ones[:OF_ONE]], max(0, len(ones) - OF_ONE))
        for lead, ones in by_lead.items()
    ]
    return visit.page("search.html", query=query, groups=groups, full=len(found) == MOST)


def _hit(one: dict[str, Any], now: int) -> Hit:
    said = ", ".join(filter(None, (when(one["ts"], now), one["speaker"])))
    kind = EVENT_KINDS.get(one["kind"], one["kind"])
    recording, _, number = one["id"].rpartition(":")
    if one["kind"] == "meeting_transcribed" and recording:
        link = f"/leads/{one['lead_id']}/meetings/{quote(recording, safe='')}?u={number}"
        return Hit("встреча", said, one["text"], link, "слушать")
    return Hit(kind, said, one["text"], f"/leads/{one['lead_id']}/timeline?before={one['ts'] + 1}", "в истории")


ROUTES = (Route("GET", "/search", search, May("view"), deed="search"),)
