"""The access log: a line stands on `audit.access`, acknowledged, before the answer that it tells of goes out."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable

from processors.audit import chained
from schemas.codec import Codec, Rejected
from schemas.errors import LeadpulseError, Transient
from schemas.people import AccessEntry
from schemas.topics import AUDIT_ACCESS
from streams.engine.ends import Ends
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.retry import Policy, retry
from streams.settings import Kafka

log = logging.getLogger(__name__)

ENTRY: Codec[AccessEntry] = Codec(AccessEntry)

Send = Callable[[list[Output]], Awaitable[None]]
Lines = Callable[[int], Awaitable[list[AccessEntry]]]
"""So many of the newest lines, oldest first; what cannot be read is left out. Raises `Transient`."""
LOOK = Policy(first=0.5, longest=5.0)
"""The worker may be up before the broker."""

PARTITION = 0
"""The topic has one: one chain over all."""


class Journal:
    """Lines that come while others are on their way go together: one acknowledgement for all of them.

    After a fault nobody knows which of them stand there. The next line begins a chain of its own behind whatever is
    the newest then, so none is told twice under one number.
    """

    def __init__(self, send: Send, newest: Lines, patience_s: float) -> None:
        self._send, self._newest, self._patience_s = send, newest, patience_s
        self._waiting: list[tuple[AccessEntry, asyncio.Future[None]]] = []
        self._writer, self._number, self._before = "", 0, ""
        self._work: asyncio.Task[None] | None = None
        self._beginning, self._is_found = asyncio.Lock(), False

    async def run(self) -> None:
        """Look for the newest line before the first person waits for it; until cancelled."""
        await retry(LOOK, self._begin, passing=(Transient,))
        await asyncio.Event().wait()

    def ready(self) -> bool | str:
        """A need of `/readyz`: it was found once. After a fault the next line finds it again."""
        return self._is_found or "журнал доступа ещё не прочитан"

    async def write(self, entry: AccessEntry) -> None:
        """Return when the broker has it. Raises `Transient` when it has not within `web.ack_seconds`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, done))
        if self._work is None or self._work.done():
            self._work = asyncio.ensure_future(self._write_waiting())
        try:
            async with asyncio.timeout(self._patience_s):
                await asyncio.shield(done)
        except TimeoutError:
            done.add_done_callback(_forget)
            raise Transient("Kafka не подтвердила запись в журнал доступа") from None

    async def close(self) -> None:
        """End what is on its way."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)

    async def _write_waiting(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._append([entry for entry, _ in batch])
            except LeadpulseError as error:
                self._writer = ""
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)

    async def _begin(self) -> None:
        """Where the chain goes on, if that is not known. Raises `Transient`."""
        async with self._beginning:
            if not self._writer:
                last = await self._newest(1)
                self._before, self._number = last[-1].digest if last else "", 0
                self._writer, self._is_found = secrets.token_hex(8), True

    async def _append(self, entries: list[AccessEntry]) -> None:
        await self._begin()
        number, before, outputs = self._number, self._before, []
        for entry in entries:
            line = chained(entry, self._writer, number, before)
            outputs.append(Output(AUDIT_ACCESS.name, line.user.encode(), ENTRY.encode(line), PARTITION))
            number, before = number + 1, line.digest
        await self._send(outputs)
        self._number, self._before = number, before


def _forget(done: asyncio.Future[None]) -> None:
    if not done.cancelled():
        done.exception()


def newest_lines(kafka: Kafka, ends: Ends) -> Lines:
    """Reads the end of the topic."""
    reader = Reader(kafka, AUDIT_ACCESS)

    async def newest(count: int) -> list[AccessEntry]:
        end = await ends.of(AUDIT_ACCESS.name, PARTITION)
        found: list[AccessEntry] = []
        if end:
            async for record in reader.read([PARTITION], deadline=10, since=max(0, end - count)):
                line = ENTRY.decode(record.value)
                found += [] if isinstance(line, Rejected) else [line]
        return found

    return newest
