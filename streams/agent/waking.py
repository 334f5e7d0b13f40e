"""What wakes the assistant beside people: alerts that ring, meetings in progress, strangers, what became of commands.

Rules decide at once. What a model should think about goes to `assistant.jobs`, so that no call holds up anything.
"""

import logging
from collections import Counter
from typing import Final

from processors.assistant import rules
from processors.assistant.limits import STALE_MS
from processors.assistant.memory import key_of, remembered
from processors.assistant.window import Minutes, occasion
from processors.commands.canon import read
from processors.waiting import told
from schemas.alerts import Alert
from schemas.assistant import AssistantJob, AssistantSaid
from schemas.codec import EVENT, Codec, Rejected, event_id
from schemas.command_codecs import CHANGE
from schemas.commands import Command, CommandChange, Trigger
from schemas.events import CommandChanged, MeetingRoom, MeetingSaid, Tick
from schemas.sources import Unassigned
from schemas.topics import ASSISTANT_JOBS, ASSISTANT_MEMORY, ASSISTANT_SAID
from schemas.types import LeadId, Millis
from streams.agent.office import Office, stale
from streams.agent.proposing import Proposer
from streams.agent.tables import encoded
from streams.engine.kafka import Output
from streams.engine.process import Batch, Outcome
from streams.llm.gateway import ModelGateway
from streams.settings.llm import Role

log = logging.getLogger(__name__)

ALERT: Codec[Alert] = Codec(Alert)
UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)
ROLE: Final[Role] = "commands"


class Waking:
    """Settle's processes of four topics. `wake` is called at each tick."""

    def __init__(self, office: Office, proposer: Proposer, models: ModelGateway) -> None:
        self._office, self._proposer, self._models = office, proposer, models
        self._minutes = Minutes()
        self._strangers: Counter[str] = Counter()
        self.ticked: Millis = 0
        """Time of the last tick, ms UTC."""

    async def alerts(self, batch: Batch) -> Outcome:
        """`lead.alerts`. Raises `NotYet` without a key."""
        outcome = Outcome()
        for record, alert in outcome.readable(batch, ALERT):
            if not alert.rings or alert.status != "open" or self._stale(record.timestamp):
                continue
            idea = rules.of_alert(alert, self._office.around(), batch.meta(record).ts)
            outcome.outputs += self._proposer.proposals([idea])
            outcome.outputs += self._job(rules.trigger_of(alert), alert.lead_id, batch.meta(record).ts)
        return outcome

    async def events(self, batch: Batch) -> Outcome:
        """`lead.events`: only few of them are its business."""
        outcome = Outcome()
        for record in batch.records:
            if not any(mark in (record.value or b"") for mark in _MARKS):
                continue
            event = EVENT.decode(record.value)
            match event:
                case Tick(ts=ts):
                    self.ticked = max(self.ticked, ts)
                case MeetingSaid() if not event.backfill:
                    outcome.outputs += self._minute(self._minutes.take(event), event.lead_id)
                case MeetingRoom(happening="meeting_ended"):
                    outcome.outputs += self._minute(self._minutes.end(event.meeting_id), event.lead_id)
                case CommandChanged(state="failed") if not self._stale(record.timestamp):
                    outcome.outputs += self._failed(event, batch.meta(record).ts)
                case Rejected():
                    outcome.rejected.append((record, event))
        return outcome

    async def strangers(self, batch: Batch) -> Outcome:
        """`lead.unassigned`: who comes again and again, and nobody knows whose he is."""
        outcome = Outcome()
        for record, event in outcome.readable(batch, UNASSIGNED):
            if self._stale(record.timestamp):
                continue
            key = f"{event.client.kind}:{event.client.value}"
            self._strangers[key] += 1
            if self._strangers[key] == rules.STRANGER + 1:
                at, around = batch.meta(record).ts, self._office.around()
                idea = rules.of_stranger(key, self._strangers[key], told(event).name, around, at)
                outcome.outputs += self._proposer.proposals([idea])
        return outcome

    async def changes(self, batch: Batch) -> Outcome:
        """`command.events`: what became of commands is remembered, and told to who asked for them."""
        outcome = Outcome()
        for _, change in outcome.readable(batch, CHANGE):
            command = read(change.standing.body)
            if isinstance(command, Rejected) or self._office.denied(change.standing):
                continue
            former = self._office.standings.standings.get(command.supersedes) if command.supersedes else None
            kept = remembered(change, former)
            if kept is not None:
                self._office.memory.memory.take(key_of(kept), kept)
                outcome.outputs.append(Output(ASSISTANT_MEMORY.name, key_of(kept).encode(), encoded(kept)))
            if (said := _told(change, command)) is not None:
                outcome.outputs.append(Output(ASSISTANT_SAID.name, said.to.encode(), encoded(said)))
        return outcome

    def _minute(self, turns: list[MeetingSaid], lead: LeadId) -> list[Output]:
        trigger = occasion(turns, self._office.clock()) if turns else None
        return self._job(trigger, lead, turns[-1].end_ms) if trigger is not None else []

    def _failed(self, event: CommandChanged, at: Millis) -> list[Output]:
        """A command of its own that failed: a model may know another way. Once: not of what came of that."""
        standing = self._office.standings.standings.get(event.command_id)
        command = None if standing is None else read(standing.body)
        if not isinstance(command, Command) or not command.proposer.startswith("agent/"):
            return []
        if command.trigger.kind == "command":
            return []
        trigger = Trigger(kind="command", id=event.command_id, words=event.why[:1000], who=event.title)
        return self._job(trigger, event.lead_id, at)

    def _job(self, trigger: Trigger, lead: LeadId, at: Millis) -> list[Output]:
        """A thing to think about, where a model may read this client's words and the limits leave room."""
        if not self._models.usable(lead, ROLE):
            return []
        a_day = self._office.settings.commands.model_calls_per_lead_day
        if closed := self._office.limits.closed(trigger.id, lead, self._office.clock(), a_day):
            log.info("no model is asked", extra={"lead": lead, "why": closed})
            return []
        job = AssistantJob(trigger=trigger, at=at, lead_id=lead)
        return [Output(ASSISTANT_JOBS.name, lead.encode(), encoded(job))]

    def _stale(self, at: Millis) -> bool:
        return stale(at, self._office.clock(), STALE_MS)


_MARKS = (b'"tick"', b'"meeting_said"', b'"meeting_ended"', b'"command_changed"')
"""What a record has that may be its business: the others are not decoded, of a history there are millions."""

_ENDS = {
    "done": "Команда «{}» выполнена",
    "failed": "Команда «{}» не выполнена",
    "unknown": "Неизвестно, выполнена ли команда «{}». Посмотрите, как на самом деле, и отметьте на странице «Команды»",
    "rejected": "Команда «{}» отклонена",
    "dropped": "Команду «{}» не предлагаю: мало уверенности",
    "expired": "Команда «{}» не выполнена: срок подписи вышел",
}


def _told(change: CommandChange, command: Command) -> AssistantSaid | None:
    """To who asked for a command on the page: how it ended. In Telegram the message with the buttons says so; there he
    is told what nobody else tells."""
    standing = change.standing
    telegram = command.asked_by.startswith("tg:")
    shown = ("rejected", "dropped") if telegram else tuple(_ENDS)
    if not command.asked_by or standing.state not in shown or not command.proposer.startswith("agent/"):
        return None
    text = _ENDS[standing.state].format(standing.title or command.name)
    text += f". Причина: {standing.why}" if standing.why else ""
    return AssistantSaid(
        said_id=event_id("ended", change.change_id),
        to=command.asked_by if telegram else f"web/{command.asked_by}",
        text=f"{text}.",
        at=change.at,
        chat_id=int(command.asked_by[3:]) if telegram else 0,
        command_id=change.command_id,
        lead_id=change.lead_id,
    )
