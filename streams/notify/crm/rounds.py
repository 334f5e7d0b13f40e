"""The portal is asked by itself: what changed every few minutes, and once a night which objects there are.

Bitrix24 never repeats a hook. The first round of a kind is the whole of it; every page is on Kafka before the place is
noted, so that a kill goes on at the page. A round begins a while before the end of the one before it.
"""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final

from processors.days import at_local, local_day
from schemas.bitrix import Kind
from schemas.errors import Refused, Transient
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.conditions import Condition
from streams.engine.retry import WORLD, World
from streams.engine.rounds import Reports
from streams.notify.crm.portal import ITEMS, KINDS, PAGE, WITH_COMMENTS, Portal, Row, id_in
from streams.notify.crm.seen import Round, Seen
from streams.notify.crm.source import NotTaken, Source
from streams.notify.outlets.bitrix_client import BitrixRefused
from streams.settings import Bitrix

log = logging.getLogger(__name__)

MOST_GONE, FEW = 0.1, 20
"""A sweep that misses more than this share of the objects (and more than a few) is a right that was taken away from the
webhook rather than a tenth of the clients: nothing is believed gone, and a person is told."""
SHOWN: Final[dict[Kind, str]] = {"lead": "лиды", "deal": "сделки", "company": "компании", "contact": "контакты"}
LOOK_SECONDS = 5.0
"""Between two looks at whether it is ours."""
AGAIN = 30.0
"""Seconds after a fault that passes: a first load of hours goes on soon."""
SPREAD = 0.2
"""Share of a pause that is left to chance."""

Page = Callable[[Millis, int], Awaitable[list[Row]]]
Put = Callable[[list[Row]], Awaitable[int]]


class Rounds:
    """The reading of one portal."""

    def __init__(self, bitrix: Bitrix, portal: Portal, source: Source, seen: Seen) -> None:
        self._bitrix, self._portal, self._source, self._seen = bitrix, portal, source, seen
        self._trouble = ""
        self._doubt = ""

    def condition(self) -> Condition:
        """The portal cannot be read, or shows less than it did."""
        return Condition("crm_silent", "Битрикс24", lambda: self._trouble or self._doubt, after_s=120)

    async def run(self, clock: Clock, ours: Callable[[], bool], reports: Reports, world: World = WORLD) -> None:
        """Ask for ever, while it is `ours` to ask. What fails is told, and asked for again where it stopped."""
        while True:
            pause = self._bitrix.read_every * (1 - SPREAD * world.dice.random())
            if not ours():
                self._trouble = self._doubt = ""
                await world.sleep(LOOK_SECONDS)
                continue
            try:
                await self.round(clock())
                await self.sweep(clock())
                self._trouble = ""
                await reports.ended(self._doubt)
            except Transient as error:
                self._trouble = "" if isinstance(error, NotTaken) else str(error)
                pause = min(pause, error.retry_after or AGAIN)
                log.warning("the CRM is read later", extra={"error": str(error)})
                await reports.failed(self._trouble)
            except (Refused, sqlite3.Error) as error:
                self._trouble = str(error)
                log.warning("the CRM cannot be read", extra={"error": str(error)})
                await reports.failed(self._trouble)
            await world.sleep(pause)

    async def round(self, now: Millis) -> int:
        """Read what changed; how many objects were sent. Raises `Transient`, `Refused`."""
        sent = await self._source.put("user", await self._portal.users())  # first: what is theirs is no client's
        sent += sum(
            [
                await self._read(kind, now, partial(self._portal.page, kind), partial(self._source.put, kind))
                for kind in KINDS
            ]
        )
        for kind in WITH_COMMENTS:
            try:
                sent += await self._read(
                    f"comment {kind}", now, partial(self._portal.active, kind), self._comments(kind)
                )
            except BitrixRefused as error:  # an old box, or no right to timelines: hooks still bring them
                log.warning("comments come by hooks only", extra={"kind": kind, "error": str(error)})
        return sent

    def _comments(self, kind: Kind) -> Put:
        async def put(rows: list[Row]) -> int:
            return await self._source.put("comment", await self._portal.comments(kind, filter(None, map(id_in, rows))))

        return put

    async def _read(self, kind: str, now: Millis, page: Page, put: Put) -> int:
        """One kind, or the comments of one."""
        at = self._begun(kind, now)
        sent, pages = 0, 0
        while True:
            rows = await page(at.since, at.after)
            sent += await put(rows)
            if len(rows) < PAGE:
                self._seen.note(kind, Round(at.since, at.until, at.after, whole=True))
                if sent or not at.since:
                    log.info("CRM read", extra={"kind": kind, "sent": sent, "first": not at.since})
                return sent
            last = max(id_in(row) for row in rows)
            if last <= at.after:
                raise Refused(f"{kind}: страницы повторяются")
            at = Round(at.since, at.until, last)
            self._seen.note(kind, at)
            pages += 1
            if not pages % 20:  # a thousand objects
                log.info("CRM is being read", extra={"kind": kind, "sent": sent, "up_to_id": last})

    def _begun(self, kind: str, now: Millis) -> Round:
        """The round that was broken off, or the next one."""
        former = self._seen.round(kind)
        if former is None:
            return Round(0, now)
        if not former.whole:
            return former
        return Round(max(1, former.until - round(self._bitrix.read_overlap * 1000)), now)

    async def sweep(self, now: Millis) -> None:
        """Once a night: say what is gone, read what was missed. Raises `Transient`, `Refused`."""
        hour, minute = map(int, self._bitrix.sweep_at.split(":"))
        day = local_day(now)
        if now < at_local(day, (hour * 60 + minute) * 60_000) or self._seen.swept(day):
            return
        self._doubt = "; ".join([words for kind in ITEMS if (words := await self._swept(kind))])
        self._seen.note_sweep(day)

    async def _swept(self, kind: Kind) -> str:
        known = self._seen.ids(kind)  # before they are asked for: what is made meanwhile is no loss
        there: set[int] = set()
        after = 0
        while ids := await self._portal.ids(kind, after):
            there.update(ids)
            after = max(ids)
            if len(ids) < PAGE:
                break
        gone = known - there
        if len(gone) > max(FEW, MOST_GONE * len(known)):
            return f"вебхук больше не видит {len(gone)} из {len(known)} ({SHOWN[kind]})"
        await self._source.gone(kind, gone)
        for some in _chunks(sorted(there - known)):
            found = await self._portal.read((kind, id_) for id_ in some)
            await self._source.put(kind, [row for row in found.values() if row is not None])
        return ""


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    return (ids[at : at + PAGE] for at in range(0, len(ids), PAGE))
