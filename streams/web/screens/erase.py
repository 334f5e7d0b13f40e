"""`/privacy/erase`: a client, or one of his people, is erased: asked for, confirmed by the head, carried out by the
administrator; each proves with his device's key that it is he."""

import asyncio
import secrets
from typing import Literal

from aiohttp import web

from alerting.erasure import state_words
from processors.days import local_time
from processors.privacy.erasing import confirmed, ends, is_standing
from schemas.erasures import Erasure
from schemas.errors import Refused
from schemas.privacy import Consent
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.visit import Visit


async def erasures(visit: Visit) -> web.StreamResponse:
    """Those of the clients that the user may look after, newest first, with what he may do; holds."""
    erasing, today = visit.office.erasing, local_time(visit.office.clock()).date()
    found = sorted(erasing.denied.erasures.values(), key=lambda one: one.requested_at, reverse=True)
    mine = [one for one in found if visit.may("consents", one.lead_id)]
    holds = [one for one in erasing.denied.holds.values() if is_standing(one, today)]
    return visit.page(
        "erase.html",
        erasures=[(one, _state(visit, one), _may_do(visit, one)) for one in mine],
        holds=[one for one in holds if visit.may("consents", one.lead_id)],
        faults=erasing.faults,
        proved=_proved(visit),
        may_ask=visit.may("erase_request"),
    )


async def find(visit: Visit) -> web.StreamResponse:
    """The client whose number was entered."""
    lead = visit.request.query.get("lead", "").strip()
    if not (lead.isascii() and lead.isdigit() and len(lead) <= 12):
        raise Wrong("Номер клиента состоит из цифр, не больше двенадцати.")
    return visit.see_other(f"/privacy/erase/{lead}")


async def plan(visit: Visit) -> web.StreamResponse:
    """What stands where, and the form that asks."""
    person = _person(visit, visit.request.query.get("person", ""))
    places = await visit.office.erasing.plan(visit.lead, person)
    lasting = ends(visit.office.clock(), visit.office.settings.retention.topics())
    return visit.page(
        "erase_plan.html",
        lead=visit.lead,
        person=person,
        places={place: number for place, number in places.items() if number},
        lasting=lasting,
        last=max((day for _, day in lasting), default=None),
        proved=_proved(visit),
    )


async def ask(visit: Visit) -> web.StreamResponse:
    """A request, which waits for a second person."""
    form, erasing = await visit.form(), visit.office.erasing
    person = _person(visit, form.get("person", ""))
    meetings: Literal["delete", "keep"] = "keep" if form.get("meetings") == "keep" else "delete"
    try:
        erasing.denied.check_free(visit.lead, local_time(visit.office.clock()).date())
        one = erasing.denied.requested(
            secrets.token_hex(8),
            visit.lead,
            person.person_id if person else "",
            form.get("reason", ""),
            visit.user.name,
            visit.office.clock(),
            meetings,
        )
    except Refused as error:
        raise _told(error) from error
    await erasing.keep(one)
    return visit.see_other("/privacy/erase")


async def confirm(visit: Visit) -> web.StreamResponse:
    """Another person's word. Who asked cannot give it."""
    one = await _logged(visit)
    try:
        visit.office.erasing.denied.check_free(one.lead_id, local_time(visit.office.clock()).date())
        sure = confirmed(one, visit.user.name, visit.office.clock())
    except Refused as error:
        raise _told(error) from error
    await visit.office.erasing.keep(sure)
    return visit.see_other("/privacy/erase")


async def run(visit: Visit) -> web.StreamResponse:
    """Begin the work, or go on with it; the page says how far it is."""
    one, erasing = await _logged(visit), visit.office.erasing
    if one.ended_at or not one.confirmed_at:
        raise Wrong("Эту заявку сейчас выполнить нельзя.")
    try:
        erasing.denied.check_free(one.lead_id, local_time(visit.office.clock()).date())
    except Refused as error:
        raise _told(error) from error
    person = visit.office.consents.register.find(one.person) if one.person else None
    erasing.start(one, visit.user.name, person)
    return visit.see_other("/privacy/erase")


async def act(visit: Visit) -> web.StreamResponse:
    """The act as a file."""
    one = _one(visit)
    if not one.ended_at:
        raise Fault(404)
    page = await asyncio.to_thread(lambda: visit.office.erasing.act(one).read_bytes())
    name = {"Content-Disposition": f'attachment; filename="act-{one.erasure_id}.html"'}
    return web.Response(body=page, content_type="text/html", charset="utf-8", headers=name)


def _state(visit: Visit, one: Erasure) -> str:
    if one.started_at and not one.ended_at and not visit.office.erasing.works(one.erasure_id):
        return "прервано"
    return state_words(one)


def _may_do(visit: Visit, one: Erasure) -> Literal["", "confirm", "run"]:
    """What of it is this user's next deed."""
    if one.ended_at or visit.office.erasing.works(one.erasure_id):
        return ""
    if one.confirmed_at:
        return "run" if visit.may("erase_execute", one.lead_id) else ""
    others = one.requested_by.casefold() != visit.user.name.casefold()
    return "confirm" if others and visit.may("erase_confirm", one.lead_id) else ""


def _proved(visit: Visit) -> bool:
    return visit.session is not None and visit.office.members.stepped(visit.session)


def _person(visit: Visit, person: str) -> Consent | None:
    """Of the client of the path; None where the whole client is meant. Raises `Fault`."""
    if not person:
        return None
    found = visit.office.consents.register.find(person)
    if found is None or visit.lead not in found.leads:
        raise Fault(404)
    return found


def _one(visit: Visit) -> Erasure:
    """Raises `Fault`: of others' clients it is not there."""
    one = visit.office.erasing.denied.erasures.get(visit.request.match_info["erasure"])
    if one is None or not visit.may("consents", one.lead_id):
        raise Fault(404)
    return one


async def _logged(visit: Visit) -> Erasure:
    """The same; the access log has the client beside it."""
    one = _one(visit)
    await visit.log("erase", lead=one.lead_id, about=one.erasure_id)
    return one


def _told(error: Refused) -> Wrong:
    """As a sentence of the page."""
    words = str(error).partition("; снять запрет")[0]
    return Wrong(f"{words[:1].upper()}{words[1:]}.")


ROUTES = (
    Route("GET", "/privacy/erase", erasures, May("consents"), deed="view"),
    Route("GET", "/privacy/erase/find", find, May("erase_request")),
    Route("GET", "/privacy/erase/{lead}", plan, May("erase_request"), deed="view", lead="lead"),
    Route("POST", "/privacy/erase/{lead}", ask, May("erase_request"), deed="erase", lead="lead", stepped=True),
    Route("POST", "/privacy/erasures/{erasure}/confirm", confirm, May("erase_confirm"), stepped=True),
    Route("POST", "/privacy/erasures/{erasure}/run", run, May("erase_execute"), stepped=True),
    Route("GET", "/privacy/erasures/{erasure}/act", act, May("consents"), deed="view", about="erasure"),
)
