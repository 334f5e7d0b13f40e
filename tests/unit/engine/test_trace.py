"""The trace of a record in the log, and the log as JSON."""

import asyncio
import io
import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from streams.engine import log, trace
from streams.engine.discreet import GONE
from streams.engine.process import Batch


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """The log of this process as JSON; what it was comes back."""
    root, out = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(root, "handlers", root.handlers[:])
    level = root.level
    log.configure("store", stream=out, form="json")
    root.setLevel(level)
    return out


def said(lines: io.StringIO) -> list[dict[str, Any]]:
    """Every line as an object."""
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def batch(*offsets: int) -> Batch:
    """Records of a partition."""
    return Batch("source.wms", 2, 1, [SimpleNamespace(offset=offset) for offset in offsets])


def test_a_line_is_one_object(lines: io.StringIO) -> None:
    """Words stay readable, fields are fields and never take another's name, a traceback stands in it, and no sign that
    a terminal obeys."""
    one = logging.getLogger("streams.x")
    try:
        raise ValueError("две\nстроки")
    except ValueError:
        one.exception("не вышло", extra={"rows": 3, "level": "evil", "why": "a\u202eb\u2028c"})
    [line] = said(lines)
    assert "не вышло" in lines.getvalue() and lines.getvalue().rstrip("\n").isprintable()
    assert (line["event"], line["level"], line["worker"], line["logger"]) == ("не вышло", "ERROR", "store", "streams.x")
    assert (line["rows"], line["field_level"], line["why"]) == (3, GONE, "a\u202eb\u2028c")
    assert line["traceback"].endswith("ValueError: две\nстроки")


async def test_what_is_in_work_is_named_in_every_line(lines: io.StringIO) -> None:
    """Also in tasks and threads that the work starts; its neighbour's lines name the neighbour's record."""
    one = logging.getLogger("streams.y")

    async def work(offset: int) -> None:
        trace.enter_batch(batch(offset))
        await asyncio.sleep(0)
        await asyncio.to_thread(one.warning, "in a thread", extra={"of": offset})
        await asyncio.create_task(warn(offset))

    async def warn(offset: int) -> None:
        one.warning("in a task", extra={"of": offset})

    await asyncio.gather(work(5), work(6))
    named = {(line["event"], line["of"], line["origin"]) for line in said(lines)}
    assert named == {
        (event, offset, f"source.wms/2/{offset}") for event in ("in a thread", "in a task") for offset in (5, 6)
    }


async def test_a_batch_is_named_by_its_ends_and_a_line_may_name_its_own(lines: io.StringIO) -> None:
    """A process that knows better is believed; outside of work there is no trace."""
    one = logging.getLogger("streams.z")

    async def work() -> None:
        trace.enter_batch(batch(5, 6, 9))
        one.warning("batch")
        trace.enter("source.wms/2/6")
        one.warning("record")
        one.warning("own", extra={"origin": "source.bitrix/0/1"})

    await asyncio.create_task(work())
    one.warning("outside")
    origins = [line.get("origin") for line in said(lines)]
    assert origins == ["source.wms/2/5-9", "source.wms/2/6", "source.bitrix/0/1", None]
