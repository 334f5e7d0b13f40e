"""The log of commands in memory, for several processes at once, and a clock that waits for nobody."""

import asyncio
from collections.abc import Callable, Iterable
from types import SimpleNamespace

from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Begun, Handed, LogRecord, Result
from schemas.errors import Transient
from streams.engine.kafka import Output
from streams.engine.retry import World
from streams.notify.handed.log import CommandLog

NOW = 1_795_165_391_000
ID = "00000000000000aa"


class Kafka:
    """The topic `commands`, ordered; each process reads it by a `CommandLog` of its own. `held`: sends wait for it."""

    def __init__(self) -> None:
        self.records: list[LogRecord] = []
        self.now = NOW
        self.away = False
        self.slept: list[float] = []
        self.reads: Callable[[], None] = lambda: None
        self._logs: list[tuple[CommandLog, SimpleNamespace]] = []
        self._named = 0
        self.world = World(sleep=self._sleep)

    def process(self) -> CommandLog:
        """One more, which has read everything so far."""
        reader = SimpleNamespace(followed=0)
        log = CommandLog(reader, self, self.send, lambda: self.now, self._name, self.world)  # type: ignore[arg-type]
        self._logs.append((log, reader))
        self._deliver()
        return log

    async def of(self, _topic: str) -> int:
        """As `Ends.of`: and whoever asks is given what there is."""
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
