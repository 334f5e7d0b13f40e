"""Asking a model: `assistant.jobs` → proposals of a model, or an answer to a line that rules do not understand.

Jobs of a partition come one after the other, beside everything else. No call is made twice where that can be known: the
limits know what was asked and proposed. Without a model, or with its budget spent, there are only the rules.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from processors.assistant import offers, talk
from processors.assistant.ideas import Idea
from processors.assistant.limits import STALE_MS
from processors.days import local_day
from processors.pages import Row, TimeLine
from schemas.assistant import AssistantJob
from schemas.codec import Codec
from schemas.command_defs import Definition
from schemas.errors import LeadpulseError, Transient
from schemas.types import LeadId
from streams.agent.office import ACTOR, Office, stale
from streams.agent.proposing import Proposer
from streams.agent.speaking import Speaking
from streams.agent.waking import ROLE
from streams.clients.store_web import Absent
from streams.engine.process import Batch, Outcome
from streams.llm.faults import LlmError, LlmFault
from streams.llm.gateway import ModelGateway
from streams.llm.request import Request

log = logging.getLogger(__name__)

JOB: Codec[AssistantJob] = Codec(AssistantJob)
ANSWER_TOKENS: Final = 1500
LEAST_ROOM: Final = 2000
ROWS: Final = 30
"""Of a client's history that a model reads."""
_EPOCH: Final = date(1970, 1, 1)


class Thinking:
    """Settle's process of `assistant.jobs`."""

    def __init__(self, office: Office, proposer: Proposer, speaking: Speaking, models: ModelGateway) -> None:
        self._office, self._proposer, self._speaking, self._models = office, proposer, speaking, models

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient` while models that are away are waited for, or the store, or a key."""
        outcome = Outcome()
        for record, job in outcome.readable(batch, JOB):
            ideas = await self._thought(job, record.timestamp / 1000)
            if job.asked is not None:
                self._answer(job, ideas, outcome)
            else:
                outcome.outputs += self._proposer.proposals(ideas)
        return outcome

    async def _thought(self, job: AssistantJob, arrived: float) -> list[Idea]:
        """What a model proposes, and holds; nothing where none may be asked."""
        office, now = self._office, self._office.clock()
        a_day = office.settings.commands.model_calls_per_lead_day
        closed = office.limits.closed(job.trigger.id, job.lead_id, now, a_day)
        done = job.asked is not None and office.talks.answered(job.asked.asked_id)
        if stale(job.at, now, STALE_MS) or closed or done or not self._models.usable(job.lead_id, ROLE):
            log.info("no model is asked", extra={"lead": job.lead_id, "why": closed or "too late, or none may be"})
            return []
        try:
            return await self._asked_of_model(job)
        except LlmError as error:
            patience = office.settings.llm.patience_seconds if job.asked is None else 0.0
            if isinstance(error, LlmFault) and arrived + patience > now / 1000:
                raise
            log.warning("proposals without a model", extra={"lead": job.lead_id, "error": str(error)})
            return []

    async def _asked_of_model(self, job: AssistantJob) -> list[Idea]:
        office, now, lead = self._office, self._office.clock(), job.lead_id
        definitions = self._free(lead)
        rows = await self._rows(lead) if lead else []
        whose = [f"who/{job.asked.who}"] if job.asked is not None else []
        memory = office.memory.memory.told(lead, whose)
        today = _EPOCH + timedelta(days=local_day(now))
        system = offers.system(job.trigger, definitions.values(), memory, today, now)
        room = max(LEAST_ROOM, self._models.room(lead, ROLE, ANSWER_TOKENS) - len(system))
        material = offers.material(job.trigger, rows, room)
        names = await self._names(lead)
        answered = await self._models.answer(Request(ROLE, system, material, offers.Offers, names, lead, ANSWER_TOKENS))
        office.limits.take_asked(job.trigger.id, lead, now)
        found = offers.standing_offers(answered.value, job.trigger, lead, definitions, rows, office.clients())
        refusal = office.memory.memory.refusal
        kept = [one for one in found if job.asked or not refusal(lead, one.name, now, job.trigger.gravity)]
        who = job.asked.who if job.asked is not None else ""
        return [replace(one, at=job.at, proposer=f"agent/{answered.model}", who=who) for one in kept]

    def _answer(self, job: AssistantJob, ideas: Sequence[Idea], outcome: Outcome) -> None:
        """To the person: what the model understood, as a question unless it is sure; else that there is no such
        command."""
        asked = job.asked
        person = self._office.speaker(asked.who) if asked is not None else None
        if asked is None or person is None or self._office.talks.answered(asked.asked_id):
            return
        room = self._speaking.room(asked, model=False)
        answer = talk.thought(asked, person, room, ideas[0]) if ideas else talk.no_such(asked, person, room)
        self._speaking.settle(asked, answer, outcome)

    def _free(self, lead: LeadId | str) -> Mapping[str, Definition]:
        """What may be proposed here and now. A new command is never a model's own thought."""
        office = self._office
        free = office.limits.free(office.allowed().values(), lead, office.clock())
        return {
            name: one
            for name, one in free.items()
            if name != "command.new" and one.effect != "money" and (lead or one.lead != "required")
        }

    async def _rows(self, lead: LeadId) -> list[str]:
        line = await self._told(f"/api/leads/{lead}/timeline", TimeLine)
        return [text for row in (line.rows[:ROWS] if line is not None else []) if (text := _words(row))]

    async def _names(self, lead: LeadId | str) -> list[str]:
        """Whom an external model must not see: the client's people, and of a line all that clients are called."""
        cards = self._office.cards.cards
        if not lead:
            return [name for one in cards.leads() if (name := cards.name(one))]
        people = await self._told(f"/api/leads/{lead}/people", _People)
        return [*(people.names if people is not None else []), cards.name(lead)]

    async def _told(self, path: str, type_: type[Any]) -> Any:
        """The store's answer; None of a client whom it does not know. Raises `Transient`."""
        try:
            return msgspec.convert(await self._office.store.get(path, ACTOR), type_)
        except Absent:
            return None
        except Transient:
            raise
        except (LeadpulseError, msgspec.ValidationError) as error:
            raise Transient(f"store: {type(error).__name__}", retry_after=5.0) from error


class _People(msgspec.Struct):
    names: list[str]


def _words(row: Row) -> str:
    """`[номер] сообщение, Анна: текст`, as far as it has words."""
    if row.alert is not None:
        return f"[тревога] {row.alert.rule}"
    text = row.text or row.title or (row.minutes.summary if row.minutes is not None else "")
    return f"[{row.kind}] {row.who}: {text}" if text else ""
