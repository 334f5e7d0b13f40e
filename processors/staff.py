"""Our people as the portal names them: what is theirs is no client's, and who of them reads alerts. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from processors.contact import link_key
from processors.curators import same
from schemas.sources import ClientRef, Identity

PERSON: Final = "b24_user"
CURATOR: Final = "curator"
_ACCOUNT: Final = "tg_user:"


class Staff:
    """A part of `processors.identity.Identities`: changes as the topic is followed."""

    def __init__(self) -> None:
        self._users: dict[str, Identity] = {}
        self._owners: defaultdict[str, set[str]] = defaultdict(set)
        self._curators: dict[str, Identity] = {}
        self._named: dict[str, str] = {}

    def apply(self, client: ClientRef, identity: Identity | None) -> bool:
        """Take a record of the topic; False where it is about none of ours. A record without a name ends it."""
        if client.kind not in (PERSON, CURATOR):
            return False
        table = self._users if client.kind == PERSON else self._curators
        before = table.pop(client.value, None)  # who says it last stands last
        if identity is not None and identity.name:
            table[client.value] = identity
        if client.kind == PERSON:
            for key in before.ours if before is not None else ():
                self._owners[key].discard(client.value)
            for key in table[client.value].ours if client.value in table else ():
                self._owners[key].add(client.value)
        self._named = {chat: name for chat, of in self._curators.items() if (name := self._name_of(of))}
        return True

    def _name_of(self, curator: Identity) -> str:
        """As the portal calls him today; nobody where he is a user of the portal no more."""
        return self.name(curator.user) if curator.user else curator.name

    def holds(self, client: ClientRef) -> bool:
        """Whether a phone, a mail or an account is one of ours."""
        return bool(self._owners and self._owners.get(link_key(client)))

    def user(self, client: ClientRef) -> str | None:
        """The portal's user whose it is; None where it is nobody's, or of several: the number of an office."""
        owners = self._owners.get(link_key(client), ())
        return next(iter(owners)) if len(owners) == 1 else None

    def name(self, user: str) -> str:
        """What a user is called; empty where there is none."""
        found = self._users.get(user)
        return found.name if found is not None else ""

    def called(self, name: str) -> list[str]:
        """The portal's users of this name, by their ids there; none for an empty one."""
        return [user for user, one in self._users.items() if name and same(one.name) == same(name)]

    @property
    def names(self) -> Mapping[str, str]:
        """What the portal's users and the curators are called, by their keys on `identities`."""
        users = {f"{PERSON}:{user}": one.name for user, one in self._users.items()}
        return users | {f"{CURATOR}:{chat}": name for chat, name in self._named.items()}

    @property
    def accounts(self) -> frozenset[str]:
        """Telegram accounts that the portal lists."""
        held = (key for key, users in self._owners.items() if users and key.startswith(_ACCOUNT))
        return frozenset(key.removeprefix(_ACCOUNT) for key in held)

    @property
    def curators(self) -> Mapping[str, str]:
        """Private chats (which are user ids) of curators who told the bot who they are, and their names."""
        return self._named
