"""Minutes on a real Kafka to Open Notebook, by a worker process that is killed and a server that comes and goes."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from schemas.codec import Codec
from schemas.failed import DeadLetter
from schemas.minutes import MeetingMinutes
from schemas.topics import DEAD_LETTERS, OUT_NOTEBOOK
from streams.engine.worker import Worker
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import OpenNotebook
from streams.settings import load
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Fault
from tests.installation import Installation, until
from tests.unit.notify.outlets.copies import copy, meeting

WAIT = 60.0
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


@pytest_asyncio.fixture
async def notebook() -> AsyncIterator[FakeOpenNotebook]:
    """An Open Notebook with a password."""
    async with FakeOpenNotebook("secret") as running:
        yield running


@pytest_asyncio.fixture
async def line(bootstrap: str, notebook: FakeOpenNotebook, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics, and the settings of a worker for this server."""
    environ = {
        "LEADPULSE_NOTEBOOK__URL": notebook.url,
        "LEADPULSE_NOTEBOOK__PASSWORD": "secret",
        "LEADPULSE_NOTEBOOK__TIMEOUT": "2",
    }
    async with Installation(bootstrap, tmp_path, environ) as running:
        yield running


async def put(line: Installation, *events: MeetingMinutes) -> None:
    """Minutes with their words on `out.notebook`."""
    await line.produce(OUT_NOTEBOOK, [(event.lead_id, copy(event)) for event in events])


def keys(notebook: FakeOpenNotebook, lead_id: str) -> list[str]:
    """`<recording> v<version>` of a lead's sources."""
    return sorted(title.rpartition("· ")[2] for title in notebook.titles(f"Лид {lead_id}"))


async def test_once_whatever_happens(line: Installation, notebook: FakeOpenNotebook) -> None:
    """The worker killed in the middle, lost answers, the server away with and without its data: all end right, once."""
    leads = [str(100 + n) for n in range(6)]
    notebook.faults += [Fault("drop_after", "POST", times=2), Fault("500", "GET", times=2), Fault("drop", "DELETE")]
    await put(line, *[meeting(f"rec-{lead}", lead_id=lead) for lead in leads])
    worker = line.start("tests.integration.test_notebook")
    await until(lambda: _has(notebook, 3), WAIT, "the first sources")
    line.end(worker)
    await until(lambda: _idle(notebook), WAIT, "its queue")  # what a stop interrupts is waited for 15 minutes
    await notebook.stop()
    await put(line, *[meeting(f"rec-{lead}", version=2, lead_id=lead) for lead in leads[:3]])
    worker = line.start("tests.integration.test_notebook")
    await notebook.start()
    await line.settled("notify", OUT_NOTEBOOK, WAIT)
    assert [keys(notebook, lead) for lead in leads] == [
        [f"rec-{lead} v{2 if lead in leads[:3] else 1}"] * 2 for lead in leads
    ]
    assert len(notebook.notebooks) == 6 and not notebook.starved

    await notebook.stop()
    notebook.wipe()
    await put(line, meeting("rec-9", lead_id="100"))
    await notebook.start()
    await line.settled("notify", OUT_NOTEBOOK, WAIT)
    assert keys(notebook, "100") == ["rec-9 v1"] * 2
    assert await line.count(DEAD_LETTERS) == 0
    line.end(worker)


async def test_refused_text_is_a_dead_letter(line: Installation, notebook: FakeOpenNotebook) -> None:
    """What Open Notebook refuses is kept with its payload to be sent again; the meetings after it arrive."""
    notebook.faults.append(Fault("422", "POST", "/api/sources/json"))
    await put(line, meeting("rec-1", lead_id="100"), meeting("rec-2", lead_id="100"))
    worker = line.start("tests.integration.test_notebook")
    await line.settled("notify", OUT_NOTEBOOK, WAIT)
    (record,) = await line.read(DEAD_LETTERS)
    letter = LETTER.decode(record.value)
    assert isinstance(letter, DeadLetter) and "422" in letter.error and letter.payload == copy(meeting(lead_id="100"))
    assert keys(notebook, "100") == ["rec-2 v1"] * 2
    line.end(worker)


async def _has(notebook: FakeOpenNotebook, sources: int) -> bool:
    return len(notebook.sources) >= sources


async def _idle(notebook: FakeOpenNotebook) -> bool:
    return all(source.status == "completed" for source in notebook.sources.values())


def build() -> Worker:
    """A worker with this outlet only."""
    settings = load()
    outlet = Notebooks(OpenNotebook(settings.notebook))
    worker = Worker("notify", settings)
    worker.consume(OUT_NOTEBOOK, outlet)
    worker.needs["notebook"] = lambda: outlet.healthy
    worker.on_close(outlet.close)
    return worker


if __name__ == "__main__":
    os._exit(asyncio.run(build().run()))
