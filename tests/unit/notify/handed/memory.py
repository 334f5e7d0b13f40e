"""The log of commands in memory, for several processes at once, and a clock that waits for nobody."""

import asyncio
import atexit
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace

from processors.commands.catalogue import Catalogue
from processors.commands.definitions import Allowed
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.command_defs import SigningKey
from schemas.commands import Begun, Handed, LogRecord, Result
from schemas.errors import Transient
from schemas.topics import COMMANDS
from streams.engine.kafka import Output
from streams.engine.retry import World
from streams.engine.signing_keys import made_key
from streams.notify.handed.log import CommandLog
from streams.notify.handed.signs import Signs

NOW = 1_795_165_391_000
ID = "00000000000000aa"
KEPT = tempfile.TemporaryDirectory()
"""The key of all of them: a new one for each would be made 1000 times."""
atexit.register(KEPT.cleanup)


class Kafka:
    """The topic `commands`, ordered; each process reads it by a `CommandLog` of its own. All sign with the key of
    `folder`, which `catalogue` knows; nobody has asked for signatures yet."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []
        self.now = NOW
        self.away = False
        self.slept: list[float] = []
        self.reads: Callable[[], None] = lambda: None
        self._logs: list[tuple[CommandLog, SimpleNamespace]] = []
        self._named = 0
        self.world = World(sleep=self._sleep)
        self.folder, self.catalogue = Path(KEPT.name), Catalogue("", Allowed())
        key = made_key(self.folder, "notify")
        self.catalogue.keys[key.key_id] = SigningKey(key_id=key.key_id, who="notify", public=key.public, since=0)

    def process(self) -> CommandLog:
        """One more, which has read everything so far."""
        reader, signs = SimpleNamespace(followed=0), Signs(self.folder, self.catalogue, lambda: self.now)
        log = CommandLog(
            reader,  # type: ignore[arg-type]
            SimpleNamespace(followed=0),  # type: ignore[arg-type]
            signs,
            self,  # type: ignore[arg-type]
            self.send,
            lambda: self.now,
            self._name,
            self.world,
        )
        self._logs.append((log, reader))
        self._deliver()
        return log

    async def of(self, topic: str) -> int:
        """As `Ends.of`: and whoever asks is given what there is."""
        if topic != COMMANDS.name:
            return 0
        if self.away:
            raise Transient("no broker")
        self.reads()
        self._deliver()
        end = len(self.records)
        await asyncio.sleep(0)
        return end

    async def send(self, outputs: Iterable[Output]) -> None:
        """As `Outputs.send`."""
        if self.away:
            raise Transient("no broker")
        for output in outputs:
            said = LOG.decode(output.value)
            assert not isinstance(said, Rejected)
            self.records.append(said)
        await asyncio.sleep(0)

    def results(self) -> list[tuple[str, str]]:
        """Outcomes, each with where it stands or why."""
        return [(one.outcome, one.what or one.error) for one in self.records if isinstance(one, Result)]

    def begun(self) -> list[Begun]:
        """Claims, in order."""
        return [one for one in self.records if isinstance(one, Begun)]

    def _deliver(self) -> None:
        for log, reader in self._logs:
            for offset in range(reader.followed, len(self.records)):
                value = LOG.encode(self.records[offset])
                log.put(SimpleNamespace(offset=offset, timestamp=self.now, value=value, key=b""))
            reader.followed = len(self.records)

    def _name(self) -> str:
        self._named += 1
        return f"claim {self._named}"

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += round(seconds * 1000)
        await asyncio.sleep(0)


def handed(handler: str, **fields: object) -> Handed:
    """What an approved command hands over."""
    return Handed(**{"command_id": ID, "lead_id": "1003", "at": NOW, "handler": handler} | fields)  # type: ignore[arg-type]
