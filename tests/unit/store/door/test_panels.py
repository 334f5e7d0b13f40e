"""Every panel's statement, as Grafana's plugin sends it, asked of the door by the user who sees no words: over an empty
store, and over the invented company of `grafana.sample`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from grafana.boards import BOARDS
from grafana.macros import everything, expanded, looked_at
from grafana.sample import statements
from grafana.shapes import SERIES, Board, Choice, Panel
from processors.days import HOME
from streams.settings import Store
from streams.store.clickhouse import open_writer
from streams.store.views import cut_days
from tests.unit.store.door.boards import NOW, Shown, behind_door

PANELS = [(board, panel) for board in BOARDS for panel in board.panels if not panel.promql]
CHOICES = [(board, choice) for board in BOARDS for choice in board.choices]
EVENTLESS = {"Изменение схемы не закончено", "Источники не в порядке"}


@pytest_asyncio.fixture(scope="module", params=["empty", "filled"])
async def shown(request: pytest.FixtureRequest, chdb_folder: Path) -> AsyncIterator[Shown]:
    """A store behind its door."""
    texts = statements(NOW) if request.param == "filled" else ()
    async with behind_door(chdb_folder, f"panels_{request.param}", texts) as shown:
        yield shown


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=[f"{b.uid}-{b.panels.index(p) + 1}" for b, p in PANELS])
async def test_a_panel_gets_what_it_draws(shown: Shown, board: Board, panel: Panel) -> None:
    """Columns, types and order by the format; something to see where the company lives, no error where nothing is."""
    looked = looked_at(board, panel, NOW)
    seen = await shown.ask(expanded(panel.sql, looked, everything(board)))
    if panel.kind == "stat":
        assert seen.names == ["value"] and len(seen.rows) == 1
        assert _is_figure(seen.types[0])
        assert not shown.filled or float(seen.rows[0][0]) > 0 or panel.title in EVENTLESS
    elif panel.kind in SERIES:
        assert seen.names[0] == "time" and seen.types[0].startswith("DateTime")
        figures = seen.types[2:] if panel.labelled else seen.types[1:]
        assert seen.names[1:2] == ["label"] if panel.labelled else "label" not in seen.names
        assert figures and all(map(_is_figure, figures))
        assert not panel.labelled or (len(figures) == 1 and "String" in seen.types[1])
        times = [row[0] for row in seen.rows]
        assert times == sorted(times)
        assert len(set(times)) <= (looked.until - looked.since) // looked.bucket + 2
        assert panel.labelled or len(set(times)) == len(times)
    else:
        assert set(panel.units) <= set(seen.names) and "label" not in seen.names
    assert len(set(seen.names)) == len(seen.names)
    assert bool(seen.rows) or not shown.filled or panel.kind == "stat"


@pytest.mark.parametrize("shown", ["filled"], indirect=True)
async def test_known_values(shown: Shown) -> None:
    """Figures of the company, counted otherwise."""
    by_title = {panel.title: (board, panel) for board, panel in PANELS}

    async def of(title: str) -> list[list[Any]]:
        board, panel = by_title[title]
        return (await shown.ask(expanded(panel.sql, looked_at(board, panel, NOW), everything(board)))).rows

    levels = await shown.ask(
        "SELECT level, count() FROM (SELECT lead_id, argMax(level, ts) AS level FROM scores GROUP BY lead_id) "
        "WHERE lead_id NOT IN (SELECT lead_id FROM outcomes_current WHERE outcome = 'left') GROUP BY level"
    )
    counted = {level: int(n) for level, n in levels.rows}
    assert [int((await of("Клиенты с высоким риском"))[0][0])] == [counted["red"]]
    assert len(await of("Риск по клиентам")) == counted["red"] + counted["yellow"]
    assert int((await of("Не доставлено за сутки"))[0][0]) == int(
        (
            await shown.ask(
                f"SELECT count() FROM outbox WHERE state = 'failed' AND wanted_at > toDateTime({NOW}) - 86400"
            )
        ).rows[0][0]
    )
    wrong = sum(int(row[3]) for row in await of("Точность по правилам"))
    right = sum(int(row[2]) for row in await of("Точность по правилам"))
    assert float((await of("Точность"))[0][0]) == pytest.approx(right / (right + wrong))
    assert int((await of("С последнего отчёта"))[0][0]) == 8 * 3600
    assert all(row[2] == "в порядке" or row[1] == "молчит" for row in await of("Источники") if row[0] == "jibri")


@pytest.mark.parametrize("shown", ["filled"], indirect=True)
@pytest.mark.parametrize(("board", "choice"), CHOICES, ids=[f"{b.uid}-{c.name}" for b, c in CHOICES])
async def test_a_choice_narrows_what_is_shown(shown: Shown, board: Board, choice: Choice) -> None:
    """A value that the drop-down offers: every panel that knows it answers, and some with less; in a table that has the
    column every row is of the value. A name with a quotation mark breaks nothing."""
    found = [str(row[0]) for row in (await shown.ask(choice.sql)).rows] if choice.sql else [*choice.values]
    assert found
    narrowed = 0
    for panel in board.panels:
        if f"${choice.name})" not in panel.sql:
            continue
        looked = looked_at(board, panel, NOW)
        whole = await shown.ask(expanded(panel.sql, looked, everything(board)))
        some = await shown.ask(expanded(panel.sql, looked, everything(board) | {choice.name: found[:1]}))
        none = await shown.ask(expanded(panel.sql, looked, everything(board) | {choice.name: ["О'Нил"]}))
        narrowed += some.rows != whole.rows
        assert none.rows == []
        if choice.name in whole.names:
            at = whole.names.index(choice.name)
            assert {row[at] for row in some.rows} == {found[0]}
            his = [row for row in whole.rows if row[at] == found[0]]
            assert his == some.rows[: len(his)]  # the whole list has an end
    assert narrowed


async def test_days_are_cut_in_the_installations_zone(shown: Shown) -> None:
    """Bars of a day begin at its midnight there, and what the store says of the zone is what its views do."""
    before = (await shown.ask("SELECT zone FROM installation")).rows
    assert before == [[HOME]]
    await asyncio.to_thread(_zoned, shown.store, "Asia/Vladivostok")
    try:
        for board, panel in PANELS:
            if "installation" not in panel.sql or panel.kind not in SERIES:
                continue
            seen = await shown.ask(expanded(panel.sql, looked_at(board, panel, NOW), everything(board)))
            assert seen.types[0].endswith("('Asia/Vladivostok')")
            assert all(row[0].endswith("00:00:00") for row in seen.rows)
    finally:
        await asyncio.to_thread(_zoned, shown.store, HOME)


def _zoned(store: Store, zone: str) -> None:
    with contextlib.closing(open_writer(store)) as writer:
        cut_days(writer, zone)


def _is_figure(type_: str) -> bool:
    inner = type_.removeprefix("Nullable(")
    return inner.startswith(("UInt", "Int", "Float"))
