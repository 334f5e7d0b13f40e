"""`/leads/{lead}/participants`: a person says who is called so in the client's meetings, or takes it back."""

from typing import Final, Literal
from urllib.parse import quote

from aiohttp import web
from msgspec.structs import replace

from processors.answered import LONGEST, participant
from processors.contact import link_key
from processors.pages import Meeting
from processors.participants import Participant
from schemas.errors import LeadpulseError
from schemas.sources import Identity
from streams.web.asking import told, until
from streams.web.faults import Wrong
from streams.web.linking import put, said
from streams.web.route import May, Route
from streams.web.visit import Visit

_SIDES: Final[dict[str, Literal["staff", "client"]]] = {"staff": "staff", "client": "client"}


async def decide(visit: Visit) -> web.StreamResponse:
    """One of those who were asked about, none of them, somebody else; or what was said is taken back."""
    form = await visit.form()
    recording = form.get("recording", "")
    name = form.get("name", "")
    word = await _word(visit, form, name, recording)
    client = participant(visit.lead, name)
    await visit.log("link", visit.lead, link_key(client))
    await put(visit, client, word)
    done = "undo" if word is None else "nobody" if word.refused else "named"
    if form.get("from") == "inbox" or not recording:
        return visit.see_other(f"/inbox?done={done}")
    await until(lambda: _shows(visit, recording, name, word))
    return visit.see_other(f"{_page(visit, recording)}?done={done}#people")


async def _word(visit: Visit, form: dict[str, str], name: str, recording: str) -> Identity | None:
    """What is to be written. Raises `Wrong`."""
    table, do = visit.office.identities.identities, form.get("do", "")
    if do == "undo":
        if table.participant(visit.lead, name) is None:
            raise Wrong("Об этом имени уже ничего не записано. Обновите страницу.")
        return None
    one = await _asked(visit, recording, name)
    word = said(visit, participant(visit.lead, name))
    match do:
        case "yes":
            person = form.get("person", "")
            found = next((each for each in one.candidates if each.person == person), None)
            if found is None:
                raise Wrong("Этого человека среди предложенных уже нет. Обновите страницу.")
            return replace(word, name=found.name, side=found.side, person=found.person)
        case "no":
            return replace(word, refused=True)
        case "other":
            called, side = " ".join(form.get("called", "").split()), _SIDES.get(form.get("side", ""))
            if not called or len(called) > LONGEST or side is None:
                raise Wrong("Напишите, как зовут человека, и отметьте, наш он или со стороны клиента.")
            return replace(word, name=called, side=side)
    raise Wrong("Непонятно, что сделать.")


async def _asked(visit: Visit, recording: str, name: str) -> Participant:
    """The name as the meeting has it. Raises `Wrong`."""
    names = (await _meeting(visit, recording)).participants if recording else []
    one = next((each for each in names if each.name == name), None)
    if one is None:
        raise Wrong("На этой встрече такого имени нет. Обновите страницу.")
    return one


async def _shows(visit: Visit, recording: str, name: str, word: Identity | None) -> bool:
    """Whether the store's own table has it, too."""
    try:
        return (await _asked(visit, recording, name)).answer == word
    except LeadpulseError:
        return False


async def _meeting(visit: Visit, recording: str) -> Meeting:
    return await told(visit, Meeting, f"/api{_page(visit, recording)}")


def _page(visit: Visit, recording: str) -> str:
    return f"/leads/{visit.lead}/meetings/{quote(recording, safe='')}"


ROUTES = (Route("POST", "/leads/{lead}/participants", decide, May("link"), deed="link", lead="lead"),)
