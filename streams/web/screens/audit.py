"""`/audit`: who opened what: one's own lines, or for who may see them all, everybody's."""

from datetime import date, timedelta

import msgspec
from aiohttp import web

from processors.days import day_start, local_day_of
from schemas.lists import AccessLines
from streams.web.faults import Wrong
from streams.web.route import May, Route
from streams.web.visit import Visit
from streams.web.words import DEEDS

SHOWN = 200


async def audit(visit: Visit) -> web.StreamResponse:
    """The newest lines first; `lead`, `user`, `since` and `until` (local days, both whole) narrow them."""
    asked = {name: visit.request.query.get(name, "").strip() for name in ("lead", "user", "since", "until")}
    everybody = visit.may("audit")
    query: dict[str, str | int] = {"limit": SHOWN}
    if user := asked["user"] if everybody else visit.user.user_id:
        query["user"] = user
    if asked["lead"]:
        query["lead"] = asked["lead"]
    if since := _day(asked["since"]):
        query["since"] = day_start(local_day_of(since))
    if until := _day(asked["until"]):
        query["until"] = day_start(local_day_of(until + timedelta(days=1)))
    found = msgspec.convert(await visit.ask_whole("/api/access", **query), AccessLines)
    return visit.page(
        "audit.html",
        lines=found.lines,
        deeds=DEEDS,
        everybody=everybody,
        users=sorted(visit.office.members.users.values(), key=lambda one: one.name),
        asked=asked,
        more=found.more,
    )


def _day(said: str) -> date | None:
    """Raises `Wrong`."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise Wrong("Дата пишется так: 2026-11-02.") from None


ROUTES = (Route("GET", "/audit", audit, May("audit_own"), deed="audit"),)
