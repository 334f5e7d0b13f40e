"""What commands rest on, followed by who proposes, decides or shows: people, definitions and keys, how each command
stands, what the assistant remembers."""

import logging

from aiokafka import ConsumerRecord

from processors.assistant.memory import Memory
from processors.commands.catalogue import Catalogue
from schemas.codec import Codec, Rejected
from schemas.command_codecs import REMEMBERED, STANDING
from schemas.commands import CommandId, Standing
from schemas.people import UserId, WebUser
from streams.engine.followed import Followed
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

USER: Codec[WebUser] = Codec(WebUser)


class KnownUsers(Followed):
    """`web.users` as a table, the disabled ones included. `changes` counts what has come."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.users: dict[UserId, WebUser] = {}
        self.changes = 0

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        user = None if record.value is None else USER.decode(record.value)
        self.changes += 1
        if isinstance(user, Rejected):
            log.warning("user unreadable", extra={"offset": record.offset, "error": user.reason})
        elif user is None:
            self.users.pop(_key(record), None)
        else:
            self.users[user.user_id] = user

    def learn(self, user: WebUser) -> None:
        """One that we have written ourselves; his record comes yet."""
        self.changes += 1
        self.users[user.user_id] = user


class KnownDefinitions(Followed):
    """`command.defs` in a `Catalogue`. `changes` counts what has come."""

    def __init__(self, reader: Reader, catalogue: Catalogue) -> None:
        super().__init__(reader)
        self.catalogue = catalogue
        self.changes = 0

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        self.changes += 1
        if fault := self.catalogue.take(_key(record), record.value):
            log.warning("command definition unreadable", extra={"offset": record.offset, "error": fault})


class KnownStandings(Followed):
    """`command.state` as a table."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.standings: dict[CommandId, Standing] = {}

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        standing = None if record.value is None else STANDING.decode(record.value)
        if isinstance(standing, Rejected):
            log.warning("command state unreadable", extra={"offset": record.offset, "error": standing.reason})
        elif standing is None:
            self.standings.pop(_key(record), None)
        else:
            self.standings[standing.command_id] = standing


class KnownMemory(Followed):
    """`assistant.memory` as a table."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self.memory = Memory()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        value = None if record.value is None else REMEMBERED.decode(record.value)
        if isinstance(value, Rejected):
            log.warning("memory unreadable", extra={"offset": record.offset, "error": value.reason})
        else:
            self.memory.take(_key(record), value)


def _key(record: ConsumerRecord) -> str:
    return (record.key or b"").decode(errors="replace")
