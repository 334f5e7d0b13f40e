"""Open Notebook's REST API: the calls that an export needs, and what their failures mean.

Facts: lfnovo/open-notebook `api/routers/notebooks.py`, `api/routers/sources.py`, `api/models.py`, `api/auth.py` (2026).
A record that is not there answers 404 or, in versions before its issue 862 was closed, 500. An answer of 422 repeats
what was sent, so no answer's text gets out of here.
"""

import logging
from collections.abc import Mapping
from typing import NoReturn, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from schemas.codec import Codec, Rejected
from schemas.errors import ConfigError, Refused, Transient
from streams.engine.remote import Connect, LazySession
from streams.settings.outlets import Notebook as Section

log = logging.getLogger(__name__)
T = TypeVar("T")

CONFIGURATION_WAIT = 60.0
"""Seconds until a call is tried again that a person has to make possible: password, address."""

PAGE = 100
"""The most sources that one answer holds (`get_sources`: `limit` 1–100)."""


class Gone(Transient):
    """What the call is about is not there (any more). Looking again tells what to do instead."""


class Book(msgspec.Struct, frozen=True):
    """A notebook (`NotebookResponse`). The counts are None in versions that do not tell."""

    id: str
    name: str
    description: str = ""
    created: str = ""
    source_count: int | None = None
    note_count: int | None = None


class Source(msgspec.Struct, frozen=True):
    """A source in a list (`SourceListResponse`), or one of its own with its text (`SourceResponse`).

    `status` is that of the job that processes it: new, running, completed, failed, canceled; None without a job,
    unknown where the job is not kept any more.
    """

    id: str
    title: str | None = None
    status: str | None = None
    full_text: str | None = None


class _Status(msgspec.Struct, frozen=True):
    """`SourceStatusResponse`."""

    status: str | None = None


_STATUS: Codec[_Status] = Codec(_Status)
_BOOK: Codec[Book] = Codec(Book)
_BOOKS: Codec[list[Book]] = Codec(list[Book])
_SOURCE: Codec[Source] = Codec(Source)
_SOURCES: Codec[list[Source]] = Codec(list[Source])


class OpenNotebook:
    """One Open Notebook. Calls raise `Gone`, `Transient` (its fault passes, or a person mends it) or `Refused`.

    `fault` is what was wrong at the last call, empty where nothing was. Raises `ConfigError` for settings that cannot
    work.
    """

    def __init__(self, settings: Section, connect: Connect = aiohttp.ClientSession) -> None:
        password = settings.password.get_secret_value()
        if not (password.isascii() and password.isprintable()):
            raise ConfigError("notebook.password: нужны латинские буквы, цифры и знаки (он передаётся в заголовке)")
        try:
            self._base = URL(settings.url.rstrip("/") + "/api")
        except ValueError:
            self._base = URL()
        if self._base.scheme not in ("http", "https") or not self._base.host:
            raise ConfigError("notebook.url: нужен адрес вида http://узел:порт")
        self._settings, self._http = settings, LazySession(settings.timeout, connect)
        self._headers = {"Authorization": f"Bearer {password}"} if password else {}
        self.fault, self._told = "", False

    async def books(self) -> list[Book]:
        """Every notebook; its API has no paging for them."""
        return await self._call("GET", "/notebooks", _BOOKS)

    async def make_book(self, name: str, description: str) -> Book:
        """A new notebook. Names need not be unique."""
        return await self._call("POST", "/notebooks", _BOOK, body={"name": name, "description": description})

    async def rename_book(self, book_id: str, name: str) -> None:
        """Another name (`PUT /api/notebooks/{id}`, `NotebookUpdate`: what is not said stays)."""
        await self._call("PUT", f"/notebooks/{_quoted(book_id)}", _BOOK, body={"name": name})

    async def drop_book(self, book_id: str) -> None:
        """Delete a notebook; sources of it stay (`delete_exclusive_sources` is off by default)."""
        await self._drop(f"/notebooks/{_quoted(book_id)}")

    async def sources(self, book_id: str) -> list[Source]:
        """Every source of a notebook, oldest first, so that one that is made meanwhile moves no page."""
        found: dict[str, Source] = {}
        query: dict[str, str | int] = {"notebook_id": book_id, "limit": PAGE, "sort_by": "created", "sort_order": "asc"}
        while True:
            page = await self._call("GET", "/sources", _SOURCES, query=query | {"offset": len(found)})
            before = len(found)
            found |= {source.id: source for source in page}
            if len(page) < PAGE or len(found) == before:  # the latter: a version that knows no paging gives all of it
                return list(found.values())

    async def make_source(self, book_id: str, title: str, text: str) -> Source:
        """Queue a text. `async_processing`: without it the answer waits for the same queue, up to 300 s."""
        body = {
            "type": "text",
            "notebooks": [book_id],
            "title": title,
            "content": text,
            "embed": self._settings.embed,
            "async_processing": True,
        }
        return await self._call("POST", "/sources/json", _SOURCE, body=body)

    async def status(self, source_id: str) -> str | None:
        """The state of a source's job, as `Source.status`."""
        return (await self._call("GET", f"/sources/{_quoted(source_id)}/status", _STATUS)).status

    async def source(self, source_id: str) -> Source:
        """One source with its text. It counts as opened by a person, and goes to the top of what he viewed recently."""
        return await self._call("GET", f"/sources/{_quoted(source_id)}", _SOURCE)

    async def drop_source(self, source_id: str) -> None:
        """Delete a source. Not one whose job is queued: that ends its worker's queue (its issue 1363)."""
        await self._drop(f"/sources/{_quoted(source_id)}")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _drop(self, path: str) -> None:
        try:
            await self._exchange("DELETE", path)
        except Gone:
            log.info("already deleted in Open Notebook")

    async def _call(
        self,
        verb: str,
        path: str,
        answer: Codec[T],
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> T:
        value = answer.decode(await self._exchange(verb, path, query, body))
        if isinstance(value, Rejected):
            self._misconfigured(f"{_named(verb, path)}: not its API's answer; is notebook.url the API's address?")
        return value

    async def _exchange(
        self,
        verb: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> bytes:
        url = URL(f"{self._base}{path}", encoded=True).with_query(query)
        try:
            async with self._http().request(
                verb, url, json=body, headers=self._headers, allow_redirects=False
            ) as response:
                status, data = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:  # its text may hold the address
            self.fault = f"{_named(verb, path)}: no answer ({type(error).__name__})"
            raise Transient(self.fault) from None
        if not 200 <= status < 300:
            self._refuse(verb, path, status)
        if self._told:
            log.info("Open Notebook can be used again")
        self.fault, self._told = "", False
        return data

    def _refuse(self, verb: str, path: str, status: int) -> NoReturn:
        what = f"{_named(verb, path)}: {status}"
        match status:
            case 401 | 403:
                self._misconfigured(f"{what}, notebook.password is wrong or missing")
            case 404 if path != "/notebooks":
                raise Gone(f"{what}, not there")
            case 408 | 425 | 429:
                raise Transient(what)
            case _ if status < 400 or status in (404, 405):  # no redirect is followed: the password goes nowhere else
                self._misconfigured(f"{what}; is notebook.url the API's address?")
            case _ if status < 500:
                raise Refused(what)
        self.fault = what
        raise Transient(what)

    def _misconfigured(self, text: str) -> NoReturn:
        """Nothing is given up for a wrong setting: what is not confirmed waits. Said loudly once, until it works."""
        if not self._told:
            log.error("Open Notebook cannot be used", extra={"error": text})
        self.fault, self._told = text, True
        raise Transient(text, retry_after=CONFIGURATION_WAIT)


def _quoted(record_id: str) -> str:
    """An id such as `source:x1y2` as a part of a path."""
    return quote(record_id, safe=":")


def _named(verb: str, path: str) -> str:
    """A call as a fault names it, without ids."""
    return f"Open Notebook, {verb} /{path.split('/')[1]}"
