"""Tools that read: find_client, client_card, history, search, figures, ask. Each answers in the words of the page."""

from typing import Any, Final

import msgspec

from processors.answers.ending import ending
from processors.pages import Card, Daily, ListPage, TimeLine
from processors.russian.called import EVENT_KINDS
from schemas.answers import Done, Stage
from schemas.lists import FoundPage
from schemas.types import LeadId, Millis
from streams.asking import Desk, StoreHistory, StoreQuestions, answer
from streams.mcp.house import Guest, No
from streams.mcp.telling import clock
from streams.web.told import card as words
from streams.web.told.alerts import shown
from streams.web.told.answers import parts
from streams.web.told.listed import LEVELS
from streams.web.told.rows import GROUPS, RowShown, row

HITS: Final = 40
MOST_DAYS: Final = 90
LONGEST_QUERY: Final = 200


async def find_client(guest: Guest, query: str) -> str:
    """Clients of the user by name or number, those who need people first."""
    own, asked = guest.own(), query.strip()[:LONGEST_QUERY]
    await guest.log("search", "", "find_client")
    found = ListPage([], 0)
    if own is None or own:
        told = await guest.ask("/api/leads", q=asked, among=",".join(own or ()))
        found = msgspec.convert(told, ListPage)
    rows = [
        {"lead": one.lead_id, "client": one.name, "curator": one.curator, "risk": _risk(one.points, one.level)}
        for one in found.clients
    ]
    return await guest.tell({"total": found.total}, rows)


async def client_card(guest: Guest, lead: str) -> str:
    """What is known of a client, what stands open, what was promised."""
    lead = await guest.opened(lead, "view", "client_card")
    card = msgspec.convert(await guest.ask(f"/api/leads/{lead}/card", lead), Card)
    now, risk = guest.house.clock(), words.risk(card)
    head = {
        "lead": lead,
        "client": card.name,
        "curator": card.curator,
        "seen": words.seen(card, now),
        "phones": card.phones,
        "mails": card.mails,
        "risk": f"{risk.points} из 100, {risk.level_words}" if risk else "",
        "reasons": risk.parts if risk else [],
    }
    return await guest.tell(head, _card_rows(lead, card, now), lead)


def _card_rows(lead: LeadId, card: Card, now: Millis) -> list[dict[str, Any]]:
    alerts = [shown(alert, now) for alert in card.alerts]
    quotes = {alert.alert_id: "; ".join(f"«{quote.text}»" for quote in alert.quotes) for alert in alerts}
    return [
        *(
            {
                "kind": "тревога",
                "time": one.opened,
                "text": one.title,
                "quote": quotes[one.alert_id],
                "state": one.status,
            }
            for one in alerts
        ),
        *(
            {"kind": "обещание", "who": one.owner, "text": one.text, "until": one.due, "state": one.state}
            for one in words.promises(lead, card.promises, now)
        ),
        *({"kind": "заметка", "text": one.text, "who": one.said} for one in words.notes(card.notes, now)),
        *(
            {"kind": field.words, "text": fact.text, "quote": fact.quote, "source": fact.source}
            for field in words.fields(lead, card.profile, now)
            for fact in field.facts
        ),
    ]


async def history(guest: Guest, lead: str, kinds: str = "", before: str = "") -> str:
    """A page of a client's time line, newest first."""
    groups = [kind for kind in kinds.replace(" ", "").split(",") if kind]
    if unknown := [kind for kind in groups if kind not in GROUPS]:
        raise No(f"Таких видов событий нет: {', '.join(unknown)}. Есть: {', '.join(GROUPS)}.")
    lead = await guest.opened(lead, "view", "history")
    path = f"/api/leads/{lead}/timeline"
    page = msgspec.convert(await guest.ask(path, lead, kinds=",".join(groups), before=before), TimeLine)
    now = guest.house.clock()
    rows = [{"place": one.place} | _of_row(row(lead, one, now), one.ts) for one in page.rows]
    return await guest.tell({"lead": lead, "client": guest.house.cards.name(lead), "next": page.next}, rows, lead)


def _of_row(one: RowShown, ts: Millis) -> dict[str, Any]:
    alert = f"{one.alert.title}, {one.alert.status}" if one.alert is not None else ""
    text = "\n".join(part for part in (one.head, one.text + one.rest, alert, *one.small) if part)
    side = "мы" if one.ours else ""
    gone = "удалено" if one.gone else ""
    return {"time": clock(ts), "kind": one.label, "who": one.who, "side": side, "text": text, "state": gone}


async def search(guest: Guest, lead: str, query: str) -> str:
    """Words in a client's history, in any form."""
    asked = query.strip()[:LONGEST_QUERY]
    if not asked:
        raise No("Что искать? Напишите хотя бы одно слово.")
    lead = await guest.opened(lead, "search", "search")
    found = msgspec.convert(await guest.ask("/api/search", lead, q=asked, lead=lead, limit=HITS), FoundPage)
    rows = [
        {
            "time": clock(one.ts),
            "kind": EVENT_KINDS.get(one.kind, one.kind),
            "who": one.speaker,
            "text": one.text,
        }
        for one in found.found
        if one.lead_id == lead
    ]
    return await guest.tell({"lead": lead, "client": guest.house.cards.name(lead)}, rows, lead)


async def figures(guest: Guest, lead: str, days: int = 30) -> str:
    """Goods and messages by day, beside what is usual."""
    if not 1 <= days <= MOST_DAYS:
        raise No(f"Дней бывает от 1 до {MOST_DAYS}.")
    lead = await guest.opened(lead, "view", "figures")
    daily = msgspec.convert(await guest.ask(f"/api/leads/{lead}/daily", lead, days=days), Daily)
    rows = [
        {
            "figure": figure.words,
            "last_30_days": figure.value,
            "beside": figure.beside,
            "first_day": clock(daily.days[0])[:10] if daily.days else "",
            "by_day": " ".join(f"{value:g}" for value in series.values),
        }
        for figure, series in zip(words.figures(daily), daily.series, strict=True)
    ]
    return await guest.tell({"lead": lead, "client": guest.house.cards.name(lead)}, rows, lead)


async def ask(guest: Guest, lead: str, question: str) -> str:
    """An answer made of the client's history alone, each sentence with its source."""
    lead = await guest.opened(lead, "ask", "ask")
    stages: list[Stage] = []

    async def read(path: str, query: Any) -> Any:
        return await guest.ask(path, lead, **query)

    async def keep(path: str, body: Any) -> Any:
        return await guest.house.store.post(path, guest.user.name, dict(body))

    async with guest.house.models(lead) as models:
        desk = Desk(StoreHistory(read), models, StoreQuestions(keep), guest.house.clock)
        async for stage in answer(desk, lead, question):
            stages.append(stage)
    rows = [
        {
            "text": one.text,
            "quote": one.quote,
            "source": "; ".join(source.words for source in one.sources if source.words),
        }
        for one in parts(lead, stages, guest.house.clock())
        if one.kind == "claim"
    ]
    done = [stage for stage in stages if isinstance(stage, Done)]
    head = {"lead": lead, "client": guest.house.cards.name(lead), "made": ending(done[0]) if done else ""}
    return await guest.tell(head, rows, lead)


def _risk(points: float, level: Any) -> str:
    return f"{round(points)} из 100, {LEVELS[level]}"
