"""Notices to those who run the installation: told from anywhere, sent to `ops.notices` by a background task.

What is told already stands in the topic itself, so it is read before anything is sent: a trouble is told once, and once
when it is over, whichever worker meets it and however often that is started.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from aiokafka import ConsumerRecord

from schemas.codec import Codec, Rejected
from schemas.notices import OpsNotice, Trouble
from schemas.topics import OPS_NOTICES
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.retry import WORLD, Policy, World, retry

log = logging.getLogger(__name__)

_NOTICE: Codec[OpsNotice] = Codec(OpsNotice)

MOST_DETAIL = 300
"""Characters of a fault's own text."""
HOUR_MS = 3_600_000
"""Two workers that meet one trouble within the same hour, neither having read of the other's, tell one message."""


@dataclass
class Told:
    """What stands in `ops.notices`: the notices that are not over, by what they are about, and every id."""

    open: dict[tuple[Trouble, str], OpsNotice] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def add(self, notice: OpsNotice) -> None:
        """A later record of the topic."""
        self.ids.add(notice.notice_id)
        if notice.over:
            self.open.pop((notice.kind, notice.subject), None)
        else:
            self.open[notice.kind, notice.subject] = notice


class _Change(NamedTuple):
    """`lasting`: it has an end; otherwise it is told once for ever."""

    kind: Trouble
    subject: str
    detail: str
    ts: Millis
    over: bool = False
    lasting: bool = True
    since: Millis = 0


class _Only(NamedTuple):
    """What was told of others than these is over."""

    kind: Trouble
    subjects: frozenset[str]


class Notices:
    """`begins` and `ends` may be called with every attempt: only what is new to this process costs a look into the
    topic, and only what is new there is sent. `clock` in ms UTC.
    """

    def __init__(
        self,
        send: Callable[[list[Output]], Awaitable[None]],
        told: Callable[[], Awaitable[Told]],
        clock: Callable[[], Millis],
        world: World = WORLD,
    ) -> None:
        self._send, self._told, self._clock, self._world = send, told, clock, world
        self._waiting: asyncio.Queue[_Change | _Only] = asyncio.Queue()
        self._wrong: dict[tuple[Trouble, str], bool] = {}

    def begins(self, kind: Trouble, subject: str, detail: str = "") -> None:
        """Something waits for a person until `ends`."""
        if self._wrong.get((kind, subject)) is True:
            return
        self._wrong[kind, subject] = True
        log.error("trouble", extra={"kind": kind, "subject": subject, "detail": detail[:MOST_DETAIL]})
        self._waiting.put_nowait(_Change(kind, subject, detail, self._clock()))

    def ends(self, kind: Trouble, subject: str) -> None:
        """It is over; nothing is said where nothing was told."""
        if self._wrong.get((kind, subject)) is False:
            return
        self._wrong[kind, subject] = False
        self._waiting.put_nowait(_Change(kind, subject, "", self._clock(), over=True))

    def once(self, kind: Trouble, subject: str, detail: str = "") -> None:
        """Something that has no end."""
        log.error("trouble", extra={"kind": kind, "subject": subject, "detail": detail[:MOST_DETAIL]})
        self._waiting.put_nowait(_Change(kind, subject, detail, self._clock(), lasting=False))

    def was(self, kind: Trouble, subject: str, since: Millis) -> None:
        """Something that could not be told while it lasted, and is over. `since` in ms UTC."""
        self._waiting.put_nowait(_Change(kind, subject, "", self._clock(), over=True, lasting=False, since=since))

    def only(self, kind: Trouble, subjects: Collection[str]) -> None:
        """Nothing else can have this trouble any more: the settings name no other."""
        self._waiting.put_nowait(_Only(kind, frozenset(subjects)))

    async def run(self) -> None:
        """The background task."""
        while True:
            changes = [await self._waiting.get()]
            while not self._waiting.empty():
                changes.append(self._waiting.get_nowait())
            await retry(Policy(), partial(self._tell, changes), told=_not_yet, world=self._world)

    async def _tell(self, asked: Iterable[_Change | _Only]) -> None:
        told = await self._told()
        for change in self._changes(asked, told):
            notice = _notice(change, told)
            if notice is not None:
                output = Output(OPS_NOTICES.name, notice.notice_id.encode(), _NOTICE.encode(notice))
                await self._send([output])
                told.add(notice)

    def _changes(self, asked: Iterable[_Change | _Only], told: Told) -> Iterator[_Change]:
        for one in asked:
            if isinstance(one, _Change):
                yield one
                continue
            for kind, subject in list(told.open):
                if kind == one.kind and subject not in one.subjects:
                    yield _Change(kind, subject, "", self._clock(), over=True)


def _notice(change: _Change, told: Told) -> OpsNotice | None:
    """The record to send; None where the topic says so already."""
    before = told.open.get((change.kind, change.subject))
    detail = change.detail[:MOST_DETAIL]
    if not change.lasting:
        name = f"{change.kind}:{change.subject}" + (f":{change.since}" if change.since else "")
        if name in told.ids:
            return None
        return OpsNotice(name, change.ts, change.kind, change.subject, detail, over=change.over, since=change.since)
    if change.over:
        if before is None:
            return None
        since = before.since or before.ts
        return OpsNotice(before.notice_id, change.ts, change.kind, change.subject, over=True, since=since)
    if before is not None:
        return None
    name = f"{change.kind}:{change.subject}:{change.ts // HOUR_MS}"
    return OpsNotice(name, change.ts, change.kind, change.subject, detail, since=change.ts)


async def read_told(reader: Reader) -> Told:
    """The whole topic: some hundred records, when it is there. Raises `Transient`."""
    await reader.there()
    return await collect(reader.read([0]))


async def collect(records: AsyncIterator[ConsumerRecord]) -> Told:
    """What the records say together; one that cannot be read is passed over."""
    told = Told()
    async for record in records:
        notice = _NOTICE.decode(record.value)
        if not isinstance(notice, Rejected):
            told.add(notice)
    return told


def _not_yet(fault: Exception) -> None:
    log.warning("notice not sent yet", extra={"error": str(fault)})
