"""Faults of the engine become ours, and a fault leaves nothing behind in the connection."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError

from schemas.errors import Transient
from streams.settings import Store
from streams.store.clickhouse import BROKEN, BUSY, StatementFailed, reader_settings, translate
from streams.store.database import READERS, Database


@pytest.mark.parametrize(
    ("error", "passing", "transient"),
    [
        (OperationalError("server gone"), BUSY, True),
        (DatabaseError("memory", code=241), BUSY, True),
        (DatabaseError("too many parts", code=252), BROKEN, True),
        (DatabaseError("unknown table", code=60), BUSY, False),
        (DatabaseError("unknown table", code=60), BROKEN, True),
        (DatabaseError("disk full", code=243), BROKEN, True),
        (DatabaseError("constraint", code=469), BROKEN, False),
        (DatabaseError("no code"), BROKEN, False),
    ],
)
def test_which_faults_pass(error: DatabaseError, passing: frozenset[int], transient: bool) -> None:
    """What is wrong with the place waits, what is wrong with the row is told."""
    fault = translate(error, passing)
    assert isinstance(fault, Transient) == transient
    assert isinstance(fault, StatementFailed) != transient


async def test_a_failed_query_leaves_nothing_behind(database: Database) -> None:
    """chDB 26.9 puts what is left of a broken answer in front of the handle's next one; ours is a new handle."""
    for _ in range(4):
        with pytest.raises(StatementFailed):
            await database.read("SELECT number FROM numbers(10000000)")  # more than `max_result_rows`
        for _ in range(READERS):  # they take turns
            assert await database.read("SELECT 42") == [(42,)]


async def test_a_long_query_does_not_hold_up_the_loop(database: Database) -> None:
    """Statements run in threads of their own: the loop goes on, and an insert does not wait for a reader."""
    query = asyncio.ensure_future(database.read("SELECT sum(cityHash64(number)) FROM numbers(200000000)"))
    turns = 0
    while not query.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 3


async def test_readers_cannot_write(database: Database) -> None:
    """A reader of our own queries is read-only too."""
    with pytest.raises(StatementFailed) as refused:
        await database.borrow(lambda client: client.command("DROP TABLE events"))
    assert refused.value.code == 164
    assert list(reader_settings(Store()))[-1] == "readonly"


async def test_a_query_ends_in_time(store: Store, database: Database) -> None:
    """`max_execution_time` ends it; that is a passing fault."""
    hasty = Database(store.model_copy(update={"timeout": 0.2}))
    keeper = asyncio.ensure_future(hasty.keep_open())
    await hasty.opened()
    began = time.monotonic()
    with pytest.raises(Transient):
        await hasty.read("SELECT sum(cityHash64(number)) FROM numbers(100000000000)")
    assert time.monotonic() - began < 30
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)
    await hasty.close()


def test_a_folder_belongs_to_one_process(chdb_folder: Path) -> None:
    """A second process is told so, instead of waiting or breaking the data."""
    code = (
        "import asyncio, sys; from pathlib import Path; from streams.settings import Store\n"
        "from streams.store.database import READERS, Database\n"
        "asyncio.run(Database(Store(folder=Path(sys.argv[1]))).keep_open())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(chdb_folder)], capture_output=True, text=True, timeout=60, env=os.environ
    )
    assert done.returncode == 1
    assert "StatementFailed" in done.stderr
    assert str(chdb_folder) in done.stderr


PLACES = """
import os, sys, threading
from pathlib import Path
from streams.settings import Settings, Store
from streams.store.clickhouse import prepare
from streams.store.worker import build

store = Store(folder=Path("chdb"), api_token_file=Path("token"))
build(Settings(store=store))
seen, done = set(), threading.Event()

def look():
    while not done.is_set():
        seen.add(os.getcwd())

looking = threading.Thread(target=look)
looking.start()
prepare(store)
done.set()
looking.join()
sys.stdout.write("\\n".join(["", *sorted(seen)]))
"""


def test_relative_paths_mean_the_same_all_the_time(tmp_path: Path) -> None:
    """chDB's package moves the process into its own folder while it is imported: that is over before the worker works.
    A start in which the API read its token meanwhile ended with CRITICAL."""
    run = subprocess.run(
        [sys.executable, "-c", PLACES],
        cwd=tmp_path,
        env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))},
        capture_output=True,
        text=True,
        timeout=170,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == [str(tmp_path)]
