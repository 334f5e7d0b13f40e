"""The assistant without Kafka: its tables filled by hand, its key in a folder of the test, a store that answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from processors.assistant.limits import Limits
from processors.commands.canon import read
from schemas.assistant import AssistantJob, AssistantSaid, Remembered
from schemas.cards import ClientCard
from schemas.command_defs import SigningKey
from schemas.commands import Command, Proposal
from schemas.people import WebUser
from schemas.sources import Identity
from schemas.topics import ASSISTANT_ASKED, ASSISTANT_JOBS, ASSISTANT_MEMORY, ASSISTANT_SAID, COMMANDS, TOPICS
from streams.agent.office import Office
from streams.agent.proposing import Proposer
from streams.agent.speaking import Speaking
from streams.agent.tables import Conversation, LimitedStandings
from streams.agent.thinking import Thinking
from streams.agent.waking import Waking
from streams.clients.store_web import Absent
from streams.engine.cards import KnownCards
from streams.engine.command_tables import KnownMemory
from streams.engine.command_world import Surroundings
from streams.engine.ends import Ends
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.process import Batch, Outcome
from streams.engine.reader import Reader
from streams.engine.signing_keys import made_key
from streams.settings import Bitrix, Kafka, Settings
from streams.settings.commands import Commands
from tests.unit.processors.assistant.people import NAMES, NOW
from tests.unit.store.records import batch

IVANOVA = WebUser(user_id="ivanova", name="Иванова", role="curator", telegram_id=11)
PETROV = WebUser(user_id="petrov", name="Петров", role="head", telegram_id=22)
GONE = WebUser(user_id="gone", name="Сидоров", role="head", telegram_id=33, disabled=True)
TYPES = {
    COMMANDS.name: Proposal,
    ASSISTANT_SAID.name: AssistantSaid,
    ASSISTANT_JOBS.name: AssistantJob,
    ASSISTANT_MEMORY.name: Remembered,
}


class NoModels:
    """None is configured."""

    def usable(self, lead_id: str, role: str) -> bool:
        return False


@dataclass
class Store:
    """Answers by path; a path that it does not know is absent."""

    answers: dict[str, Any] = field(default_factory=dict)
    fault: Exception | None = None
    asked: list[str] = field(default_factory=list)

    async def get(self, path: str, actor: str, query: Mapping[str, str | int] | None = None) -> Any:
        self.asked.append(path)
        if self.fault is not None:
            raise self.fault
        if path not in self.answers:
            raise Absent(path)
        return self.answers[path]


class Assistant:
    """One process. `now` is its clock; what a process answers is remembered as the topics would be read."""

    def __init__(
        self, folder: Path, models: Any = None, *, key: bool = True, portal: bool = True, calls: int = 6
    ) -> None:
        self.now = NOW
        bitrix = Bitrix(webhook="https://b24.example.ru/rest/1/x/") if portal else Bitrix()
        ours = Commands(keys=folder, workflows={"сверка": "https://n8n/x"}, model_calls_per_lead_day=calls)
        self.settings = Settings(bitrix=bitrix, commands=ours)
        kafka, self.store = Kafka(), Store()
        reader = {topic.name: Reader(kafka, topic) for topic in TOPICS}
        ends = Ends(kafka)
        cards, identities = KnownCards(reader["clients"]), KnownIdentities(reader["identities"], ends)
        limits = Limits()
        self.office = Office(
            settings=self.settings,
            cards=cards,
            identities=identities,
            world=Surroundings(self.settings, cards, identities, ends),
            standings=LimitedStandings(reader["command.state"], limits),
            memory=KnownMemory(reader["assistant.memory"]),
            talks=Conversation(reader["assistant.said"]),
            limits=limits,
            store=self.store,  # type: ignore[arg-type]
            clock=lambda: self.now,
        )
        for lead, name in NAMES.items():
            responsible = "Сидоров" if lead == "77" else "Иванова"
            card = ClientCard(lead_id=lead, source="hand", ts=NOW, name=name, responsible=responsible)
            cards.cards.apply(f"{lead}/hand", card)
            chat = Identity(kind="tg_chat", value=f"-100{lead}", lead_id=lead)
            identities.identities.apply(f"tg_chat:-100{lead}", chat)
        self.office.world.users.users.update({user.user_id: user for user in (IVANOVA, PETROV, GONE)})
        for table in self.office.tables().values():
            table.loaded.set()
        if key:
            pair = made_key(folder, "agent")
            self.office.world.definitions.catalogue.keys[pair.key_id] = SigningKey(
                key_id=pair.key_id, who="agent", public=pair.public, since=0
            )
        models = models or NoModels()
        self.proposer = Proposer(self.office)
        self.waking = Waking(self.office, self.proposer, models)
        self.speaking = Speaking(self.office, self.proposer, models)
        self.thinking = Thinking(self.office, self.proposer, self.speaking, models)

    def batch(self, topic: str, *values: msgspec.Struct) -> Batch:
        """Records of a topic, appended now."""
        return batch(topic, [msgspec.json.encode(value) for value in values], at=self.now)

    async def say(self, *lines: msgspec.Struct) -> Outcome:
        """Lines of our people, in one batch."""
        return await self.speaking(self.batch(ASSISTANT_ASKED.name, *lines))


def sent(outputs: list[Output], topic: str) -> list[Any]:
    """What stands on a topic then."""
    return [msgspec.json.decode(one.value or b"null", type=TYPES[topic]) for one in outputs if one.topic == topic]


def commands(outputs: list[Output]) -> list[Command]:
    """What is proposed."""
    found = [read(proposal.body) for proposal in sent(outputs, COMMANDS.name)]
    assert all(isinstance(one, Command) for one in found), found
    return found  # type: ignore[return-value]
