"""A company on real Kafka that signs commands: people, clients, a key of the assistant's, and other systems that count.

company = await Company.move_in(here, systems)
id_ = await company.propose("task", "4001", "позвонить")     # message, comment, flow or note
await company.approve(id_)
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Literal

import msgspec

from processors.access import UNASSIGNED, Owner
from processors.commands import canon, signing
from processors.commands.catalogue import CALLS
from processors.commands.desk import Desk, decide
from processors.commands.world import World
from schemas.cards import ClientCard
from schemas.codec import Codec, Rejected
from schemas.command_defs import CallsSigned, DefinitionRecord
from schemas.commands import (
    FINAL,
    Approval,
    Command,
    CommandChange,
    Handed,
    LogRecord,
    Proposal,
    Standing,
    Trigger,
)
from schemas.people import WebUser
from schemas.sources import Identity
from schemas.topics import (
    CLIENTS,
    COMMAND_DEFS,
    COMMAND_EVENTS,
    COMMAND_STATE,
    COMMANDS,
    IDENTITIES,
    LEAD_ALERTS,
    OUT_HTTP,
    OUT_PORTAL,
    OUT_TELEGRAM,
    WEB_USERS,
)
from streams.engine.clock import wall_clock
from streams.engine.signing_keys import ensure, known_keys
from tests.authenticator import ORIGIN
from tests.installation import Installation, until
from tests.semantics.commands_systems import CHATS, FLOW, LEADS, Systems
from tests.unit.processors.assistant.commands import alert
from tests.unit.processors.commands import office
from tests.zones import living_in

HOUR: Final = 3_600_000

Kind = Literal["message", "comment", "flow", "note"]
NAMES: Final[dict[Kind, str]] = {
    "message": "telegram.reply",
    "comment": "comment.bitrix",
    "flow": "n8n.run",
    "note": "note.add",
}
OUTWARD: Final[tuple[Kind, ...]] = ("message", "comment", "flow")

LOG: Final[Codec[LogRecord]] = Codec(LogRecord)
STANDING: Final[Codec[Standing]] = Codec(Standing)
CHANGE: Final[Codec[CommandChange]] = Codec(CommandChange)
HANDED: Final[Codec[Handed]] = Codec(Handed)
_USER: Final[Codec[WebUser]] = Codec(WebUser)
_CARD: Final[Codec[ClientCard]] = Codec(ClientCard)
_IDENTITY: Final[Codec[Identity]] = Codec(Identity)
_DEFINITION: Final[Codec[DefinitionRecord]] = Codec(DefinitionRecord)


@dataclass
class Company:
    """All clients are Olga's. `commands`: those that were proposed; `texts`: each has one that no other has."""

    here: Installation
    systems: Systems
    commands: dict[str, Command] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @classmethod
    async def move_in(cls, here: Installation, systems: Systems) -> "Company":
        """Everybody and everything stands on its topic."""
        company, olga = cls(here, systems), office.USERS["olga"]
        keys = [
            office.key(key_id=id_, who=who) for id_, who in (("k1", "agent"), ("web", "web"), ("pipeline", "pipeline"))
        ]
        cards = [
            ClientCard(lead_id=lead, source="b", ts=1, name=f"Клиент {lead}", responsible="Ольга") for lead in LEADS
        ]
        chats = [Identity("tg_chat", str(CHATS[lead]), lead_id=lead) for lead in LEADS]
        await here.produce(WEB_USERS, [(olga.user_id, _USER.encode(olga))])
        await here.produce(COMMAND_DEFS, [(f"key/{key.key_id}", _DEFINITION.encode(key)) for key in keys])
        await here.produce(COMMAND_DEFS, [(CALLS, _DEFINITION.encode(CallsSigned(since=0)))])
        await ensure(here.settings.kafka, here.settings.commands.keys, wall_clock(), ["notify"])
        await here.produce(CLIENTS, [(f"{card.lead_id}/b", _CARD.encode(card)) for card in cards])
        await here.produce(IDENTITIES, [(f"tg_chat:{one.value}", _IDENTITY.encode(one)) for one in chats])
        return company

    # --- what people and the assistant do -----------------------------------------------------------------------------

    async def propose(self, kind: Kind, lead: str) -> str:
        """By the assistant; its id."""
        record = self.proposal(kind, lead)
        await self.say(record)
        return record.command_id

    def proposal(self, kind: Kind, lead: str) -> Proposal:
        """Of a text that no other has."""
        number, now = next(self._numbers), wall_clock()
        given: dict[str, Any] = {"text": f"текст {number:04}"}
        if kind == "message":
            given["chat_id"] = str(CHATS[lead])
        if kind == "flow":
            given["workflow"] = FLOW
        occasion = Trigger(kind="silence", id=f"{number:016x}")
        command = Command(
            command_id=canon.command_id(NAMES[kind], lead, occasion.id, given),
            name=NAMES[kind],
            version=1,
            lead_id=lead,
            params=given,
            trigger=occasion,
            confidence_percent=90,
            proposed_at=now,
            expires_at=now + HOUR,
            proposer="agent/rules",
        )
        self.commands[command.command_id] = command
        return signing.proposal(command, "k1", office.PRIVATE)

    def approval(self, command_id: str) -> Approval:
        """Olga's, by the key of her device."""
        digest, nonce = canon.digest(canon.encoded(self.commands[command_id])), f"{next(self._numbers):032x}"
        proof = office.DEVICES["olga"].approve(digest, nonce)
        return Approval(digest=digest, at=wall_clock(), command_id=command_id, user_id="olga", passkey=proof)

    async def say(self, *records: LogRecord) -> None:
        """Into the log; people's words attested by who hears them, behind the alert that a proposal names."""
        made = [canon.read(record.body) for record in records if isinstance(record, Proposal)]
        ids = {(one.trigger.id, one.lead_id or LEADS[0]) for one in made if isinstance(one, Command)}
        quiet = [alert("combined_risk", alert_id=id_, lead_id=lead, rings=False) for id_, lead in ids]
        await self.here.produce(LEAD_ALERTS, [(one.lead_id, msgspec.json.encode(one)) for one in quiet])
        await self.here.produce(COMMANDS, [("k", LOG.encode(office.heard(record))) for record in records])

    # --- what came of it ----------------------------------------------------------------------------------------------

    async def standings(self) -> dict[str, Standing]:
        """`command.state` as a table."""
        last = {record.key.decode(): record.value for record in await self.here.read(COMMAND_STATE)}
        read = {key: STANDING.decode(value) for key, value in last.items() if value is not None}
        return {key: one for key, one in read.items() if isinstance(one, Standing)}

    async def over(self, *ids: str, timeout: float = 60) -> None:
        """Wait until these have come to an end, or nobody knows."""
        wanted = set(ids or self.commands)

        async def all_over() -> bool:
            stand = await self.standings()
            return all(id_ in stand and stand[id_].state in FINAL | {"unknown"} for id_ in wanted)

        await until(all_over, timeout, f"{len(wanted)} commands come to an end")

    async def changes(self) -> list[CommandChange]:
        """All that was told of commands."""
        read = [CHANGE.decode(record.value) for record in await self.here.read(COMMAND_EVENTS)]
        return [one for one in read if isinstance(one, CommandChange)]

    async def handed(self) -> list[Handed]:
        """All that outlets were given."""
        records = [record for topic in (OUT_TELEGRAM, OUT_PORTAL, OUT_HTTP) for record in await self.here.read(topic)]
        read = [HANDED.decode(record.value) for record in records]
        return [one for one in read if isinstance(one, Handed)]

    def effects(self) -> Counter[str]:
        """How often each command's text came to the other systems, by its id."""
        sent = [message.text for message in self.systems.telegram.messages.values()]
        sent += [comment.text for comment in self.systems.portal.comments.values()]
        sent += [str(taken.body) for taken in self.systems.host.taken]
        texts = {str(command.params["text"]): id_ for id_, command in self.commands.items()}
        return Counter(id_ for text, id_ in texts.items() for one in sent if text in one)

    async def oracle(self) -> dict[str, Standing]:
        """The log folded once, without any fault."""
        desk, world = (
            Desk(),
            World(
                definitions=office.world().definitions,
                keys={**office.world().keys, **await known_keys(self.here.settings.kafka)},
                calls_since=0,
                users=office.USERS,
                owner_of=lambda lead: Owner("Ольга") if lead in LEADS else UNASSIGNED,
                origin=ORIGIN,
                filled=lambda source, lead: [str(CHATS[lead])] if source.endswith("chat") else [FLOW],
            ),
        )
        records = await self.here.read(COMMANDS)
        with living_in(self.systems.environ()["LEADPULSE_DAYS__ZONE"]):  # its quiet hours
            for record in records:
                said = LOG.decode(record.value)
                if not isinstance(said, Rejected):
                    decide(desk, said, record.offset, record.timestamp, world)
        return desk.standings
