"""`/privacy`: who agreed to what, who objected, and whether words may go abroad."""

import secrets
from datetime import date

from aiohttp import web
from msgspec.structs import replace

from alerting.consents import BASES, CLOSED, SCOPE_WORDS, STATES, allowed, facts, state_now
from processors.days import local_time
from processors.privacy.changes import given, objected, withdrawn
from processors.privacy.transfer import closed
from schemas.privacy import SCOPES, Consent
from schemas.topics import CONSENTS
from streams.engine.consents import CONSENT
from streams.engine.kafka import Output
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.visit import Visit


async def people(visit: Visit) -> web.StreamResponse:
    """The persons of the clients that the user may look after, and the form for one more."""
    today = _today(visit)
    mine = [one for one in visit.office.consents.register.all() if _is_mine(visit, one)]
    rows = [(one, STATES[state_now(one, today)], allowed(one, today)) for one in mine]
    open_ = [one for one in visit.office.erasing.denied.erasures.values() if not one.ended_at]
    waiting = sum(visit.may("consents", one.lead_id) for one in open_)
    return visit.page("privacy.html", people=rows, models=_models(visit, today), waiting=waiting)


async def person(visit: Visit) -> web.StreamResponse:
    """One of them, and the forms."""
    one, today = _one(visit), _today(visit)
    return visit.page(
        "privacy_person.html",
        one=one,
        facts=facts(one, today),
        bases=BASES,
        scopes=SCOPE_WORDS,
        today=today.isoformat(),
        erasable=[lead for lead in one.leads if visit.may("erase_request", lead)],
    )


async def add(visit: Visit) -> web.StreamResponse:
    """Somebody new, with nothing noted yet."""
    form = await visit.form()
    lead, name = form.get("lead", "").strip(), " ".join(form.get("name", "").split())
    room = " ".join(form.get("room", "").split())
    if not (lead.isascii() and lead.isdigit() and len(lead) <= 12):
        raise Wrong("Номер клиента состоит из цифр, не больше двенадцати.")
    if not visit.may("consents", lead):
        raise Fault(403)
    if not name or len(name) > 200:
        raise Wrong("Нужно имя, до 200 знаков.")
    rooms = [room] if room else []
    one = Consent(person_id=secrets.token_hex(8), name=name, leads=[lead], rooms=rooms, at=0, by="")
    return await _noted(visit, one)


async def change(visit: Visit) -> web.StreamResponse:
    """A basis, a withdrawal, an objection."""
    one, form = _one(visit), await visit.form()
    on = _day(form.get("on", "")) or _today(visit).isoformat()
    reason = form.get("reason", "").strip()[:500]
    match form.get("do"):
        case "give":
            basis = next((basis for basis in BASES if basis == form.get("basis")), None)
            if basis is None:
                raise Wrong("Выберите основание.")
            scope = [scope for scope in SCOPES if form.get(scope)]
            until = _day(form.get("until", ""))
            document, text = (form.get(field, "").strip()[:200] for field in ("document", "text_version"))
            return await _noted(visit, given(one, basis, scope, on, until, document, text))
        case "withdraw":
            return await _noted(visit, withdrawn(one, on, reason))
        case "object":
            return await _noted(visit, objected(one, on, reason))
        case _:
            raise Wrong("Непонятно, что отметить.")


async def _noted(visit: Visit, one: Consent) -> web.StreamResponse:
    """To the topic, and at once to our own table: the page that follows shows it."""
    noted = replace(one, at=visit.office.clock(), by=visit.user.name)
    await visit.send([Output(CONSENTS.name, noted.person_id.encode(), CONSENT.encode(noted))])
    visit.office.consents.register.apply(noted.person_id, noted)
    return visit.see_other(f"/privacy/{noted.person_id}")


def _one(visit: Visit) -> Consent:
    """Raises `Fault`: somebody of others' clients is not there."""
    one = visit.office.consents.register.find(visit.request.match_info["person"])
    if one is None or not _is_mine(visit, one):
        raise Fault(404)
    return one


def _is_mine(visit: Visit, one: Consent) -> bool:
    return any(visit.may("consents", lead) for lead in one.leads)


def _day(said: str) -> str:
    """A date of the form; empty where it is left out. Raises `Wrong`."""
    try:
        return said and date.fromisoformat(said).isoformat()
    except ValueError:
        raise Wrong("Дата пишется так: 2026-11-02.") from None


def _today(visit: Visit) -> date:
    return local_time(visit.office.clock()).date()


def _models(visit: Visit, today: date) -> list[tuple[str, str]]:
    """Models outside, each with why it gets nothing; empty where it may."""
    notification = visit.office.settings.transfer.notification
    outside = {name: model for name, model in visit.office.settings.llm.models.items() if model.external}
    found = {name: closed(model.country, notification, today) for name, model in outside.items()}
    return [(name, CLOSED[why] if why else "") for name, why in found.items()]


ROUTES = (
    Route("GET", "/privacy", people, May("consents"), deed="view"),
    Route("POST", "/privacy", add, May("consents"), deed="consent"),
    Route("GET", "/privacy/{person}", person, May("consents"), deed="view", about="person"),
    Route("POST", "/privacy/{person}", change, May("consents"), deed="consent", about="person"),
)
