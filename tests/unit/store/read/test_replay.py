"""`leadpulse replay` against a real chDB store: what rang then beside what would ring now."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from click.testing import CliRunner, Result
from msgspec.structs import replace

from alerting.rehearsal import Rehearsal
from bench.fleet import Fleet
from processors.context import shared
from processors.days import DAY_MS, HOUR_MS
from processors.rules import builtin
from schemas.alerts import Alert
from schemas.codec import EVENT, Codec
from schemas.events import Event, Tick
from schemas.types import Millis
from streams.cli import main
from streams.engine.settle import Batch
from streams.settings import Store
from streams.store.database import Database
from streams.store.sinks.rows import alert_rows, event_rows
from streams.store.sinks.sink import Sink
from tests.unit.store.api_line import answer, serving
from tests.unit.store.conftest import opened
from tests.unit.store.records import NOW, record

DAYS = 84
ALERT: Codec[Alert] = Codec(Alert)
SINCE, UNTIL = "2026-10-25", "2026-11-21"
"""The last four weeks of the fleet, whose last day is that of `NOW`."""


def made() -> list[Event]:
    """Twelve weeks of a small fleet that end today."""
    events = [event for event in Fleet(8, DAYS, 11).events() if not isinstance(event, Tick)]
    shift = (NOW - events[-1].ts) // DAY_MS * DAY_MS
    return [replace(event, ts=event.ts + shift) for event in events]


def rang(events: Sequence[tuple[Millis, Event]]) -> list[Alert]:
    """The alerts that the live fold would have raised."""
    results = Rehearsal(builtin(), ticked=False, curator=shared).play(events)
    return [result for result in results if isinstance(result, Alert)]


async def keep(database: Database, events: Sequence[tuple[Millis, Event]], alerts: Sequence[Alert]) -> None:
    """Put both into the store, each event at its append time."""
    for topic, sink, values in (
        ("lead.events", Sink(database, EVENT, event_rows), [(at, EVENT.encode(event)) for at, event in events]),
        ("lead.alerts", Sink(database, ALERT, alert_rows), [(a.updated_at, ALERT.encode(a)) for a in alerts]),
    ):
        if values:
            await sink(Batch(topic, 0, 1, [record(n, value, at) for n, (at, value) in enumerate(values)]))


class Line:
    """`leadpulse …` beside the store that it asks."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ

    async def __call__(self, *arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, arguments, env=self._environ, prog_name="leadpulse")

    async def replay(self, *more: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Pairs and summary of the last four weeks."""
        result = await self("replay", "--from", SINCE, "--to", UNTIL, "--json", *more)
        assert result.exit_code == 0, result.output
        *pairs, last = map(json.loads, result.stdout.splitlines())
        return pairs, last["summary"]


@pytest_asyncio.fixture(scope="module")
async def line(
    shared_store: Store, shared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Line]:
    """A store of twelve weeks with the alerts that rang."""
    token = tmp_path_factory.mktemp("replay") / "token"
    events = [(event.ts, event) for event in made()]
    await keep(shared_database, events, rang(events))
    async with serving(shared_store.model_copy(update={"api_token_file": token}), shared_database) as port:
        yield Line({"LEADPULSE_STORE__API_PORT": str(port), "LEADPULSE_STORE__API_TOKEN": token.read_text().strip()})


async def test_the_same_rules_say_the_same(line: Line) -> None:
    """Everything that rang would ring again at the same hour, and nothing else: read from the store, event by event."""
    pairs, summary = await line.replay()
    assert len(pairs) > 3
    assert all(pair["then"] == pair["now"] for pair in pairs)
    assert (summary[-1]["rule"], summary[-1]["gone"], summary[-1]["new"]) == ("all", 0, 0)


async def test_other_thresholds_are_seen_as_a_difference(line: Line, tmp_path: Path) -> None:
    """A curator who is to be rung for nothing but what is urgent: all warnings are gone; the table shows some."""
    (tmp_path / "calm.toml").write_text("[alerts]\nweekly_budget = 0\n")
    pairs, summary = await line.replay("--settings", str(tmp_path / "calm.toml"))
    assert {pair["severity"] for pair in pairs if pair["now"] is None} == {"warning"}
    assert {pair["severity"] for pair in pairs if pair["now"] is not None} == {"critical"}
    assert summary[-1]["gone"] == sum(pair["now"] is None for pair in pairs)
    shown = await line("replay", "--from", SINCE, "--to", UNTIL, "--settings", str(tmp_path / "calm.toml"))
    assert "Пропали бы, последние:" in shown.stdout
    assert pairs[-1]["lead_id"] in shown.stdout


async def test_one_client_is_a_part_of_all(line: Line) -> None:
    """With --lead the others are still there for the figures of all clients, but only his rings are shown."""
    pairs, _ = await line.replay()
    lead = pairs[0]["lead_id"]
    own, _ = await line.replay("--lead", lead)
    assert own == [pair for pair in pairs if pair["lead_id"] == lead]


async def test_imported_history_can_be_played_as_if_it_had_come_in_time(store: Store, tmp_path: Path) -> None:
    """All of it came today, as history: live, nothing rang; as if in time, it rings where it would have rung."""
    events = [(NOW, replace(event, backfill=True)) for event in made()]
    kept = store.model_copy(update={"api_token_file": tmp_path / "token"})
    async with opened(store) as database:
        await keep(database, events, [])
        async with serving(kept, database) as port:
            token = kept.api_token_file.read_text().strip()
            line = Line({"LEADPULSE_STORE__API_PORT": str(port), "LEADPULSE_STORE__API_TOKEN": token})
            assert await line.replay() == ([], [])
            pairs, _ = await line.replay("--imported")
    assert {(pair["lead_id"], pair["rule"]) for pair in pairs} == {
        (alert.lead_id, alert.rule)
        for alert in rang([(event.ts, event) for event in made()])
        if (alert.rings or alert.held in ("within", "grouped")) and alert.updated_at >= NOW - 27 * DAY_MS - 11 * HOUR_MS
    }


async def test_days_the_wrong_way_round_are_said(line: Line) -> None:
    """Wrong usage, in a line of Russian."""
    result = await line("replay", "--from", UNTIL, "--to", SINCE)
    assert result.exit_code == 2
    assert "--to раньше, чем --from" in result.stderr


@pytest.mark.parametrize("query", ["order=newest", "after=1", "after=99999999999999999999-1-" + "0" * 16, "since=x"])
async def test_what_is_no_place_is_refused(api: aiohttp.ClientSession, query: str) -> None:
    """400 with a reason, never a failed statement."""
    status, told = await answer(api, f"/api/events?{query}")
    assert status == 400
    assert "error" in told


@pytest.mark.parametrize("order", ["appended", "ts"])
async def test_pages_of_any_size_are_the_whole_in_order(
    line: Line, shared_store: Store, shared_database: Database, tmp_path: Path, order: str
) -> None:
    """Every event once, times never fall, whether many share a millisecond or a page."""
    kept = shared_store.model_copy(update={"api_token_file": tmp_path / "token"})
    until = NOW + DAY_MS
    async with serving(kept, shared_database) as port:
        headers = {"Authorization": f"Bearer {kept.api_token_file.read_text().strip()}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            found: list[list[Any]] = []
            following: Any = ""
            while following is not None:
                path = f"/api/events?since=0&until={until}&order={order}&limit=777&after={following}"
                _, told = await answer(session, path)
                found += told["events"]
                following = told["next"]
    events = made()
    assert [at for at, _ in found] == [event.ts for event in events]
    assert {event["event_id"] for _, event in found} == {event.event_id for event in events}
    assert len(found) == len(events)
