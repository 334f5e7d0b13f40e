"""`/leads/{lead}`: a client's card, his time line and his figures."""

import secrets
from urllib.parse import urlencode

from aiohttp import web

from processors.pages import CardPage, Daily, TimeLine
from schemas.types import LeadId, Millis
from streams.web.asking import name_of, saved, told
from streams.web.route import May, Route
from streams.web.told import card as words
from streams.web.told.alerts import shown
from streams.web.told.rows import GROUPS, RowShown, row
from streams.web.visit import Visit

DAYS = 90


async def card(visit: Visit) -> web.StreamResponse:
    """The whole page. A number that was merged with another leads to that."""
    lead = visit.office.identities.identities.merged(visit.lead)
    if lead != visit.lead:
        return visit.see_other(f"/leads/{lead}?was={visit.lead}")
    page = await told(visit, CardPage, f"/api/leads/{lead}/page", days=DAYS)
    found, now = page.card, visit.office.clock()
    rows, more = _shown(page.timeline, {}, now)
    return visit.page(
        "card.html",
        lead=lead,
        name=found.name,
        curator=found.curator,
        address=found.address,
        phones=found.phones,
        mails=found.mails,
        was=_was(visit),
        saved=saved(visit),
        seen=words.seen(found, now),
        risk=words.risk(found),
        fields=words.fields(lead, found.profile, now),
        figures=words.figures(page.daily),
        alerts=[shown(alert, now) for alert in found.alerts],
        notes=words.notes(found.notes, now),
        promises=words.promises(lead, found.promises, now),
        rows=rows,
        more=more,
        groups=GROUPS,
        asked={"kinds": set(), "q": ""},
        note_id=secrets.token_hex(8),
        may_write=visit.may("write"),
        may_answer=visit.may("alert"),
        known=bool(found.since),
    )


async def timeline(visit: Visit) -> web.StreamResponse:
    """For htmx the rows that come next; else the time line as a page of its own."""
    query = visit.request.query
    kinds = [kind for kind in query.getall("kinds", []) if kind in GROUPS]
    asked = {"kinds": ",".join(kinds), "q": query.get("q", "").strip(), "before": query.get("before", "")}
    rows, more = await _rows(visit, visit.lead, asked)
    if visit.is_htmx:
        return visit.page("rows.html", lead=visit.lead, rows=rows, more=more, day=query.get("day", ""))
    return visit.page(
        "timeline.html",
        lead=visit.lead,
        name=name_of(visit, visit.lead),
        rows=rows,
        more=more,
        groups=GROUPS,
        asked={"kinds": set(kinds), "q": asked["q"]},
    )


async def figures(visit: Visit) -> web.StreamResponse:
    """Days for the pictures, JSON."""
    daily = await told(visit, Daily, f"/api/leads/{visit.lead}/daily", days=DAYS)
    return web.json_response(words.chart(daily))


async def _rows(visit: Visit, lead: LeadId, asked: dict[str, str]) -> tuple[list[RowShown], str]:
    """Rows, and the address of those behind them."""
    return _shown(await told(visit, TimeLine, f"/api/leads/{lead}/timeline", **asked), asked, visit.office.clock())


def _shown(found: TimeLine, asked: dict[str, str], now: Millis) -> tuple[list[RowShown], str]:
    lead = found.lead_id
    rows = [row(lead, one, now) for one in found.rows]
    if not found.next:
        return rows, ""
    following = [("kinds", kind) for kind in asked.get("kinds", "").split(",") if kind]
    following += [("q", asked["q"])] if asked.get("q") else []
    following += [("before", found.next), ("day", rows[-1].day if rows else "")]
    return rows, f"/leads/{lead}/timeline?{urlencode(following)}"


def _was(visit: Visit) -> str:
    given = visit.request.query.get("was", "")
    return given if given.isascii() and given.isdigit() and len(given) <= 12 else ""


ROUTES = (
    Route("GET", "/leads/{lead}", card, May("view"), deed="view", lead="lead"),
    Route("GET", "/leads/{lead}/timeline", timeline, May("view"), deed="view", lead="lead"),
    Route("GET", "/leads/{lead}/figures", figures, May("view"), deed="view", lead="lead"),
)
