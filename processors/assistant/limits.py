"""How often: a model is asked of a client, something is proposed of one, and all together in an hour. Pure; every limit
is counted before the model is asked.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from processors.assistant.ideas import RULES
from processors.commands.canon import read
from processors.days import DAY_MS, HOUR_MS, local_day
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.commands import Command, CommandId, Standing
from schemas.outlets import LlmCall
from schemas.types import LeadId, Millis

ROLE: Final = "commands"
FLOOD: Final = 30
"""Proposals of models in an hour, of all clients: whoever makes more wants something else. Rules go on."""
SHARE: Final = 10
"""Of them, of one client: he alone stops no model's thinking about all others."""
STALE_MS: Final = DAY_MS
"""An occasion older than that calls for nothing any more: after an outage, or at the first start of all."""


class Made(NamedTuple):
    """A proposal of this worker's, as far as limits go."""

    name: str
    lead: LeadId | str
    trigger: str
    at: Millis
    by_model: bool


class Limits:
    """What was proposed and asked. Mutable: it changes with what this process sends, and as topics are followed."""

    def __init__(self) -> None:
        self._made: dict[CommandId, Made] = {}
        self._calls: dict[tuple[LeadId, int], int] = {}
        self._asked: dict[tuple[str, str], Millis] = {}

    def take_command(self, command: Command) -> None:
        """One that was proposed."""
        if command.proposer.startswith("agent/"):
            by_model = command.proposer != RULES
            lead, trigger = command.lead_id, command.trigger.id
            self._made[command.command_id] = Made(command.name, lead, trigger, command.proposed_at, by_model)

    def take_standing(self, standing: Standing) -> None:
        """One that is known to the desk."""
        if standing.command_id not in self._made and not isinstance(command := read(standing.body), Rejected):
            self.take_command(command)

    def take_call(self, call: LlmCall) -> None:
        """A call of a model by any process. What has only begun is not counted: it is told again when it ended."""
        if call.role == ROLE and call.lead_id and call.outcome != "begun":
            key = call.lead_id, local_day(call.ts)
            self._calls[key] = self._calls.get(key, 0) + 1

    def take_asked(self, trigger: str, lead: LeadId | str, at: Millis) -> None:
        """A model was asked of this occasion."""
        self._asked[trigger, lead] = at

    def knows(self, command_id: CommandId) -> bool:
        """Whether it was proposed already."""
        return command_id in self._made

    def closed(self, trigger: str, lead: LeadId | str, now: Millis, calls_a_day: int) -> str:
        """Why no model is asked of an occasion, for the log; "" where one may be."""
        if (trigger, lead) in self._asked or any(
            one.by_model and (one.trigger, one.lead) == (trigger, lead) for one in self._made.values()
        ):
            return "a model was asked of it"
        if lead and self._calls.get((lead, local_day(now)), 0) >= calls_a_day:
            return "the client's calls of the day are used up"
        hour = [one.lead for one in self._made.values() if one.by_model and now - one.at < HOUR_MS]
        if lead and hour.count(lead) >= SHARE:
            return "too many proposals of this client within an hour"
        if len(hour) >= FLOOD:
            return "too many proposals within an hour"
        return ""

    def free(self, definitions: Iterable[Definition], lead: LeadId | str, now: Millis) -> dict[str, Definition]:
        """Those of which this client has not had his fill today."""
        today: dict[str, int] = {}
        for one in self._made.values():
            if one.lead == lead and local_day(one.at) == local_day(now):
                today[one.name] = today.get(one.name, 0) + 1
        return {one.name: one for one in definitions if today.get(one.name, 0) < one.limits.per_lead_day}

    def forget(self, now: Millis) -> None:
        """What no limit looks at any more."""
        day = local_day(now) - 1
        self._made = {key: one for key, one in self._made.items() if now - one.at < 90 * DAY_MS}
        self._calls = {key: count for key, count in self._calls.items() if key[1] >= day}
        self._asked = {key: at for key, at in self._asked.items() if now - at < 2 * STALE_MS}


def usable(definitions: Mapping[str, Definition], *, portal: bool, workflows: bool) -> dict[str, Definition]:
    """Those that are set up here: without a portal nothing is sent to one."""
    return {
        name: one
        for name, one in definitions.items()
        if not (one.handler.kind == "bitrix.call" and not portal)
        and not (one.handler.kind == "n8n.run" and not (workflows or one.handler.workflow))
    }
