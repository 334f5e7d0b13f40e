"""Handles are kept for the next query, and nothing of a query is kept with them."""

from collections.abc import Iterator
from typing import Any

import pytest

from streams.settings import Store
from streams.store.database import Database
from streams.store.door import handles
from streams.store.door.handles import KEPT, Handles
from streams.store.door.query import Query, Reader, look
from streams.store.door.request import Asked
from streams.store.door.users import User
from streams.store.door.wire import Fault
from streams.store.read.statements import parse

LONG = "SELECT number FROM numbers(190000)"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """chDB's handles, as they are opened."""
    found, connect = list[Any](), handles.connect

    def noted(store: Store) -> Any:
        found.append(connect(store))
        return found[-1]

    monkeypatch.setattr(handles, "connect", noted)
    return found


@pytest.fixture
def reader(shared_store: Store, shared_database: Database, opened: list[Any]) -> Iterator[Reader]:
    """One who reads all."""
    found = look(shared_store, (User("analyst", None),)).readers["analyst"]
    yield found
    found.handles.close()


def asked(text: str, form: str = "TabSeparated", **more: Any) -> Asked:
    """Without wishes, but for those in `more`."""
    nothing: dict[str, Any] = {"settings": {}, "caps": {}, "filters": {}, "parameters": {}}
    return Asked(text, parse(text), form, **(nothing | more))


def answered(store: Store, reader: Reader, text: str, form: str = "TabSeparated", **more: Any) -> bytes:
    """The whole answer. Raises `Fault`."""
    work, found = Query(store, asked(text, form, **more), reader), b""
    try:
        piece = work.start()
        while piece:
            found += piece
            piece = work.next()
        return found
    finally:
        work.close()


@pytest.mark.parametrize("form", ["TabSeparated", "JSONCompactEachRow", "TSVWithNames"])
def test_the_next_query_opens_nothing(shared_store: Store, reader: Reader, opened: list[Any], form: str) -> None:
    """Streamed or whole: one handle looks at statements, one runs them."""
    for n in range(5):
        assert str(n).encode() in answered(shared_store, reader, f"SELECT {n}", form)
    assert len(opened) == 2


def test_settings_and_parameters_are_of_one_query(shared_store: Store, reader: Reader) -> None:
    """What one was asked with does not hold for the next, whichever comes first."""
    ten = "SELECT number FROM numbers(10)"
    for _ in range(2):
        assert answered(shared_store, reader, ten).count(b"\n") == 10
        assert answered(shared_store, reader, ten, settings={"limit": "3"}).count(b"\n") == 3
        assert answered(shared_store, reader, "SELECT {x:String}", parameters={"x": "его слово"})
        with pytest.raises(Fault, match="is not set"):
            answered(shared_store, reader, "SELECT {x:String}")


@pytest.mark.parametrize("form", ["TabSeparated", "JSON"])
def test_a_broken_answer_takes_its_handle_with_it(
    shared_store: Store, reader: Reader, opened: list[Any], form: str
) -> None:
    """A fault at once or in the middle, an answer that was left or killed: the next has its own words only."""
    late = "SELECT intDiv(1, toInt64(number) - 150000) FROM numbers(190000)"
    for text in (late, "SELECT toDate(arrayJoin(['2026-09-21', 'x']))"):
        before = len(opened)
        with pytest.raises(Fault):
            answered(shared_store, reader, text, form)
        assert answered(shared_store, reader, "SELECT 5") == b"5\n"
        assert len(opened) - before >= 1
    left = Query(shared_store, asked(LONG), reader)
    assert left.start()
    left.close()
    assert answered(shared_store, reader, "SELECT 6") == b"6\n"
    killed = Query(shared_store, asked("SELECT 7"), reader)
    assert killed.start() == b"7\n"
    assert killed.next() == b""
    killed.kill()
    before = len(opened)
    killed.close()
    assert answered(shared_store, reader, "SELECT 8") == b"8\n"
    assert len(opened) == before + 1  # one in whose place a kill may still be on its way is not taken again


def test_what_is_refused_is_looked_at_anew(shared_store: Store, reader: Reader) -> None:
    """No verdict is kept with a handle, and whoever was refused leaves nothing behind."""
    for _ in range(2):
        for text in ("SELECT file('/etc/passwd')", "SELECT (", "SELECT 1 FROM (SELECT 1 SETTINGS max_threads = 8)"):
            with pytest.raises(Fault):
                answered(shared_store, reader, text)
        assert answered(shared_store, reader, "SELECT 1") == b"1\n"


def test_who_looks_cannot_write(shared_store: Store, reader: Reader, opened: list[Any]) -> None:
    """The handle that a statement is looked at with is for reading, too: chDB runs all statements of a text."""
    answered(shared_store, reader, "SELECT 1")
    assert len(opened) == 2
    for raw in opened:
        with pytest.raises(Exception, match="readonly"):
            raw.query("SELECT 1; CREATE TABLE beside (x UInt8) ENGINE = MergeTree ORDER BY x")


def test_few_are_kept(shared_store: Store, shared_database: Database, opened: list[Any]) -> None:
    """The oldest goes first; one that comes back after the door has closed is not kept."""
    kept = Handles(shared_store)
    taken = [kept.take((f"max_threads = {n + 1}", "readonly = 1")) for n in range(KEPT + 1)]
    assert len({handle.tag for handle in taken}) == KEPT + 1
    for handle in taken:
        kept.give_back(handle)
    before = len(opened)
    last = kept.take(taken[-1].settings)
    assert last is taken[-1]
    assert len(opened) == before
    others = [kept.take(taken[0].settings)]
    assert others[0] is not taken[0]
    kept.close()
    kept.give_back(last)
    others.append(kept.take(last.settings))
    assert others[1] is not last
    for handle in others:
        handle.raw.close()
