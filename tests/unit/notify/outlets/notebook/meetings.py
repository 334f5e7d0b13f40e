"""Records of one meeting for an Open Notebook, what they come to there, and the outlet that hands them over."""

import asyncio

from schemas.errors import Transient
from streams.engine.settle import Batch, Outcome
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import OpenNotebook
from streams.settings import Notebook
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.unit.notify.outlets.copies import batch, copy, meeting

PASSWORD = "p:w secret"
LEAD = "Лид 12345"
WORDS, MINUTES = (f"Встреча 21.11.2026 16:00 · {kind} · rec-1 v" for kind in ("расшифровка", "протокол"))
"""Titles of the first meeting, without the version."""

FIRST = batch(copy(meeting()), topic="out.notebook")
SECOND = batch(copy(meeting(version=2)), topic="out.notebook")


class Clock:
    """A time that stands still until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def notebooks_of(server: FakeOpenNotebook, password: str = PASSWORD, clock: Clock | None = None) -> Notebooks:
    """An outlet for this server."""
    api = OpenNotebook(Notebook(url=server.url, password=password, timeout=2.0))
    return Notebooks(api, clock=clock or Clock(), sleep=lambda seconds: asyncio.sleep(min(seconds, 0.01)))


def healthy(outlet: Notebooks) -> bool:
    """What it tells now."""
    return outlet.healthy


async def deliver(outlet: Notebooks, records: Batch, tries: int = 50) -> Outcome:
    """As settle does it: again after each passing fault."""
    for _ in range(tries):
        try:
            return await outlet(records)
        except Transient:
            continue
    raise AssertionError("never delivered")
