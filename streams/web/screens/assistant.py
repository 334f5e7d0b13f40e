"""`/assistant`: a line to the assistant, what it answers, and what it remembers."""

from aiohttp import web
from msgspec.structs import replace

from processors.assistant.memory import key_of
from schemas.assistant import AssistantAsked, Remembered
from schemas.codec import event_id
from schemas.command_codecs import ASKED, REMEMBERED
from schemas.told_commands import Line, Lines
from schemas.topics import ASSISTANT_ASKED, ASSISTANT_MEMORY
from schemas.types import LeadId
from streams.engine.kafka import Output
from streams.web.asking import name_of, told, until
from streams.web.faults import Fault, Wrong
from streams.web.route import May, Route
from streams.web.told.alerts import client_named
from streams.web.told.times import when
from streams.web.visit import Visit

LONGEST = 1000
"""Characters of a line."""
LONGEST_MEMORY = 300
SHOWN = 40
"""Lines of the talk."""
KINDS = {
    "result": "что вышло",
    "refusal": "отказ",
    "correction": "поправка",
    "wish": "пожелание",
}


async def assistant(visit: Visit) -> web.StreamResponse:
    """The talk, the newest last, and the form."""
    lead = _lead(visit, visit.request.query.get("lead", ""))
    lines, waits = await _talk(visit)
    return visit.page(
        "assistant.html",
        lines=lines,
        waits=waits,
        lead=lead,
        client=client_named(lead, name_of(visit, lead)) if lead else "",
    )


async def talk(visit: Visit) -> web.StreamResponse:
    """The same lines for htmx, while an answer is awaited."""
    lines, waits = await _talk(visit)
    return visit.page("assistant_lines.html", lines=lines, waits=waits)


async def say(visit: Visit) -> web.StreamResponse:
    """A line, or the press of an option of its question."""
    form, now = await visit.form(), visit.office.clock()
    text, choice = form.get("text", "").strip(), form.get("choice", "")
    if not text:
        raise Wrong("Напишите, что нужно сделать.")
    if len(text) > LONGEST:
        raise Wrong(f"Не больше {LONGEST} знаков.")
    lead, who = _lead(visit, form.get("lead", "")), _me(visit)
    asked = AssistantAsked(
        asked_id=event_id("page", who, now, text),
        who=who,
        name=visit.user.name,
        text=text,
        via="page",
        at=now,
        lead_id=lead,
        answers=form.get("answers", "")[:64],
        choice=int(choice) if choice.isdecimal() and len(choice) < 3 else -1,
    )
    await visit.log("ask", lead, "помощнику")
    await visit.send([Output(ASSISTANT_ASKED.name, who.encode(), ASKED.encode(asked))])

    async def stored() -> bool:
        return any(line.line_id == asked.asked_id for line in await _lines(visit))

    await until(stored)
    return visit.see_other(f"/assistant?lead={lead}#end" if lead else "/assistant#end")


async def memory(visit: Visit) -> web.StreamResponse:
    """What it keeps in mind of the user, and of a client."""
    lead, now = _lead(visit, visit.request.query.get("lead", "")), visit.office.clock()
    known = visit.office.commands.memory.memory
    mine = [one for about in _whose(visit) for one in known.of(about)]
    his = known.of(f"lead/{lead}") if lead else []
    if lead:
        await visit.log("view", lead, "память помощника")
    return visit.page(
        "assistant_memory.html",
        mine=[_told(one, now) for one in mine],
        his=[_told(one, now) for one in his],
        lead=lead,
        client=client_named(lead, name_of(visit, lead)) if lead else "",
        may_write=bool(lead) and visit.may("write", lead),
    )


async def remember(visit: Visit) -> web.StreamResponse:
    """Put right what it remembers, or let it forget."""
    form = await visit.form()
    about, id_ = form.get("about", ""), visit.request.match_info["memory"]
    lead = about.removeprefix("lead/") if about.startswith("lead/") else ""
    if about not in _whose(visit) and not (lead and visit.may("write", _lead(visit, lead))):
        raise Fault(403)
    found = next((one for one in visit.office.commands.memory.memory.of(about) if one.memory_id == id_), None)
    if found is None:
        raise Wrong("Этого помощник уже не помнит. Обновите страницу.")
    text = form.get("text", "").strip()[:LONGEST_MEMORY]
    match form.get("do", ""):
        case "forget":
            new = None
        case "save" if text:
            new = replace(found, text=text, at=visit.office.clock(), by=visit.user.name)
        case _:
            raise Wrong("Напишите, что запомнить, или нажмите «Забыть».")
    await visit.log("correct", lead, "память помощника")
    value = None if new is None else REMEMBERED.encode(new)
    await visit.send([Output(ASSISTANT_MEMORY.name, key_of(found).encode(), value)])

    async def followed() -> bool:
        return found not in visit.office.commands.memory.memory.of(about)

    await until(followed)
    return visit.see_other(f"/assistant/memory?lead={lead}" if lead else "/assistant/memory")


async def _talk(visit: Visit) -> tuple[list[dict[str, object]], bool]:
    """Oldest first; whether the last line waits for its answer."""
    found, now = await _lines(visit), visit.office.clock()
    answered = {line.of for line in found if line.of}
    lines: list[dict[str, object]] = [
        {
            "asked": line.side == "asked",
            "text": line.text,
            "at": when(line.at, now),
            "id": line.line_id,
            "lead": line.lead_id,
            "command": line.command if line.command in visit.office.commands.standings else "",
            "options": line.options if line.question and line.line_id not in answered else [],
        }
        for line in reversed(found)
    ]
    return lines, bool(found) and found[0].side == "asked"


async def _lines(visit: Visit) -> list[Line]:
    return (await told(visit, Lines, "/api/assistant/lines", person=_me(visit), limit=SHOWN)).lines


def _told(one: Remembered, now: int) -> dict[str, str]:
    said = ", ".join(filter(None, (KINDS[one.kind], one.by, when(one.at, now))))
    return {"id": one.memory_id, "about": one.about, "text": one.text, "said": said}


def _me(visit: Visit) -> str:
    return f"web/{visit.user.user_id}"


def _whose(visit: Visit) -> list[str]:
    """Under which names the assistant knows the user."""
    telegram = [f"who/tg:{visit.user.telegram_id}"] if visit.user.telegram_id else []
    return [f"who/{_me(visit)}", *telegram]


def _lead(visit: Visit, given: str) -> LeadId:
    """A client whom the user may see, or none. Raises `Wrong`, `Fault`."""
    given = given.strip()
    if not given:
        return ""
    if not (given.isascii() and given.isdigit() and len(given) <= 12):
        raise Wrong("Номер клиента состоит из цифр, не больше двенадцати.")
    lead = visit.office.identities.identities.merged(given)
    if not visit.may("view", lead):
        raise Fault(403)
    return lead


ROUTES = (
    Route("GET", "/assistant", assistant, May("approve_inside"), deed="view"),
    Route("GET", "/assistant/talk", talk, May("approve_inside")),
    Route("POST", "/assistant", say, May("approve_inside")),
    Route("GET", "/assistant/memory", memory, May("approve_inside")),
    Route("POST", "/assistant/memory/{memory}", remember, May("approve_inside"), about="memory"),
)
