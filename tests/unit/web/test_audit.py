"""The access log: one chain that shows what was changed, written before the answer, read by whom it concerns."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from processors.audit import chained, verify
from schemas.errors import Transient
from schemas.people import AccessEntry
from streams.engine.journal import ENTRY, Journal
from streams.engine.kafka import Output
from tests.unit.web.page import OWN, page

Log = list[AccessEntry]


def entry(number: int) -> AccessEntry:
    """Some line."""
    return AccessEntry(at=number, user="u1", name="Ольга", action="view", lead="1001", object=str(number))


def log_of(writers: list[int]) -> Log:
    """Lines of several processes in the order in which they wrote; each starts behind the newest line."""
    lines: Log = []
    last: dict[int, AccessEntry] = {}
    for number, writer in enumerate(writers):
        own = last.get(writer)
        before = own.digest if own else (lines[-1].digest if lines else "")
        line = chained(entry(number), f"w{writer}", own.number + 1 if own else 0, before)
        lines.append(line)
        last[writer] = line
    return lines


def faults(lines: Log, *, trimmed: bool = False) -> list[int]:
    """Offsets of what is wrong."""
    return [offset for offset, _ in verify(enumerate(lines), trimmed=trimmed).faults]


WRITERS = st.lists(st.integers(0, 2), min_size=1, max_size=12)


@given(WRITERS)
def test_a_whole_log_is_whole(writers: list[int]) -> None:
    """However many processes wrote it, with lines that came twice, and with a beginning that has gone by retention."""
    lines = log_of(writers)
    assert faults(lines) == []
    assert faults([line for line in lines for _ in range(2)]) == []
    assert verify(enumerate(lines), trimmed=False).head == lines[-1].digest
    for gone in range(len(lines)):
        assert faults(lines[gone:], trimmed=True) == []


@given(WRITERS, st.data())
def test_a_changed_line_is_named(writers: list[int], data: st.DataObject) -> None:
    """Whichever field; also where its own digest was made anew: then the next line does not follow it."""
    lines = log_of(writers)
    at = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from([{"name": "Кто-то"}, {"lead": "7"}, {"at": 10**12}, {"action": "export"}]))
    forged = replace(lines[at], **change)  # type: ignore[arg-type]
    assert at in faults([*lines[:at], forged, *lines[at + 1 :]])
    again = chained(forged, forged.writer, forged.number, forged.before)
    follows = [line for line in lines[at + 1 :] if line.before == lines[at].digest]
    assert bool(faults([*lines[:at], again, *lines[at + 1 :]])) is bool(follows)


@given(st.lists(st.integers(0, 2), min_size=3, max_size=12), st.data())
def test_a_missing_line_is_noticed(writers: list[int], data: st.DataObject) -> None:
    """Any but the newest of its process that nobody follows: for that the newest digest is kept elsewhere."""
    lines = log_of(writers)
    at = data.draw(st.integers(0, len(lines) - 2))
    left = [*lines[:at], *lines[at + 1 :]]
    assert bool(faults(left)) is any(line.before == lines[at].digest for line in left)


def test_what_is_no_line_is_named() -> None:
    """A record that cannot be read is a fault, and the rest is still checked."""
    lines = log_of([0, 0, 0])
    report = verify([(0, lines[0]), (1, None), (2, lines[1]), (3, lines[2])], trimmed=False)
    assert report.faults == [(1, "запись не читается")]


async def test_lines_that_come_together_go_together() -> None:
    """While one is on its way the others gather; their chain is in the order in which they stand."""
    sent: list[list[Output]] = []

    async def send(outputs: list[Output]) -> None:
        sent.append(outputs)
        await asyncio.sleep(0.01)

    async def newest(_: int) -> Log:
        return []

    journal = Journal(send, newest, 5.0)
    await asyncio.gather(*(journal.write(entry(number)) for number in range(20)))
    assert len(sent) <= 3
    lines = [ENTRY.decode(output.value) for outputs in sent for output in outputs]
    assert faults(lines) == [] and len(lines) == 20  # type: ignore[arg-type]
    await journal.close()


async def test_after_a_fault_the_chain_begins_anew() -> None:
    """A line whose end is not known may stand there or not; whichever it is, the log is whole."""
    for stands in (True, False):
        topic: Log = []
        broken = [False]

        async def send(
            outputs: list[Output], topic: Log = topic, stands: bool = stands, broken: list[bool] = broken
        ) -> None:
            if not broken[0] or stands:
                topic.extend(line for output in outputs if isinstance(line := ENTRY.decode(output.value), AccessEntry))
            if broken[0]:
                raise Transient("no answer")

        async def newest(count: int, topic: Log = topic) -> Log:
            return topic[-count:]

        journal = Journal(send, newest, 5.0)
        await journal.write(entry(0))
        broken[0] = True
        with pytest.raises(Transient):
            await journal.write(entry(1))
        broken[0] = False
        await journal.write(entry(2))
        assert faults(topic) == [] and len(topic) == 2 + stands


async def test_who_waits_too_long_is_told() -> None:
    """Kafka does not answer: `Transient` after the patience of the settings, not for ever."""

    async def send(_: list[Output]) -> None:
        await asyncio.sleep(60)

    async def newest(_: int) -> Log:
        return []

    journal = Journal(send, newest, 0.05)
    with pytest.raises(Transient):
        await journal.write(entry(0))
    await journal.close()


async def test_one_sees_ones_own_lines() -> None:
    """A curator his own, the head everybody's, narrowed by client or person; to look is a line, too."""
    async with page() as here:
        here.user("head")
        await here.get("/me", "curator")
        await here.get("/admin/users", "curator")
        assert "GET /admin/users" in await (await here.get("/audit", "curator")).text()
        assert "GET /admin/users" not in await (await here.get("/audit", "viewer")).text()
        assert "GET /admin/users" in await (await here.get("/audit", "head")).text()
        assert "GET /admin/users" not in await (await here.get("/audit?user=uhead", "head")).text()
        assert "GET /admin/users" in await (await here.get("/audit?user=ucurator", "head")).text()
        assert "GET /admin/users" not in await (await here.get(f"/audit?lead={OWN}", "head")).text()
        assert "GET /admin/users" not in await (await here.get("/audit?user=ucurator", "viewer")).text()
        assert {line.action for line in here.log()} == {"refused", "audit"}
