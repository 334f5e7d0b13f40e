"""Warehouse systems that are asked: JSON over HTTP, page by page, from a while before what was read last.

A page is on Kafka before the next one is asked for, and the note of how far it came is written after the last: a kill
at any point asks for the same again, and ids make that harmless. What comes again within the overlap is not sent again
while this process remembers it. After the documents comes the stock, of which only what they do not explain is told.
An item that the mapping does not fit is told, and holds the note back for a day, so that it comes again when that is
mended; the others pass.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from urllib.parse import urlsplit

import msgspec

from processors.mapping import Bad, Mapped, Memory, SourceMapping, items_of, mapped, words
from processors.russian.plural import RECORDS, count
from processors.stocktaking import Reading
from processors.wms_event import TOO_OLD, Good
from schemas.codec import Rejected
from schemas.errors import ConfigError, Refused, Transient
from schemas.topics import DAY_MS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.conditions import Condition
from streams.engine.remote import LazySession
from streams.engine.retry import WORLD, World
from streams.engine.rounds import Reports
from streams.gateway.bells import Bell
from streams.gateway.poll_client import PollClient, Question
from streams.gateway.stocks import Stocks, asked
from streams.loading import Note, Notes, Send, output
from streams.settings import WmsPoll

log = logging.getLogger(__name__)

GATHERED = 3.0
"""Seconds from a webhook to the question: one person's change of many documents is one round."""
REMEMBERED = 100_000
"""Events that are not sent again while they come again: ten megabytes."""
HELD_MS = DAY_MS
"""So long an item that the mapping does not fit holds the note back. Then time goes on without it."""
MOST_PAGES = 10_000
"""Of one round: more is a system that never comes to its end."""
SPREAD = 0.2
"""Share of a pause that is left to chance: systems are not all asked in the same second."""


class Position(msgspec.Struct):
    """What changed before `read` (ms UTC) has been read."""

    read: Millis


class Poll:
    """One system."""

    def __init__(self, name: str, poll: WmsPoll, mapping: SourceMapping, notes: Notes, client: PollClient) -> None:
        self.name, self._poll, self._mapping, self.client = name, poll, mapping, client
        self._note = Note(notes.folder / f"{name}.poll", Position)
        self._stocks = Stocks(name, notes) if poll.stock_urls else None
        self._sent: OrderedDict[str, None] = OrderedDict()
        self._trouble = ""
        self._rung = asyncio.Event()

    def bell(self) -> Bell | None:
        """What its webhooks ring, where it has some."""
        secret = self._poll.webhook_secret
        return None if secret is None else Bell(secret, self._rung.set)

    def condition(self) -> Condition:
        """A system that does not answer, refuses, or says what the mapping does not fit."""
        host = urlsplit((*self._poll.urls, *self._poll.stock_urls)[0]).hostname or ""
        return Condition("warehouse_silent", f"{self.name} ({host})", self.trouble)

    def trouble(self) -> str:
        """In Russian; nothing when all is well."""
        return self._trouble

    async def round(self, send: Send, now: Millis, *, stock: bool = True) -> None:
        """Ask for everything since the note, and move it; without `stock`, for documents only. `now` in ms UTC. Raises
        `Transient`, `Refused`, `ConfigError`: then the note stays."""
        position = await asyncio.to_thread(self._note.read)
        first = now - round(self._poll.first_days * DAY_MS)
        since = first if position is None else position.read - round(self._poll.overlap * 1000)
        bad: list[str] = []
        if self._stocks is not None:
            await self._stocks.settle(send)
        for url in self._poll.urls:
            bad += await self._listed(Question(url, since, now), send)
        faults = list(bad)
        if stock and self._stocks is not None:
            await self._stock(self._stocks, Question("", since, now), send, faults)
        read = now if not bad else max(now - HELD_MS, first if position is None else position.read)
        await asyncio.to_thread(self._note.write, Position(read))
        self._trouble = f"{count(len(faults), RECORDS)} не по разметке: {faults[0]}" if faults else ""

    async def _listed(self, question: Question, send: Send) -> list[str]:
        """All of an address; what the mapping does not fit. A list of several pages is read twice: what changes while
        it is read goes to its end, and the first of the next page comes to stand on one that has been read.
        """
        bad: list[str] = []
        for _ in range(2):
            bad, read = [], 0
            async with aclosing(self._pages(question, bad)) as pages:
                async for found in pages:
                    await self._send(found, send, question.until)
                    read += 1
            if read == 1:
                break
        return bad

    async def _send(self, found: list[Good], send: Send, now: Millis) -> None:
        """What is new of a page."""
        fresh = [good for good in found if good.payload.id not in self._sent]
        await send([output(self.name, good, now) for good in fresh])
        self._remember(fresh)
        if self._stocks is not None:
            await self._stocks.documents(found, now)

    async def _stock(self, stocks: Stocks, question: Question, send: Send, faults: list[str]) -> None:
        """All of the stock, and what follows from it. An article that cannot be read is not one that is gone."""
        snapshots: list[Good] = []
        bad: list[str] = []
        for url in self._poll.stock_urls:
            async with aclosing(self._pages(question._replace(url=url), bad, stock=True)) as pages:
                async for found in pages:
                    snapshots += found
        stock_told = self._poll.differences == "reserve"
        await stocks.read(Reading(question.until, snapshots, whole=not bad, stock_told=stock_told), send)
        faults += bad

    async def _pages(self, question: Question, bad: list[str], *, stock: bool = False) -> AsyncGenerator[list[Good]]:
        """The events of each page of an address; what the mapping does not fit goes to `bad`."""
        former = b""
        for page in range(MOST_PAGES):
            body = await self._asked(question._replace(page=page))
            if page and body == former:
                raise Refused("страницы повторяются: проверьте {page} или {offset} в адресе")
            former = body
            found, size = await asyncio.to_thread(self._read, body, question.until, bad, stock=stock)
            yield found
            if not self._poll.page_size or size < self._poll.page_size:
                return
        raise Refused(f"больше {MOST_PAGES} страниц: проверьте page_size")

    async def _asked(self, question: Question) -> bytes:
        try:
            return await self.client.ask(question)
        except Transient as error:  # Kafka's own are told elsewhere
            self._trouble = str(error)
            raise

    def _read(self, body: bytes, now: Millis, bad: list[str], *, stock: bool) -> tuple[list[Good], int]:
        items = items_of(self._mapping, body)
        if isinstance(items, Rejected):
            raise Refused(f"ответ не по разметке: {items.reason}")
        if stock:
            items = asked(items, now)
        goods = []
        for outcome in mapped(self._mapping, enumerate(items), now, Memory()):
            match outcome:
                case Mapped():
                    goods.append(outcome.good)
                case Bad() if not all(fault.reason == TOO_OLD for _, fault in outcome.faults):
                    bad += [f"запись {place}: {words(fault)}" for place, fault in outcome.faults]
        return goods, len(items)

    def _remember(self, goods: list[Good]) -> None:
        self._sent.update((good.payload.id, None) for good in goods)
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)

    async def run(self, send: Send, clock: Clock, world: World = WORLD) -> None:
        """Ask for ever, and for documents as soon as a webhook comes: two readings of a stock say nothing when they are
        close together. Whatever fails is told, and asked for again at the next round."""
        stock, due = True, 0.0
        reports = Reports(f"wms:{self.name}", "poll", self._poll.every, send, clock)
        while True:
            try:
                await self.round(send, clock(), stock=stock)
            except Transient as error:
                log.warning("a warehouse is read later", extra={"source": self.name, "error": str(error)})
                await reports.failed(self._trouble)
            except (Refused, ConfigError) as error:
                self._trouble = str(error)
                log.warning("a warehouse cannot be read", extra={"source": self.name, "error": str(error)})
                await reports.failed(self._trouble)
            else:
                await reports.ended(self._trouble)
            if stock:
                due = world.clock() + self._poll.every * (1 - SPREAD * world.dice.random())
            stock = not await self._woken(due - world.clock(), world)

    async def _woken(self, pause: float, world: World) -> bool:
        """Whether a webhook came within the pause (seconds); several that come together are one."""
        if self._poll.webhook_secret is None:
            await world.sleep(pause)
            return False
        try:
            async with asyncio.timeout(pause):
                await self._rung.wait()
        except TimeoutError:
            return False
        await world.sleep(GATHERED)
        self._rung.clear()
        return True


def polls_of(
    polls: Mapping[str, WmsPoll], mappings: Mapping[str, SourceMapping], notes: Notes, world: World = WORLD
) -> list[Poll]:
    """One for each of the settings. Raises `ConfigError` for a system without a mapping."""
    without = [name for name in polls if name not in mappings]
    if without:
        raise ConfigError("; ".join(f"wms.polls.{name}: нет разметки {name}.yaml в wms.mappings" for name in without))
    make = partial(PollClient, world=world)
    return [
        Poll(name, poll, mappings[name], notes, make(poll, LazySession(poll.timeout))) for name, poll in polls.items()
    ]
