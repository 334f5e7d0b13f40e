"""The stock of a system that is asked: what its documents do not explain, once, whatever is killed.

Book and events are on the disk before the events are sent; what may not be on Kafka yet is sent again, with its ids.
"""

import asyncio
from collections.abc import Iterable

import msgspec

from processors.shelves import Book, note_documents
from processors.stocktaking import Reading, take
from processors.wms_event import Good, judge
from schemas.errors import Refused
from schemas.types import Millis
from schemas.wms import WmsPayload
from streams.loading import Note, Notes, Send, output


class Noted(msgspec.Struct):
    """What is owed at the reading that the book is of."""

    book: Book
    owed: list[WmsPayload] = []


class Stocks:
    """The book of one system."""

    def __init__(self, name: str, notes: Notes) -> None:
        self._name = name
        self._note = Note(notes.folder / f"{name}.stock", Noted)
        self._noted: Noted | None = None
        self._written = True

    async def documents(self, goods: list[Good], now: Millis) -> None:
        """They are on Kafka. `now` in ms UTC. Raises `ConfigError`."""
        noted = await self._known()
        await asyncio.to_thread(note_documents, noted.book, goods, now)

    async def settle(self, send: Send) -> None:
        """Send what is owed. Raises `ConfigError`, `Transient`: then it is owed still."""
        noted = await self._known()
        if not self._written:
            await asyncio.to_thread(self._note.write, noted)
            self._written = True
        if noted.owed:
            ts = noted.book.ts
            goods = [good for event in noted.owed if isinstance(good := judge(event, ts), Good)]
            await send([output(self._name, good, ts) for good in goods])
            noted.owed = []

    async def read(self, reading: Reading, send: Send) -> None:
        """The stock was read, after the documents. Raises `Refused` for one that cannot be true, and as `settle`."""
        await self.settle(send)
        noted = await self._known()
        snapshots = list(reading.snapshots)
        if not snapshots and reading.whole and any(shelf.lines for shelf in noted.book.shelves.values()):
            raise Refused("в отчёте об остатках ничего нет, а раньше было: проверьте права ключа и разметку")
        events = await asyncio.to_thread(take, noted.book, (), reading._replace(snapshots=snapshots))
        noted.owed = [good.payload for good in events]
        self._written = False
        await self.settle(send)

    async def _known(self) -> Noted:
        if self._noted is None:
            self._noted = await asyncio.to_thread(self._note.read) or Noted(Book())
        return self._noted


def asked(items: Iterable[object], now: Millis) -> list[object]:
    """Rows of a stock report, which tell no time: with the time of the question (ms UTC) as `asked`."""
    return [{**item, "asked": now} if isinstance(item, dict) else item for item in items]
