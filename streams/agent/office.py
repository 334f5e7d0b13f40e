"""What the assistant knows when it decides: clients, people, definitions, its memory, how its commands stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from processors.access import Person
from processors.assistant.clients import Clients
from processors.assistant.limits import Limits, usable
from processors.assistant.rules import Around
from processors.commands.definitions import latest
from processors.commands.world import person
from schemas.command_defs import Definition
from schemas.commands import Standing
from schemas.types import Millis
from streams.agent.tables import Conversation, LimitedStandings
from streams.clients.store_web import StoreWeb
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock
from streams.engine.command_tables import KnownMemory
from streams.engine.command_world import Surroundings
from streams.engine.followed import Followed
from streams.engine.identities import KnownIdentities
from streams.settings import Settings

ACTOR: Final = "помощник"
"""In whose name the store is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Tables that change as their topics are followed."""

    settings: Settings
    cards: KnownCards
    identities: KnownIdentities
    world: Surroundings
    standings: LimitedStandings
    memory: KnownMemory
    talks: Conversation
    limits: Limits
    store: StoreWeb
    clock: Clock
    denied: Callable[[Standing], bool] = lambda _: False
    """Whether nothing is remembered of a command (`Denied.command`)."""
    directory: list[Clients] = field(default_factory=lambda: [Clients(())])
    """The clients as they were called when it was looked last; one."""

    def tables(self) -> Mapping[str, Followed]:
        """All of them, by the names of the tasks that follow them."""
        return {
            "clients": self.cards,
            "identities": self.identities,
            "users": self.world.users,
            "definitions": self.world.definitions,
            "standings": self.standings,
            "memory": self.memory,
            "talks": self.talks,
        }

    def ready(self) -> bool | str:
        """A need of `/readyz`: nothing is proposed by half a table."""
        read = all(table.loaded.is_set() for table in self.tables().values())
        return read or "клиенты, люди, команды и память помощника ещё не прочитаны"

    def allowed(self) -> Mapping[str, Definition]:
        """The newest version of each command that is set up here, by its name."""
        known, settings = latest(self.world.known_definitions()), self.settings
        return usable(known, portal=settings.bitrix.enabled, workflows=bool(settings.commands.workflows))

    def around(self) -> Around:
        """What rules know."""
        users = self.world.users.users.values()
        heads = (user.telegram_id for user in users if user.role == "head" and user.telegram_id and not user.disabled)
        head = min(heads, default=0)
        return Around(self.allowed().keys(), self.memory.memory, self.cards.cards.name, f"tg:{head}" if head else "")

    def clients(self) -> Clients:
        """Whom a line may mean: those with a card, and those whose curator the settings name."""
        cards, merged = self.cards.cards, self.identities.identities.merged
        known = {*cards.leads(), *self.settings.telegram.curators}
        names = {lead: cards.name(lead) for lead in sorted(known, key=int) if merged(lead) == lead}
        if self.directory[-1].names != names:  # five thousand names cost 90 ms to take apart
            self.directory[:] = [Clients(names.items())]
        return self.directory[-1]

    def speaker(self, who: str) -> Person | None:
        """The rights of `web/USER` or `tg:ID`; None for everybody who is none of ours, or no more."""
        if who.startswith("web/"):
            user = self.world.users.users.get(who.removeprefix("web/"))
            return None if user is None or user.disabled else person(user)
        chat = who.removeprefix("tg:")
        if not who.startswith("tg:") or not chat.isascii() or not chat.isdigit():
            return None
        found = self.world.person_of_telegram(int(chat))
        return None if found is None else found[1]


def stale(at: Millis, now: Millis, most: Millis) -> bool:
    """Whether its time is over."""
    return now - at > most
