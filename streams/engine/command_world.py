"""What a decision about commands is made in (`processors.commands.world.World`), of the tables that a worker follows.

Who proposes asks it for the server's own params, who decides for people, owners and definitions: the same answers.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

from aiokafka import TopicPartition

from processors.access import UNASSIGNED, Owner, Person
from processors.commands.catalogue import Catalogue
from processors.commands.definitions import Allowed, Key
from processors.commands.world import World, person
from schemas.command_defs import Definition
from schemas.commands import Standing
from schemas.errors import NotYet
from schemas.sources import ClientRef
from schemas.topics import CLIENTS, COMMAND_DEFS, IDENTITIES, WEB_USERS
from schemas.types import LeadId
from streams.engine.cards import KnownCards
from streams.engine.command_tables import KnownDefinitions, KnownUsers
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.followed import Followed
from streams.engine.identities import LOOK_AGAIN, KnownIdentities
from streams.engine.process import Batch, Outcome, Process
from streams.engine.reader import Reader
from streams.settings import Settings

CHAT: Final = "tg_chat"


def origin_of(settings: Settings) -> str:
    """Where the page is opened: keys of devices are bound to it. Browsers take http for `localhost` alone."""
    return settings.site.public_url or f"http://localhost:{settings.web.port}"


def allowed_by(settings: Settings) -> Allowed:
    """What the settings allow to commands that people add."""
    commands = settings.commands
    return Allowed(frozenset(commands.hosts), frozenset(commands.workflows), frozenset(commands.secrets))


class Surroundings:
    """`cards`, `identities`: the worker's own. He follows them, and `users` and `definitions`, which are made here."""

    def __init__(self, settings: Settings, cards: KnownCards, identities: KnownIdentities, ends: Ends) -> None:
        self._settings, self._cards, self._identities, self._ends = settings, cards, identities, ends
        self.users = KnownUsers(Reader(settings.kafka, WEB_USERS))
        catalogue = Catalogue(origin_of(settings), allowed_by(settings))
        self.definitions = KnownDefinitions(Reader(settings.kafka, COMMAND_DEFS), catalogue)
        self.desks = Desks(settings.telegram, cards.cards, identities.identities)
        self._counted: tuple[tuple[int, int], Mapping[Key, Definition]] | None = None

    def world(self, stood: Callable[[str], Standing | None] = lambda _: None) -> World:
        """As it is now. `stood`: how commands stood before a restart."""
        return World(
            definitions=self.known_definitions(),
            keys=self.definitions.catalogue.keys,
            users=self.users.users,
            owner_of=self.owner_of,
            origin=origin_of(self._settings),
            person_of_telegram=self.person_of_telegram,
            filled=self.filled,
            stood=stood,
            words_since=self.definitions.catalogue.words_since,
            calls_since=self.definitions.catalogue.calls_since,
        )

    def before(self, process: Process) -> Process:
        """`process`, with all that the four tables' topics hold when it begins: a key, a person or a chat that somebody
        wrote down before he wrote a record of the batch is known."""

        async def informed(batch: Batch) -> Outcome:
            await self.catch_up()
            return await process(batch)

        return informed

    async def catch_up(self) -> None:
        """Return when the tables hold all that their topics hold now. Raises `NotYet`, `Transient`."""
        for known in self._tables().values():
            await known.loaded.wait()
        places = {
            TopicPartition(self._settings.kafka.prefix + name, 0): known for name, known in self._tables().items()
        }
        ends = await self._ends.ask(places)
        if any(known.followed < ends[place] for place, known in places.items()):
            raise NotYet("people, clients and definitions are not followed to their end yet", retry_after=LOOK_AGAIN)

    def ready(self) -> bool | str:
        """A need of `/readyz`."""
        read = all(known.loaded.is_set() for known in self._tables().values())
        return read or "люди, клиенты и описания команд ещё не прочитаны"

    def _tables(self) -> Mapping[str, Followed]:
        return {
            CLIENTS.name: self._cards,
            IDENTITIES.name: self._identities,
            WEB_USERS.name: self.users,
            COMMAND_DEFS.name: self.definitions,
        }

    def known_definitions(self) -> Mapping[Key, Definition]:
        """All that count now. Signatures are verified anew only when people or definitions have changed."""
        now = (self.users.changes, self.definitions.changes)
        if self._counted is None or self._counted[0] != now:
            self._counted = now, self.definitions.catalogue.definitions(self.users.users)
        return self._counted[1]

    def owner_of(self, lead: LeadId) -> Owner:
        """Whose a client is; of a number that was merged with another, whose that one is."""
        lead = self._identities.identities.merged(lead)
        card, chat = self._cards.cards.find(lead), self.desks.curator(lead)
        if card is None and not chat and len(self._identities.identities.names(lead)) == 1:
            return UNASSIGNED
        return Owner(name=card.responsible if card else "", chat=chat)

    def person_of_telegram(self, telegram_id: int) -> tuple[str, Person] | None:
        """A user of the page, or a curator who has only his chat with the bot; None for all others."""
        users = [user for user in self.users.users.values() if telegram_id and user.telegram_id == telegram_id]
        if users:
            user = users[-1]
            return None if user.disabled else (user.name, person(user))
        name = self._identities.identities.curators.get(str(telegram_id), "")
        if not name and telegram_id not in self._settings.telegram.curators.values():
            return None
        return name or "куратор", Person(role="curator", name=name, chat=telegram_id)

    def filled(self, source: str, lead: LeadId) -> Collection[str]:
        """The values of an `x-from`, as `World.filled`; none where the lead has none."""
        match source:
            case "identities.telegram_chat":
                return self._chats(lead)
            case "portal.responsible":
                card = self._cards.cards.find(self._identities.identities.merged(lead)) if lead else None
                return self._identities.identities.staff.called(card.responsible) if card is not None else ()
            case "rooms.link":
                return self._rooms(lead)
            case "commands.workflows":
                return tuple(self._settings.commands.workflows)
            case _:
                return ()

    def _chats(self, lead: LeadId) -> Collection[str]:
        """Telegram chats of a client, each by the id that it has now; none of our people's."""
        known = self._identities.identities
        keys = known.names(lead) if lead else []
        chats = [value for kind, _, value in (key.partition(":") for key in keys) if kind == CHAT]
        ours = [chat for chat in chats if known.find(ClientRef(CHAT, chat)) == known.merged(lead)]
        return tuple(dict.fromkeys(known.chat_now(chat) for chat in ours))

    def _rooms(self, lead: LeadId) -> Collection[str]:
        jitsi, prefixes = self._settings.jitsi.url, self._settings.pipeline.room_prefixes
        return (f"{jitsi.rstrip('/')}/{prefixes[0]}{lead}",) if jitsi and prefixes and lead else ()
