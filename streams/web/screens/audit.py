"""`/audit`: who opened what: one's own lines, or for who may see them all, everybody's."""

from aiohttp import web

from streams.web.route import May, Route
from streams.web.visit import Visit
from streams.web.words import DEEDS

LOOKED_THROUGH = 5000
"""Newest lines of the log that the page looks through; all of them are read by `leadpulse audit list`."""
SHOWN = 200


async def audit(visit: Visit) -> web.StreamResponse:
    """The newest lines first; `lead` and `user` narrow them."""
    query = visit.request.query
    lead, user = query.get("lead", "").strip(), query.get("user", "").strip()
    everybody = visit.may("audit")
    lines = [
        line
        for line in await visit.office.log_lines(LOOKED_THROUGH)
        if (line.user == visit.user.user_id if not everybody else user in ("", line.user)) and lead in ("", line.lead)
    ]
    users = sorted(visit.office.members.users.values(), key=lambda one: one.name)
    return visit.page(
        "audit.html",
        lines=lines[: -SHOWN - 1 : -1],
        deeds=DEEDS,
        everybody=everybody,
        users=users,
        lead=lead,
        user=user,
        most=SHOWN,
    )


ROUTES = (Route("GET", "/audit", audit, May("audit_own"), deed="audit"),)
