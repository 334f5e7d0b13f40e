"""Being spoken to: `assistant.asked` → an answer on `assistant.said`, and what was asked for on `commands`.

The answer is sent when the broker has the rest, and is the fence: a line that has one is not answered again.
"""

import dataclasses
import logging
from typing import Final

import msgspec
from msgspec.structs import replace

from alerting.texts import title
from processors.access import Person
from processors.assistant import phrases, talk
from processors.assistant.memory import key_of
from processors.assistant.wanted import Open, Room, occasion
from processors.days import HOUR_MS
from processors.pages import Card
from schemas.assistant import AssistantAsked, AssistantJob, AssistantSaid
from schemas.codec import Rejected
from schemas.command_codecs import ASKED
from schemas.errors import LeadpulseError, NotYet
from schemas.topics import ASSISTANT_JOBS, ASSISTANT_MEMORY, ASSISTANT_SAID
from schemas.types import LeadId
from streams.agent.office import ACTOR, Office, stale
from streams.agent.proposing import Proposer
from streams.agent.tables import encoded
from streams.agent.waking import ROLE
from streams.engine.kafka import Output
from streams.engine.process import Batch, Outcome
from streams.llm.gateway import ModelGateway

log = logging.getLogger(__name__)

LATE_MS: Final = 12 * HOUR_MS
"""Nobody waits for an answer to a line any more that was said so long ago."""


class Speaking:
    """Settle's process of `assistant.asked`."""

    def __init__(self, office: Office, proposer: Proposer, models: ModelGateway) -> None:
        self._office, self._proposer, self._models = office, proposer, models

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises nothing of its own: without a key a person is told so."""
        outcome = Outcome()
        for _, asked in outcome.readable(batch, ASKED):
            person = self._office.speaker(asked.who)
            if person is None:
                log.info("a line of nobody of ours", extra={"kind": asked.via})
            elif not self._office.talks.answered(asked.asked_id) and not self._late(asked):
                waits = self._office.talks.waits(asked.who, asked.at)
                self.settle(asked, await self._answer(asked, person, waits), outcome)
        return outcome

    async def _answer(self, asked: AssistantAsked, person: Person, waits: Open | None) -> talk.Answer:
        if not asked.text.strip() and asked.choice < 0:
            return talk.Answer(said=talk.said(asked, phrases.NOT_HEARD[asked.unheard]))
        room = self.room(asked)
        answer = talk.answer(asked, person, room, waits)
        if not answer.look_for_alerts:
            return answer
        try:
            living = await self._alerts(answer.look_for_alerts)
        except LeadpulseError as error:
            log.warning("alerts cannot be looked for", extra={"error": str(error)})
            return talk.Answer(said=talk.said(asked, phrases.NO_STORE))
        return talk.answer(asked, person, dataclasses.replace(room, alerts={answer.look_for_alerts: living}), waits)

    async def _alerts(self, lead: LeadId) -> list[tuple[str, str]]:
        told = await self._office.store.get(f"/api/leads/{lead}/card", ACTOR)
        return [(one.alert_id, title(one)) for one in msgspec.convert(told, Card).alerts]

    def room(self, asked: AssistantAsked, *, model: bool = True) -> Room:
        """What a line is answered in. `model`: whether one may be asked of it."""
        office = self._office
        usable = model and self._models.usable(asked.lead_id, ROLE)
        a_day = office.settings.commands.model_calls_per_lead_day
        return Room(
            definitions=office.allowed(),
            clients=office.clients(),
            owner_of=office.world.owner_of,
            memory=office.memory.memory,
            now=asked.at,  # and not the clock: a line that comes again means the same "через час"
            model=usable and not office.limits.closed(asked.asked_id, asked.lead_id, office.clock(), a_day),
            hosts=office.settings.commands.hosts,
            workflows=office.settings.commands.workflows.keys(),
        )

    def settle(self, asked: AssistantAsked, answer: talk.Answer, outcome: Outcome) -> None:
        """Put what comes of an answer into the outcome."""
        if answer.ask_model:
            job = AssistantJob(trigger=occasion(asked), at=asked.at, lead_id=asked.lead_id, asked=asked)
            outcome.outputs.append(Output(ASSISTANT_JOBS.name, asked.who.encode(), encoded(job)))
            return
        if (kept := answer.remembered) is not None:
            self._office.memory.memory.take(key_of(kept), kept)
            outcome.outputs.append(Output(ASSISTANT_MEMORY.name, key_of(kept).encode(), encoded(kept)))
        said = self._proposed(asked, answer, outcome)
        if said is not None:
            self._office.talks.take(said)
            outcome.state.append(Output(ASSISTANT_SAID.name, said.to.encode(), encoded(said)))

    def _proposed(self, asked: AssistantAsked, answer: talk.Answer, outcome: Outcome) -> AssistantSaid | None:
        if answer.idea is None or answer.said is None:
            return answer.said
        command = self._proposer.drafted(answer.idea)
        if isinstance(command, Rejected):
            return talk.refused(asked, command)
        try:
            outcome.outputs.append(self._proposer.signed(command))
        except NotYet as error:
            log.warning("nothing proposed", extra={"why": str(error)})
            return talk.said(asked, phrases.NO_KEY)
        self._office.limits.take_command(command)
        return replace(answer.said, command_id=command.command_id, lead_id=command.lead_id)

    def _late(self, asked: AssistantAsked) -> bool:
        return stale(asked.at, self._office.clock(), LATE_MS)
