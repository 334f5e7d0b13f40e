"""`/alerts`: what is not closed, and people's answers to it: the same events as the buttons in Telegram make."""

import re
from typing import get_args

from aiohttp import web

from processors.pages import Living
from schemas.bot import LeadRisk
from schemas.callback import Action
from schemas.codec import event_id
from schemas.events import AlertAction
from streams.web.asking import author, back, name_of, own_leads, saved, told, until, write
from streams.web.faults import Wrong
from streams.web.route import May, Route
from streams.web.told.alerts import client_named, shown
from streams.web.visit import Visit

_ALERT_ID = re.compile(r"[0-9a-f]{16}\Z")


async def alerts(visit: Visit) -> web.StreamResponse:
    """The most urgent first."""
    own = own_leads(visit)
    found = Living([], 0)
    if own is None or own:
        found = await told(visit, Living, "/api/alerts/living", among=",".join(own or ()))
    now = visit.office.clock()
    return visit.page(
        "alerts.html",
        alerts=[shown(one, now, client_named(one.lead_id, name_of(visit, one.lead_id))) for one in found.alerts],
        total=found.total,
        saved=saved(visit),
        may_answer=visit.may("alert"),
    )


async def answer(visit: Visit) -> web.StreamResponse:
    """A person's word on an alert of the client in the path."""
    form, alert = await visit.form(), visit.request.match_info["alert"]
    action = next((one for one in get_args(Action) if one == form.get("do")), None)
    if action is None or not _ALERT_ID.match(alert):
        raise Wrong("Непонятно, что сделать с тревогой.")
    living = await told(visit, LeadRisk, f"/api/leads/{visit.lead}/risk")
    version = next((one.version for one in living.alerts if one.alert_id == alert), None)
    if version is None:
        raise Wrong("Эта тревога уже закрыта.")
    now = visit.office.clock()
    event = AlertAction(
        alert,
        action,
        author(visit),
        event_id=event_id("page", alert, action, visit.user.user_id, version),
        lead_id=visit.lead,
        ts=now,
        source="person",
    )
    await write(visit, event)

    async def seen() -> bool:
        after = await told(visit, LeadRisk, f"/api/leads/{visit.lead}/risk")
        return all(one.version != version for one in after.alerts if one.alert_id == alert)

    where = "/alerts" if form.get("from") == "alerts" else f"/leads/{visit.lead}"
    return visit.see_other(back(where, await until(seen)))


ROUTES = (
    Route("GET", "/alerts", alerts, May("view"), deed="view"),
    Route("POST", "/leads/{lead}/alerts/{alert}", answer, May("alert"), deed="alert", lead="lead", about="alert"),
)
