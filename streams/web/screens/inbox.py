"""`/inbox`: who waits for his client. A link is one record on `identities`; the workers do the rest, both ways."""

import msgspec
from aiohttp import web
from msgspec.structs import replace

from processors.answered import name_in
from processors.contact import KINDS, link_key, normal
from processors.identity import IGNORED
from processors.pages import Inbox, Unknown
from processors.pseudonyms.hidden import hidden, mail, phone
from schemas.sources import ClientRef
from schemas.types import LeadId
from streams.web.asking import name_of
from streams.web.faults import Wrong
from streams.web.linking import put, said
from streams.web.route import May, Route
from streams.web.told.alerts import client_named
from streams.web.told.participants import DONE as PARTICIPANTS_DONE
from streams.web.told.participants import answered, asked_of
from streams.web.told.times import when
from streams.web.visit import Visit

CHATS = ("tg_chat", "tg_topic")
LAST = 10
"""Links by hand that can be taken back here."""
DONE = {
    "link": "Привязано. То, что ждало, появится в истории клиента в течение минуты.",
    "ignore": "Отложено: это не клиент. Вернуть можно внизу страницы.",
    **PARTICIPANTS_DONE,
}


async def inbox(visit: Visit) -> web.StreamResponse:
    """Who waits, what was set aside, and the last links."""
    found = await _found(visit)
    now, identities = visit.office.clock(), visit.office.identities.identities
    last = identities.last_by_hand(LAST)
    linked = [one for one in last if one.kind in KINDS and one.lead_id and visit.may("link", one.lead_id)]
    return visit.page(
        "inbox.html",
        waiting=[_shown(visit, one) for one in found.waiting],
        ignored=[_shown(visit, one) for one in found.ignored],
        total=found.total,
        linked=[
            {
                "kind": one.kind,
                "value": one.value,
                "words": f"{KINDS[one.kind]} {_open(visit, one.kind, one.value)}",
                "client": client_named(one.lead_id or "", name_of(visit, one.lead_id or "")),
                "said": f"{one.confirmed_by}, {when(one.confirmed_at, now)}",
            }
            for one in linked
        ],
        asked=[asked_of(one) for one in found.asked if visit.may("link", one.lead_id)],
        answers=[answered(one, now) for one in identities.answered.last(LAST) if visit.may("link", name_in(one)[0])],
        client=lambda lead: client_named(lead, name_of(visit, lead)),
        done=DONE.get(visit.request.query.get("done", ""), ""),
        kinds=KINDS,
        when=lambda ts: when(ts, now),
    )


async def decide(visit: Visit) -> web.StreamResponse:
    """Link, set aside, or take back what was done."""
    form = await visit.form()
    client, do = _client(form), form.get("do", "")
    title = await _check_waits(visit, client) if do != "undo" else ""
    match do:
        case "link":
            await _link(visit, client, form.get("lead", "").strip(), title)
        case "ignore":
            set_aside = ClientRef(IGNORED, link_key(client))
            await put(visit, set_aside, said(visit, set_aside))
        case "notice":
            do = "undo"
            await put(visit, ClientRef(IGNORED, link_key(client)), None)
        case "undo":
            await _unlink(visit, client)
        case _:
            raise Wrong("Непонятно, что сделать.")
    return visit.see_other(f"/inbox?done={do}")


async def _check_waits(visit: Visit, client: ClientRef) -> str:
    """What the chat is called that waits; empty of all else. Raises `Wrong`: who may link what waits, may not say of
    other clients' rooms and chats whose they are."""
    found = await _found(visit)
    names = {link_key(ClientRef(one.kind, one.value)): one.name for one in (*found.waiting, *found.ignored)}
    if link_key(client) not in names:
        raise Wrong("Это уже никого не ждёт. Обновите страницу.")
    return names[link_key(client)] if client.kind in CHATS else ""


async def _link(visit: Visit, client: ClientRef, lead: LeadId, title: str) -> None:
    table = visit.office.identities.identities
    if not lead.isascii() or not lead.isdigit() or len(lead) > 12:
        raise Wrong("Номер клиента — это цифры, как в Битрикс24.")
    lead = table.merged(lead)
    if visit.office.cards.cards.find(lead) is None and lead not in visit.office.settings.telegram.curators:
        raise Wrong(f"О клиенте {lead} ничего не известно. Проверьте номер.")
    if not visit.may("link", lead):
        raise Wrong("Привязать можно только к своему клиенту. К чужому привязывает руководитель.")
    before = table.find(client)
    if before is not None and before != lead:
        raise Wrong("Это уже привязано к другому клиенту. Обновите страницу.")
    await visit.log("link", lead, link_key(client))
    await put(visit, client, replace(said(visit, client), lead_id=lead, name=title))


async def _unlink(visit: Visit, client: ClientRef) -> None:
    lead = visit.office.identities.identities.linked(client)
    if lead is None:
        raise Wrong("Это уже ни к кому не привязано.")
    if not visit.may("link", lead):
        raise Wrong("Отвязать можно только от своего клиента.")
    await visit.log("link", lead, link_key(client))
    await put(visit, client, replace(said(visit, client), refused=True))


def _client(form: dict[str, str]) -> ClientRef:
    kind, value = form.get("kind", ""), form.get("value", "")
    if kind not in KINDS or normal(kind, value) is None:
        raise Wrong("Непонятно, кого привязать. Обновите страницу.")
    return ClientRef(kind, normal(kind, value) or value)


def _shown(visit: Visit, one: Unknown) -> dict[str, object]:
    """Suggestions are clients that the user may link to."""
    return {
        "kind": one.kind,
        "value": one.value,
        "may_link": one.kind in KINDS,
        "kind_words": KINDS.get(one.kind, one.kind),
        "name": _shown_text(visit, one.name) or _open(visit, one.kind, one.value),
        "number": _open(visit, one.kind, one.value),
        "events": one.events,
        "first": one.first,
        "last": one.last,
        "samples": [_shown_text(visit, sample) for sample in one.samples],
        "by": one.ignored_by,
        "maybe": [at for at in one.maybe if visit.may("link", at.lead_id)],
    }


def _open(visit: Visit, kind: str, value: str) -> str:
    """How a source names him; phones and mails in full only for who may see everybody's."""
    if visit.reads_contacts("") or kind not in ("phone", "email"):
        return value
    return phone(value) if kind == "phone" else mail(value)


def _shown_text(visit: Visit, text: str) -> str:
    return text if visit.reads_contacts("") else hidden(text)


async def _found(visit: Visit) -> Inbox:
    """With whole contacts: a form has to say who is meant."""
    return msgspec.convert(await visit.ask_whole("/api/inbox"), Inbox)


ROUTES = (
    Route("GET", "/inbox", inbox, May("link"), deed="view"),
    Route("POST", "/inbox", decide, May("link"), deed="link"),
)
