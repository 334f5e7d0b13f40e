"""`/leads/{lead}/chat`: a question about a client, answered from his history in verified pieces, and earlier ones."""

import asyncio
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import web

from processors.answers.question import LONGEST, asked
from schemas.answers import VERDICTS as KNOWN
from schemas.answers import Question
from schemas.errors import Refused
from streams.asking import Desk, StoreHistory, StoreQuestions, answer
from streams.web.asking import name_of, saved, told
from streams.web.askings import Asking
from streams.web.faults import Wrong
from streams.web.route import May, Route
from streams.web.told.answers import VERDICTS, earlier, parts
from streams.web.visit import Visit

BREATH_S = 15.0
"""A comment so often keeps a proxy from closing a stream in which nothing happens."""
EARLIER = 20


class _Earlier(msgspec.Struct):
    questions: list[Question]


async def chat(visit: Visit) -> web.StreamResponse:
    """The form and what was asked before, by oneself and by colleagues."""
    return await _page(visit, None, "")


async def ask(visit: Visit) -> web.StreamResponse:
    """A question begins; its own page shows what comes."""
    form = await visit.form()
    try:
        text = asked(form.get("text", ""), visit.lead)
    except Refused as error:
        raise Wrong(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error

    async def keep(path: str, body: Any) -> Any:
        return await visit.tell(path, dict(body))

    history = StoreHistory(lambda path, query: visit.ask(path, **query))
    desk = Desk(history, visit.office.models, StoreQuestions(keep), visit.office.clock)
    id_ = visit.office.askings.start(visit.user.user_id, visit.lead, text, answer(desk, visit.lead, text))
    return visit.see_other(f"/leads/{visit.lead}/ask/{id_}")


async def show(visit: Visit) -> web.StreamResponse:
    """The question with what is told so far; the rest comes as events, or with the next look."""
    id_ = visit.request.match_info["asking"]
    return await _page(visit, visit.office.askings.find(id_, visit.user.user_id, visit.lead), id_)


async def events(visit: Visit) -> web.StreamResponse:
    """Pieces of HTML as server-sent events, from behind `Last-Event-ID` on."""
    asking = visit.office.askings.find(visit.request.match_info["asking"], visit.user.user_id, visit.lead)
    given = visit.request.headers.get("Last-Event-ID", "")
    sent = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await stream.prepare(visit.request)
    while visit.stands():
        news = asking.news
        for number, one in enumerate(parts(visit.lead, asking.stages, visit.office.clock()), 1):
            if number > sent:
                html = visit.office.pages.render("answer_part.html", visit, {"part": one})
                await stream.write(f"id: {number}\nevent: part\ndata: {in_one_line(html)}\n\n".encode())
        sent = max(sent, len(asking.stages))
        if asking.is_over:
            await stream.write(b"event: over\ndata: .\n\n")
            return stream
        try:
            async with asyncio.timeout(BREATH_S):
                await news.wait()
        except TimeoutError:
            await stream.write(b": .\n\n")
    return stream


def in_one_line(html: str) -> str:
    """A stream ends a line at a carriage return, too: one in somebody's words would begin a piece of his own."""
    return " ".join(html.splitlines())


async def verdict(visit: Visit) -> web.StreamResponse:
    """Whether an answer helped."""
    form, question = await visit.form(), visit.request.match_info["question"]
    if form.get("do") not in KNOWN or not form.get("do"):
        raise Wrong("Непонятно, полезен ли ответ.")
    await visit.tell(f"/api/leads/{visit.lead}/questions/{quote(question, safe='')}/verdict", {"verdict": form["do"]})
    return visit.see_other(f"/leads/{visit.lead}/chat?saved=later")


async def _page(visit: Visit, asking: Asking | None, id_: str) -> web.StreamResponse:
    now = visit.office.clock()
    before = await told(visit, _Earlier, f"/api/leads/{visit.lead}/questions", limit=EARLIER)
    return visit.page(
        "chat.html",
        lead=visit.lead,
        name=name_of(visit, visit.lead),
        longest=LONGEST,
        saved=saved(visit),
        question="" if asking is None else asking.text,
        parts=[] if asking is None else parts(visit.lead, asking.stages, now),
        fault="" if asking is None else asking.fault,
        is_over=asking is None or asking.is_over,
        events="" if asking is None or asking.is_over else f"/leads/{visit.lead}/ask/{id_}/events",
        earlier=earlier(visit.lead, before.questions, now),
        verdicts=VERDICTS,
    )


ROUTES = (
    Route("GET", "/leads/{lead}/chat", chat, May("view"), deed="view", lead="lead"),
    Route("POST", "/leads/{lead}/ask", ask, May("view"), deed="ask", lead="lead"),
    Route("GET", "/leads/{lead}/ask/{asking}", show, May("view"), deed="view", lead="lead"),
    Route("GET", "/leads/{lead}/ask/{asking}/events", events, May("view"), deed="view", lead="lead"),
    Route(
        "POST",
        "/leads/{lead}/questions/{question}/verdict",
        verdict,
        May("write"),
        deed="ask",
        lead="lead",
        about="question",
    ),
)
