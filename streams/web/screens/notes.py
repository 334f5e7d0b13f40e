"""What people write on a client's card: notes, and their word on single facts. Events in the session's user's name."""

import re

import msgspec
from aiohttp import web

from processors.corrections import LONGEST as LONGEST_FACT
from processors.notes import LONGEST, KeptNote, taken_back, written
from processors.pages import Card
from processors.profile import FIELDS
from schemas.errors import Refused
from schemas.events import Note
from schemas.minutes import ProfileCorrected
from schemas.promises import MARKS, PromiseMarked
from streams.web.asking import author, back, stored, told, write
from streams.web.faults import Wrong
from streams.web.route import May, Route
from streams.web.visit import Visit

_NOTE_ID = re.compile(r"[0-9a-f]{16}\Z")


async def note(visit: Visit) -> web.StreamResponse:
    """A new note. Its id comes with the form: a form that is sent twice is one note."""
    form = await visit.form()
    if not _NOTE_ID.match(form.get("note_id", "")):
        raise Wrong("Форма устарела. Откройте карточку ещё раз.")
    pinned = form.get("pinned") == "yes"
    return await _put(visit, _written(visit, form["note_id"], form.get("text", ""), pinned))


async def change(visit: Visit) -> web.StreamResponse:
    """Other words, pinned or not, or its end."""
    form, id_ = await visit.form(), visit.request.match_info["note"]
    found = await told(visit, Card, f"/api/leads/{visit.lead}/card")
    known: KeptNote | None = next((one for one in found.notes if one.note_id == id_ and one.by_hand), None)
    if known is None:
        raise Wrong("Такой заметки уже нет.")
    match form.get("do"):
        case "change":
            event = _written(visit, id_, form.get("text", ""), known.pinned)
        case "pin":
            event = _written(visit, id_, known.text, True)
        case "unpin":
            event = _written(visit, id_, known.text, False)
        case "remove":
            event = taken_back(visit.lead, known, author(visit), visit.office.clock())
        case _:
            raise Wrong("Непонятно, что сделать с заметкой.")
    return await _put(visit, event)


async def fact(visit: Visit) -> web.StreamResponse:
    """A person's word on a field of the card, or one entry of it."""
    form = await visit.form()
    field, action, text = form.get("field", ""), form.get("action", ""), form.get("text", "").strip()
    if field not in FIELDS or action not in ("replace", "hide", "restore", "add", "whole"):
        raise Wrong("Непонятно, что исправить.")
    if action in ("replace", "add") and not text:
        raise Wrong("Напишите, как правильно. Чтобы запись не показывалась, есть кнопка «Убрать».")
    if len(text) > LONGEST_FACT:
        raise Wrong(f"Не больше {LONGEST_FACT} знаков.")
    body = {"field": field, "text": text, "action": action, "entry_id": form.get("entry_id", "")}
    if action == "whole":  # a text of before there were entries is taken back
        body |= {"action": "", "text": "", "entry_id": ""}
    try:
        event = msgspec.convert(await visit.tell(f"/api/leads/{visit.lead}/profile", body), ProfileCorrected)
    except Refused as error:
        raise Wrong("Такой записи уже нет.") from error
    seen = await stored(visit, visit.lead, event.event_id)
    return visit.see_other(back(f"/leads/{visit.lead}", seen))


async def promise(visit: Visit) -> web.StreamResponse:
    """What became of a promise."""
    form = await visit.form()
    mark = form.get("do", "")
    if mark not in MARKS:
        raise Wrong("Непонятно, что стало с обещанием.")
    body = {"promise": visit.request.match_info["promise"], "mark": mark}
    try:
        event = msgspec.convert(await visit.tell(f"/api/leads/{visit.lead}/promises", body), PromiseMarked)
    except Refused as error:
        raise Wrong("Такого обещания уже нет: протокол встречи изменился.") from error
    seen = await stored(visit, visit.lead, event.event_id)
    return visit.see_other(back(f"/leads/{visit.lead}", seen))


def _written(visit: Visit, note_id: str, text: str, pinned: bool) -> Note:
    if not text.strip():
        raise Wrong("Напишите текст заметки.")
    if len(text.strip()) > LONGEST:
        raise Wrong(f"Заметка не длиннее {LONGEST} знаков.")
    return written(visit.lead, note_id, text, author(visit), visit.office.clock(), pinned=pinned)


async def _put(visit: Visit, event: Note) -> web.StreamResponse:
    await write(visit, event)
    seen = await stored(visit, visit.lead, event.event_id)
    return visit.see_other(back(f"/leads/{visit.lead}", seen))


ROUTES = (
    Route("POST", "/leads/{lead}/notes", note, May("write"), deed="note", lead="lead"),
    Route("POST", "/leads/{lead}/notes/{note}", change, May("write"), deed="note", lead="lead", about="note"),
    Route("POST", "/leads/{lead}/promises/{promise}", promise, May("write"), deed="note", lead="lead", about="promise"),
    Route("POST", "/leads/{lead}/facts", fact, May("write"), deed="correct", lead="lead"),
)
