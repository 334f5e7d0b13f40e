"""Texts that Open Notebook processes by and by: its worker stands still, a job is lost, a text fails once or always."""

import pytest

from schemas.errors import Transient
from streams.notify.outlets import notebook as outlet
from streams.notify.outlets.notebook import Notebooks
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Notebook as Row
from tests.fakes.open_notebook_rows import Source
from tests.unit.engine.stand_ins import Broker, Stream, settler
from tests.unit.notify.outlets.copies import copy, meeting
from tests.unit.notify.outlets.notebook.meetings import FIRST, LEAD, MINUTES, WORDS, Clock, deliver


async def test_worker_that_does_not_run(server: FakeOpenNotebook, notebooks: Notebooks, clock: Clock) -> None:
    """A text that stays queued is not confirmed, made twice or deleted, for days; when it is in, all is well."""
    server.working = False
    for _ in range(3):
        with pytest.raises(Transient, match="worker"):
            await notebooks(FIRST)
        clock.now += 86_400
    assert server.titles(LEAD) == [WORDS + "1"]
    server.working = True
    await deliver(notebooks, FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"] and not server.starved


@pytest.mark.parametrize("status", ["running", None])
async def test_orphaned_job(server: FakeOpenNotebook, notebooks: Notebooks, clock: Clock, status: str | None) -> None:
    """A text whose job was ended in the middle is made anew, but not before that is certain."""
    server.notebooks["notebook:a"] = Row("notebook:a", LEAD, "", "0")
    server.sources["source:a"] = Source("source:a", WORDS + "1", ["notebook:a"], "x", False, "", status)
    for moment in (0, outlet.ORPHANED):
        clock.now = moment
        with pytest.raises(Transient):
            await notebooks(FIRST)
        assert list(server.sources) == ["source:a"]
    clock.now += 1
    await deliver(notebooks, FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"] and "source:a" not in server.sources


async def test_text_that_failed_once(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A text that it failed to process is given again, and the failed one does not stay."""
    server.failing = 1
    with pytest.raises(Transient) as fault:
        await notebooks(FIRST)
    assert fault.value.retry_after == outlet.FAILED_WAIT
    await deliver(notebooks, FIRST)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]


async def test_text_that_fails_always(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """A text that it can never process becomes a dead letter instead of holding up the others for ever."""
    server.failing = 4
    broker, meetings = Broker(), [copy(meeting()), copy(meeting("rec-2"))]
    settling = settler(notebooks, broker)
    await settling.run(Stream(range(2), values=meetings))
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [(0, "RecordFault")]
    assert [title.rpartition("· ")[2] for title in server.titles(LEAD)] == ["rec-2 v1"] * 2
