"""What the fake Open Notebook holds, what it says of it, and what can go wrong (`tests.fakes.open_notebook`)."""

import random
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

SORTS = ("type", "title", "created", "updated", "insights_count", "embedded")


@dataclass(slots=True)
class Notebook:
    """A notebook as stored. Names are not unique."""

    id: str
    name: str
    description: str
    created: str


@dataclass(slots=True)
class Source:
    """A source as stored; `text` comes when the queue has processed `content`. Titles are not unique.

    `views`: how often it was opened; who opens many buries what people were reading ("recently viewed").
    """

    id: str
    title: str | None
    notebooks: list[str]
    content: str
    embed: bool
    created: str
    status: str | None = "new"
    text: str | None = None
    views: int = 0


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` calls that match; `method` and `path` are empty or the start of theirs.

    kind: a status (`401`, `422`, `500`, …; nothing is done), `html`, `hang` (no answer, nothing done), `drop` and
    `drop_after` (the connection is closed before or after it is done), `wipe_after` (all data are lost after it).
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    location: str = ""


def told(book: Notebook, sources: Iterable[Source]) -> dict[str, Any]:
    """NotebookResponse."""
    return {
        "id": book.id,
        "name": book.name,
        "description": book.description,
        "archived": False,
        "created": book.created,
        "updated": book.created,
        "source_count": sum(book.id in source.notebooks for source in sources),
        "note_count": 0,
    }


def record_id(table: str, source: random.Random) -> str:
    """An id as SurrealDB makes them."""
    return f"{table}:{''.join(source.choices(string.ascii_lowercase + string.digits, k=20))}"


def listed(source: Source) -> dict[str, Any]:
    """SourceListResponse."""
    return {
        "id": source.id,
        "title": source.title,
        "topics": [],
        "asset": None,
        "embedded": source.embed and source.text is not None,
        "embedded_chunks": 0,
        "insights_count": 0,
        "created": source.created,
        "updated": source.created,
        "file_available": None,
        "command_id": None if source.status is None else f"command:{source.id.partition(':')[2]}",
        "status": source.status,
        "processing_info": None,
    }


def shown(source: Source) -> dict[str, Any]:
    """SourceResponse."""
    return listed(source) | {"full_text": source.text, "notebooks": source.notebooks}


def processing(source: Source) -> dict[str, Any]:
    """SourceStatusResponse: without a job it tells nothing, not even whether there is a text."""
    job = None if source.status is None else f"command:{source.id.partition(':')[2]}"
    return {"status": source.status, "message": "…", "processing_info": None, "command_id": job}


def next_fault(faults: list[Fault], method: str, path: str) -> Fault | None:
    """The fault that this call meets."""
    for fault in faults:
        if fault.times > 0 and method.startswith(fault.method) and path.startswith(fault.path):
            fault.times -= 1
            return fault
    return None


def now() -> str:
    """A time as it tells them."""
    return str(datetime.now(UTC).replace(tzinfo=None))


def error(status: int, detail: object, location: str = "") -> web.Response:
    """An error in its shape; `location` of a redirect."""
    return web.json_response({"detail": detail}, status=status, headers={"Location": location} if location else None)
