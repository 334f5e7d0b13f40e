"""`out.notebook`: a notebook per lead in Open Notebook, and in it two sources per meeting: the minutes and the words.

A source carries its key in its title (`… · протокол · <recording id> v<version>`), for its API takes no key of ours and
keeps no title unique. So each delivery first looks at what is there: the same version → nothing; an older one → the new
one is made, then the old one deleted; more than one, after an answer that was lost → deleted to one. No id is kept
between deliveries: the notebook may be gone, with all of its data. Where somebody is erased the same keys say what is
to be deleted, and a notebook that held nothing else goes too.
"""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from alerting.clients import Client, Clients
from alerting.minutes import render_markdown, transcript_markdown
from processors.days import local_time
from schemas.codec import Rejected
from schemas.errors import RecordFault, Refused, Transient
from schemas.outlets import Forget, MinutesCopy
from schemas.types import LeadId
from streams.engine.settle import Batch, Outcome
from streams.notify.outlets.notebook_client import Book, OpenNotebook, Source
from streams.notify.outlets.records import COPY_OR_FORGET, is_wanted

log = logging.getLogger(__name__)

Kind = Literal["протокол", "расшифровка"]

_KEY = re.compile(r"· (протокол|расшифровка) · (\S+) v(\d{1,9})\b")

LOOKS = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between two looks at a source whose text is processed; then the batch is given back and comes again."""

LOOK_AGAIN = 15.0
"""Seconds until it does."""

ORPHANED = 900.0
"""Seconds after which a job that ran, or was never there, does no more: its worker was ended in the middle. One that is
queued (`new`) is waited for as long as it takes: deleting its source would end the queue (Open Notebook issue 1363)."""

FAILED_WAIT = 30.0
"""Seconds until a text is given again that Open Notebook failed to process."""


class Document(NamedTuple):
    """A source as it should be."""

    kind: Kind
    recording: str
    version: int
    title: str
    text: str


class Notebooks:
    """Settle's `Process` for `out.notebook`. `healthy` tells how the last call went."""

    def __init__(
        self,
        api: OpenNotebook,
        clients: Clients = Client,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api, self._clients, self._clock, self._sleep = api, clients, clock, sleep
        self._unfinished: dict[str, float] = {}

    @property
    def healthy(self) -> bool:
        """False while Open Notebook is away or its settings are wrong; the records wait."""
        return not self._api.fault

    async def __call__(self, batch: Batch) -> Outcome:
        """Bring every meeting of the batch to its notebook. Raises `Transient` as long as that is not confirmed."""
        outcome = Outcome()
        for record, found in outcome.readable(batch, COPY_OR_FORGET):
            try:
                await (self._forget(found) if isinstance(found, Forget) else self._export(found))
            except Refused as error:
                outcome.rejected.append((record, Rejected(str(error), "Refused")))
        return outcome

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def _export(self, copy: MinutesCopy) -> None:
        book = await self._book(copy.minutes.lead_id)
        there = await self._api.sources(book.id)
        for document in documents(copy, self._clients(copy.minutes.lead_id).name):
            await self._place(book, document, [s for s in there if _is_of(s, document)])

    async def _forget(self, forget: Forget) -> None:
        unnamed, mark = f"Лид {forget.lead_id}", f"leadpulse:{forget.lead_id}"
        for book in await self._api.books():
            if mark not in book.description.split() and book.name != unnamed:
                continue
            there = await self._api.sources(book.id)
            ours = [one for one in there if (of := _recording(one)) is not None and is_wanted(forget, of)]
            for source in ours:
                await self._api.drop_source(source.id)
            if forget.recordings:
                continue
            if len(ours) == len(there) and book.note_count == 0:
                await self._api.drop_book(book.id)
            elif book.name != unnamed:  # what people keep in it is theirs, his name is not
                await self._api.rename_book(book.id, unnamed)
        log.info("notebook forgotten", extra={"erasure": forget.forget_id})

    async def _book(self, lead_id: LeadId) -> Book:
        """The lead's notebook, by our mark in the description (a person may rename it), by its name, or made now. One
        that was made before anybody told the client's name gets it."""
        unnamed, mark = f"Лид {lead_id}", f"leadpulse:{lead_id}"
        client = self._clients(lead_id).name
        name = f"{client} (лид {lead_id})" if client else unnamed
        books = [b for b in await self._api.books() if mark in b.description.split() or b.name in (name, unnamed)]
        if not books:
            about = f"Встречи клиента: протоколы и расшифровки. Ведёт Leadpulse; метка {mark} нужна ему."
            return await self._api.make_book(name, about)
        first, *others = sorted(
            books, key=lambda b: (mark not in b.description.split(), not b.source_count, b.created, b.id)
        )
        for other in others:
            if mark in other.description.split() and other.source_count == 0 and other.note_count == 0:
                await self._api.drop_book(other.id)  # of a call whose answer was lost
        if first.name == unnamed != name:
            await self._api.rename_book(first.id, name)
        return first

    async def _place(self, book: Book, document: Document, there: list[Source]) -> None:
        """`there`: the sources of the same recording and kind, of any version."""
        whole = []
        for source in there:
            if source.status == "completed" or await self._has_text(source.id):
                whole.append(source)
            else:
                await self._api.drop_source(source.id)
        newest = max(map(_version, whole), default=0)
        if newest < document.version:
            await self._make(book, document)
            outdated = whole
        else:
            keep = next(source for source in whole if _version(source) == newest)
            outdated = [source for source in whole if source is not keep]
        for source in outdated:
            await self._api.drop_source(source.id)

    async def _make(self, book: Book, document: Document) -> None:
        """Others were read and written a moment ago: what fails here and now is this text's own."""
        try:
            source = await self._api.make_source(book.id, document.title, document.text)
        except Transient as fault:
            raise RecordFault(str(fault), FAILED_WAIT) from fault
        if source.full_text or await self._has_text(source.id):
            return
        await self._api.drop_source(source.id)
        raise RecordFault("Open Notebook could not process a text", FAILED_WAIT)

    async def _has_text(self, source_id: str) -> bool:
        """Whether the text is in; False when it never will be. Raises `Transient` while it may still come."""
        status: str | None = ""
        for pause in (0.0, *LOOKS):
            await self._sleep(pause)
            status = await self._api.status(source_id)
            if status == "completed" or (not pause and await self._forgotten(status, source_id)):
                self._unfinished.pop(source_id, None)
                return True
            if status in ("failed", "canceled"):
                self._unfinished.pop(source_id, None)
                return False
        since = self._unfinished.setdefault(source_id, self._clock())
        if status not in ("new", "queued") and self._clock() - since > ORPHANED:
            del self._unfinished[source_id]
            return False
        raise Transient("Open Notebook has not processed a source yet; does its worker run?", retry_after=LOOK_AGAIN)

    async def _forgotten(self, status: str | None, source_id: str) -> bool:
        """Whether the text is in by a job that is not kept any more: only the text itself can tell."""
        return status in (None, "unknown") and bool((await self._api.source(source_id)).full_text)


def documents(copy: MinutesCopy, client: str = "") -> tuple[Document, Document]:
    """The two sources of a meeting; the minutes last, so that who finds them finds the words too."""
    event = copy.minutes
    when = local_time(event.ts)
    recording, version = quote(event.recording_id, safe=""), event.minutes.version

    def document(kind: Kind, text: str) -> Document:
        title = f"Встреча {when:%d.%m.%Y %H:%M} · {kind} · {recording} v{version}"
        return Document(kind, recording, version, title, text)

    said, told = transcript_markdown(copy, client), render_markdown(event, client)
    return document("расшифровка", said), document("протокол", told)


def _is_of(source: Source, document: Document) -> bool:
    key = _KEY.search(source.title or "")
    return key is not None and key.group(1, 2) == (document.kind, document.recording)


def _recording(source: Source) -> str | None:
    """Of which meeting a source of ours is."""
    key = _KEY.search(source.title or "")
    return None if key is None else unquote(key.group(2))


def _version(source: Source) -> int:
    key = _KEY.search(source.title or "")
    return int(key.group(3)) if key else 0
