"""The asking itself: from a question to stages. Nothing that was told is taken back.

question ─ guard (`Refused`) ─► plan: figures, fields, words ─► the store ─► Sources
   │ a model may read this client: rounds of figures, claims held against their sources ─► Claim … Done
   │ none may, or it failed, or nothing of its answer holds (`Done.note` says which)
   └─────────────────────────────────────────────────────► extract: word for word ─► Claim … Done
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from msgspec.structs import replace

from processors.answers.extract import NEAREST, Answer, Material, extract, facts_of, sources_of
from processors.answers.intents import Plan, plan
from processors.answers.question import asked
from processors.days import local_time
from schemas.answers import EXTRACT, Answered, Claim, Done, Found, Looking, Sources, Stage
from schemas.errors import Refused, Transient
from schemas.types import LeadId
from streams.asking.history import History
from streams.asking.kept import Keep
from streams.asking.model import Models, Reader, Reading
from streams.engine.clock import Clock, wall_clock

log = logging.getLogger(__name__)

NOT_KEPT = "Вопрос не сохранён: хранилище не приняло его."


@dataclass(frozen=True, slots=True)
class Desk:
    """Where questions are answered: whose history is read, which models may help, who keeps what was asked, what time
    it is (ms UTC)."""

    history: History
    models: Models | None = None
    keep: Keep | None = None
    clock: Clock = wall_clock


async def answer(desk: Desk, lead: LeadId, question: str) -> AsyncIterator[Stage]:
    """The stages of an answer. Raises `Refused` before the first of them for what is no question about this client,
    `Transient` and `ConfigError` where the store does not answer. Who stops iterating (`aclose`) stops the model."""
    text = asked(question, lead)
    began = desk.clock()
    today = local_time(began).date()
    yield Looking("Ищу в истории клиента")
    material = await _material(desk.history, lead, text, today)
    sources = sources_of(material)
    yield Sources(sources, material.found.looked if material.found else 0)
    reading = Reading({source.number: source for source in sources})
    if desk.models is not None and sources:
        async for stage in Reader(desk.models, desk.history, material.lead, text, today).read(reading):
            yield stage
    made = await asyncio.to_thread(_made, material, reading)
    for claim in made.claims:
        yield claim
    engine = reading.engine if reading.engine and not reading.note else EXTRACT
    done = Done(engine, round((desk.clock() - began) / 1000, 1), reading.dropped, made.missing, reading.note)
    yield await _kept(desk.keep, lead, Answered(text, made.claims, list(reading.sources.values()), done))


async def _kept(keep: Keep | None, lead: LeadId, told: Answered) -> Done:
    """The end, with the id of what was kept. An answer is not lost because it could not be kept: it says so."""
    if keep is None:
        return told.done
    try:
        return replace(told.done, question=await keep(lead, told))
    except (Transient, Refused) as fault:
        log.warning("question not kept", extra={"lead": lead, "error": type(fault).__name__})
        return replace(told.done, note=" ".join(filter(None, (told.done.note, NOT_KEPT))))


def _made(material: Material, reading: Reading) -> Answer:
    """The model's claims where some hold; what it found missing is said so, with what is nearest; else the extract."""
    if reading.claims:
        return Answer(reading.claims, missing=False)
    extracted = extract(material, list(reading.sources.values()))
    if reading.missing and not extracted.missing:
        return Answer([Claim(NEAREST, []), *extracted.claims], missing=True)
    return extracted


async def _material(history: History, lead: LeadId, question: str, today: date) -> Material:
    """What is found, of the client that the store says it is: a lead that was merged with another is the other."""
    wanted = await asyncio.to_thread(plan, question, today)
    figures = [await history.figure(lead, call) for call in wanted.calls]
    profile = await history.profile(lead) if wanted.fields else None
    known = any(figure.rows_seen for figure in figures)
    found = await _found(history, lead, question, wanted) if wanted.words or not known else None
    whose = found.lead_id if found else figures[0].lead_id
    facts = facts_of(profile, wanted.fields) if profile is not None and profile.lead_id == whose else []
    return Material(whose, today, figures, facts, found, within=bool(wanted.since))


async def _found(history: History, lead: LeadId, question: str, wanted: Plan) -> Found:
    return await history.passages(lead, question, wanted.since, wanted.until)
