"""Whatever happens to Open Notebook in between, answers lost, data gone: in the end each source is there once."""

import random

import pytest

from schemas.errors import Transient
from streams.engine.settle import Outcome
from streams.notify.outlets.notebook import Notebooks
from tests.fakes.open_notebook import FakeOpenNotebook
from tests.fakes.open_notebook_rows import Fault
from tests.unit.notify.outlets.copies import batch, copy, meeting
from tests.unit.notify.outlets.notebook.meetings import (
    FIRST,
    LEAD,
    MINUTES,
    SECOND,
    WORDS,
    deliver,
    healthy,
    notebooks_of,
)


@pytest.mark.parametrize("path", ["/api/notebooks", "/api/sources/json"])
@pytest.mark.parametrize("kind", ["drop", "drop_after", "hang", "500"])
async def test_lost_answers(server: FakeOpenNotebook, notebooks: Notebooks, path: str, kind: str) -> None:
    """A call that failed, or was done but not answered, ends in one notebook and one source of each kind."""
    server.faults.append(Fault(kind, "POST", path))
    with pytest.raises(Transient):
        await notebooks(FIRST)
    assert not healthy(notebooks)
    await deliver(notebooks, FIRST)
    assert healthy(notebooks)
    assert server.titles(LEAD) == [MINUTES + "1", WORDS + "1"]
    assert len(server.notebooks) == 1 and not server.starved


async def test_away_and_back(server: FakeOpenNotebook, notebooks: Notebooks) -> None:
    """It is stopped and started: with its data nothing is doubled, without them everything is made again."""
    await notebooks(FIRST)
    await server.stop()
    with pytest.raises(Transient):
        await notebooks(SECOND)
    await server.start()
    await deliver(notebooks, SECOND)
    assert server.titles(LEAD) == [MINUTES + "2", WORDS + "2"]
    await server.stop()
    server.wipe()
    await server.start()
    await deliver(notebooks, SECOND)
    assert server.titles(LEAD) == [MINUTES + "2", WORDS + "2"] and len(server.notebooks) == 1


@pytest.mark.parametrize("missing", [404, 500])
async def test_notebook_that_goes_meanwhile(server: FakeOpenNotebook, notebooks: Notebooks, missing: int) -> None:
    """A notebook deleted between the look and the writing is made again, in old versions (500) as in new ones (404)."""
    server.missing = missing
    await notebooks(FIRST)
    server.faults.append(Fault("wipe_after", "GET", "/api/notebooks"))
    with pytest.raises(Transient):
        await notebooks(FIRST)
    await deliver(notebooks, FIRST)
    assert len(server.titles(LEAD)) == 2 and len(server.notebooks) == 1


async def test_any_faults_end_right(server: FakeOpenNotebook) -> None:
    """Whatever goes wrong in whatever order, also with a new process each time: one of each, of the newest version."""
    for seed in range(12):
        chance = random.Random(seed)
        server.wipe()
        server.faults.clear()
        versions = [chance.randint(1, 3) for _ in range(4)]
        for version in versions:
            kinds = chance.choices(["500", "401", "429", "drop", "drop_after", "html", ""], k=6)
            methods = chance.choices(["", "GET", "POST", "DELETE"], k=6)
            server.faults = [Fault(kind, method) for kind, method in zip(kinds, methods, strict=True) if kind]
            server.failing = chance.choice([0, 0, 1])
            outlet = notebooks_of(server)
            outcome = await deliver(outlet, batch(copy(meeting(version=version)), topic="out.notebook"))
            assert outcome == Outcome()
            await outlet.close()
        server.faults.clear()
        outlet = notebooks_of(server)
        await deliver(outlet, batch(copy(meeting(version=max(versions))), topic="out.notebook"))
        await outlet.close()
        assert server.titles(LEAD) == [f"{MINUTES}{max(versions)}", f"{WORDS}{max(versions)}"], seed
        assert not server.starved
