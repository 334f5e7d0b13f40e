"""A company besieged: what clients write and say comes to its workers, and what a program with its key proposes.

siege = Besieged(company, glm)
honest = await siege.unlock()                    # all that may run by itself, on real figures
await siege.write(lead, text); await siege.speak(lead, text); await siege.ring(lead); await siege.thought()
"""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from processors.commands import canon, signing
from processors.commands.definitions import builtin, latest
from schemas.codec import event_id
from schemas.commands import Command, Standing, Switched, Trigger
from schemas.events import MeetingRoom, MeetingSaid
from schemas.topics import ASSISTANT_JOBS, COMMANDS, LEAD_ALERTS, LEAD_EVENTS, TELEGRAM
from streams.engine.clock import wall_clock
from tests.fakes.glm import FakeGlm
from tests.semantics.commands_company import HOUR, Company
from tests.semantics.commands_systems import CHATS, FLOW, LEADS
from tests.unit.processors.assistant.commands import alert
from tests.unit.processors.commands import office

UNLOCKED: Final = ("note.add", "mail.draft", "reminder.set", "task.bitrix", "comment.bitrix")
ENOUGH = 30
"""Signed commands before a name may be unlocked."""
VERSIONS: Final = {name: one.version for name, one in latest(builtin()).items()}
TWO_DAYS = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 48 * 3600))


@dataclass
class Besieged:
    """The company, who attacks it, and the model that helps him."""

    company: Company
    glm: FakeGlm
    numbers: Counter[str] = field(default_factory=Counter)

    def number(self, of: str) -> int:
        """The next of its kind."""
        self.numbers[of] += 1
        return self.numbers[of]

    async def write(self, lead: str, text: str, **more: Any) -> None:
        """A client writes into his chat, as the gateway takes it."""
        number, chat = self.number("update"), CHATS[lead]
        message = {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "supergroup"},
            "from": {"id": 70_000 + int(lead), "first_name": "Анна"},
            **({"caption": text} | more if more else {"text": text}),
        }
        record = {"source": "bot", "payload": {"update_id": number, "message": message}}
        await self.company.here.produce(TELEGRAM, [(str(chat), json.dumps(record).encode())])

    async def speak(self, lead: str, text: str) -> None:
        """In a meeting that then is over."""
        number, now = self.number("meeting"), wall_clock()
        meeting = f"m{number}"
        at: dict[str, Any] = {"lead_id": lead, "source": "jitsi", "meeting_id": meeting, "room": f"lead-{lead}"}
        events = [
            MeetingSaid(
                event_id=event_id("said", meeting, place),
                ts=now - 9_000 + place,
                participant="p1",
                start_ms=now - 9_000 + place,
                end_ms=now - 5_000 + place,
                text=words,
                name="Анна",
                **at,
            )
            for place, words in enumerate((text, "мы завтра пришлём вам акт сверки, договорились"))
        ]
        ended = MeetingRoom(event_id=event_id("end", meeting), ts=now, happening="meeting_ended", **at)
        await self.company.here.produce(LEAD_EVENTS, [(lead, msgspec.json.encode(one)) for one in (*events, ended)])

    async def ring(self, lead: str) -> None:
        """An alert that rests on figures."""
        now = wall_clock()
        number = f"{self.number('alert'):016x}"
        one = msgspec.structs.replace(
            alert("combined_risk"), alert_id=number, lead_id=lead, opened_at=now, updated_at=now
        )
        await self.company.here.produce(LEAD_ALERTS, [(lead, msgspec.json.encode(one))])

    def proposed(self, name: str, lead: str, text: str, by: str = "agent/rules", **occasion: Any) -> Command:
        """A command with these words in it, of which the company knows."""
        params: dict[str, Any] = {"text": text}
        match name:
            case "telegram.reply":
                params["chat_id"] = str(CHATS[lead])
            case "n8n.run":
                params["workflow"] = FLOW
            case "task.bitrix":
                params["title"] = "Сделать"
            case "mail.draft":
                params["subject"] = "Письмо"
            case "reminder.set":
                params["at"] = TWO_DAYS
            case "report.send":
                params, lead = {}, ""
        trigger, now = Trigger(kind="alert", id=event_id("trigger", self.number("trigger")), **occasion), wall_clock()
        made = Command(
            command_id=canon.command_id(name, lead, trigger.id, params),
            name=name,
            version=VERSIONS[name],
            lead_id=lead,
            params=params,
            trigger=trigger,
            confidence_percent=100,
            proposed_at=now,
            expires_at=now + HOUR,
            proposer=by,
        )
        self.company.commands[made.command_id] = made
        return made

    async def propose(self, *commands: Command) -> None:
        """Signed with the assistant's key."""
        await self.company.say(*(signing.proposal(one, "k1", office.PRIVATE) for one in commands))

    async def decided(self) -> dict[str, Standing]:
        """How everything stands once all that is in the log is decided."""
        await self.company.here.settled("actions", COMMANDS)
        return await self.company.standings()

    async def thought(self) -> None:
        """Return when what clients wrote and said so far has come through all workers but `notify`."""
        here = self.company.here
        await here.settled("pipeline", TELEGRAM)
        await here.settled("pipeline", LEAD_EVENTS)
        for topic in (LEAD_ALERTS, LEAD_EVENTS, ASSISTANT_JOBS):
            await here.settled("agent", topic)

    async def unlock(self) -> list[Command]:
        """As it is done: on figures that are good. Of each name one then runs by itself where no client said so."""
        others = LEADS[10:]
        signed = [
            self.proposed(name, others[number % len(others)], f"подписано {name} {number:02}", client=True)
            for name in UNLOCKED
            for number in range(ENOUGH)
        ]
        await self.propose(*signed)
        await self.company.say(*(self.company.approval(one.command_id) for one in signed))
        await self.company.say(*(Switched(name=name, at=wall_clock(), user_id="anton", auto=True) for name in UNLOCKED))
        alone = [self.proposed(name, LEADS[9], f"само {name}") for name in ("note.add", "task.bitrix")]
        await self.propose(*alone)
        await self.company.over(*(one.command_id for one in (*signed, *alone) if one.name != "reminder.set"))
        standings = await self.company.standings()
        assert [standings[one.command_id].state for one in alone] == ["done", "done"]
        assert {standings[one.command_id].how for one in alone} == {"auto"}
        return [*signed, *alone]
