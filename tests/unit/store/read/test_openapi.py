"""docs/openapi.json: the document that is served, and that real answers keep to it."""

import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator, ValidationError

from schemas.alerts import Alert, Evidence, Signal
from schemas.assistant import AssistantSaid
from schemas.codec import Codec, event_id
from schemas.events import Author, Message
from schemas.people import AccessEntry
from schemas.rounds import SourceRound
from schemas.scores import Part, Score
from streams.engine.rounds import ROUND
from streams.settings import Store
from streams.store.database import Database
from streams.store.read import commands, rows_of
from streams.store.read.endpoints import ENDPOINTS
from streams.store.read.flow import flow_routes
from streams.store.read.openapi import openapi
from streams.store.read.parameters import Plain
from streams.store.read.raw import Raw
from streams.store.read.traces import Traces
from streams.store.sinks.commands import said_rows
from streams.store.sinks.people import access_rows
from streams.store.sinks.rows import alert_rows, signal_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import Sink
from streams.store.sinks.sources import round_rows
from tests.unit.store import fakes
from tests.unit.store.api_line import Lag, answer, serving
from tests.unit.store.read.endpoints_asked import ASKED, BODIES
from tests.unit.store.read.test_commands import change, stored
from tests.unit.store.records import NOW, batch
from tests.unit.store.samples import ALL_EVENTS, LEAD

DOCUMENT = Path(__file__).parents[4] / "docs" / "openapi.json"
READ = Path(openapi.__code__.co_filename).parent
SHOWN = Evidence("00" * 8, NOW, "message", "ну, уходим")
SIGNAL = Signal(
    signal_id="0a" * 8,
    lead_id=LEAD,
    rule="leaving_phrase",
    severity="critical",
    ts=NOW,
    window_start=NOW,
    value=1.0,
    baseline=0.0,
    score=1.0,
    evidence=[SHOWN],
)
ALERT = Alert(
    alert_id="0b" * 8,
    version=1,
    lead_id=LEAD,
    rule="order_silence",
    severity="warning",
    status="open",
    opened_at=NOW,
    updated_at=NOW,
    value=9.0,
    baseline=2.0,
    score=3.0,
    unit="days",
    evidence=[SHOWN],
    rings=True,
)
SCORE = Score(
    score_id="0c" * 8,
    lead_id=LEAD,
    version=1,
    ts=NOW,
    points=40.0,
    level="yellow",
    parts=[Part("order_silence", 9.0, 0.1, 0.6, 0, 0)],
)


async def _no_rows(_lead: str, _denied: Sequence[str]) -> dict[str, int]:
    """As `Parting.rows`."""
    return {"events": 0}


class Nowhere:
    """Kafka's raw records: none is there any more."""

    async def look(self, _origin: str) -> Raw:
        """As `RawRecords`."""
        return Raw()


@pytest_asyncio.fixture(scope="module")
async def filled(
    shared_store: Store, shared_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[aiohttp.ClientSession]:
    """A session on an API that has something of everything."""
    database = shared_database
    common = {"event_id": event_id("telegram"), "lead_id": LEAD, "ts": NOW, "source": "telegram:main"}
    await fakes.Feed(database)([*ALL_EVENTS, Message("-1", "9", Author("7", "Анна"), "где наш товар?", **common)])  # type: ignore[arg-type]
    signals, alerts, scores = Codec[Signal](Signal), Codec[Alert](Alert), Codec[Score](Score)
    await Sink(database, signals, signal_rows)(batch("lead.signals", [signals.encode(SIGNAL)]))
    await Sink(database, alerts, alert_rows)(batch("lead.alerts", [alerts.encode(ALERT)]))
    await Sink(database, scores, score_rows)(batch("lead.scores", [scores.encode(SCORE)]))
    entry = AccessEntry(at=NOW, user="u1", name="Ольга", action="view", lead=LEAD, writer="w", digest="0" * 64)
    accesses = Codec[AccessEntry](AccessEntry)
    await Sink(database, accesses, access_rows)(batch("audit.access", [accesses.encode(entry)]))
    await stored(database, [change(1, "asking")])
    said = AssistantSaid(said_id="s1", to="web/u1", text="Готово", at=NOW)
    await Sink(database, Codec[AssistantSaid](AssistantSaid), said_rows)(
        batch("assistant.said", [msgspec.json.encode(said)])
    )
    told = SourceRound("wms:main", "poll", NOW, 60_000, 1, 0, NOW)
    await Sink(database, ROUND, round_rows)(batch("source.rounds", [ROUND.encode(told)]))
    await database.change(
        "INSERT INTO sources (source, hour, events, state, last_event) "
        f"SELECT 'wms:main', toStartOfHour(now()) - INTERVAL 1 HOUR, 3, 'well', fromUnixTimestamp64Milli({NOW})"
    )
    kept = shared_store.model_copy(update={"api_token_file": tmp_path_factory.mktemp("api") / "token"})
    traces = Traces(database, Nowhere(), Lag().by_topic, fakes.Clock())  # type: ignore[arg-type]
    also = [
        *flow_routes(traces, database, fakes.Clock()),
        *rows_of.routes(database, _no_rows),
        *commands.routes(database),
    ]
    async with serving(kept, database, also=also) as port:
        headers = {"Authorization": f"Bearer {kept.api_token_file.read_text().strip()}"}
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", headers=headers) as session:
            yield session


def closed(schema: Any) -> Any:
    """The same, but a field that the document does not name is a mistake, too."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    return found | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else found


def validator(path: str, method: str, status: str = "200") -> Draft202012Validator:
    """Of an answer."""
    document = json.loads(DOCUMENT.read_text())
    [content] = document["paths"][path][method]["responses"][status]["content"].values()
    return Draft202012Validator({**closed(content["schema"]), "components": closed(document["components"])})


def test_the_document_is_the_code() -> None:
    """What is committed is what is served; `python -m streams.store.read.openapi` prints it anew."""
    assert json.loads(DOCUMENT.read_text()) == openapi()


def test_every_route_stands_in_the_document() -> None:
    """Both ways: methods and paths; and each says what it answers."""
    source = "".join(path.read_text() for path in sorted(READ.rglob("*.py")))
    routes = set(re.findall(r'web\.(get|post)\("(/api/[^"]*)"', source))
    assert routes == {(method, path) for path, methods in openapi()["paths"].items() for method in methods}
    assert [one.path for one in ENDPOINTS if one.answer is None] == []


def test_the_document_is_a_schema_itself() -> None:
    """Every reference leads somewhere, every schema is one, and no pattern is of Python alone."""
    text = DOCUMENT.read_text()
    components = json.loads(text)["components"]["schemas"]
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= components.keys()
    for schema in components.values():
        Draft202012Validator.check_schema(schema)
    assert "\\Z" not in text


NOT_TRIED = {
    "get /api/backup/{table}",
    "post /api/leads/{lead}/promises",
    "post /api/leads/{lead}/questions",
    "post /api/leads/{lead}/questions/{question}/verdict",
}
"""Bytes; and what needs a promise or an answer that is there: what comes back is what the handlers' own types say."""


@pytest.mark.parametrize("name", sorted({f"{one.method} {one.path}" for one in ENDPOINTS} - NOT_TRIED))
async def test_answers_keep_to_the_document(filled: aiohttp.ClientSession, name: str) -> None:
    """Real answers with something in them: every field is named, and is of the kind that is told."""
    method, _, path = name.partition(" ")
    asked, field = ASKED[name]
    options: dict[str, object] = {"json": BODIES[path]} if method == "post" else {}
    status, told = await answer(filled, asked, **options)
    assert status == 200
    assert told[field] if field else told
    validator(path, method).validate(told)


async def test_refusals_keep_to_the_document(filled: aiohttp.ClientSession) -> None:
    """A reason, and nothing else."""
    status, told = await answer(filled, "/api/leads/abc/history")
    validator("/api/leads/{lead}/history", "get", str(status)).validate(told)


def test_what_is_not_in_the_document_would_be_seen() -> None:
    """The check itself: a field too many, too few, or of another kind."""
    good: dict[str, object] = {"lead_id": "1", "events": [], "next": None}
    check = validator("/api/leads/{lead}/history", "get")
    check.validate(good)
    for bad in (good | {"more": 1}, {"lead_id": "1", "events": []}, good | {"next": 5}, good | {"lead_id": "x"}):
        with pytest.raises(ValidationError):
            check.validate(bad)


def test_what_is_no_json_says_so() -> None:
    """The rows of a backup are bytes."""
    (backup,) = [one for one in ENDPOINTS if isinstance(one.answer, Plain) and one.path != "/api/openapi.json"]
    content = openapi()["paths"][backup.path]["get"]["responses"]["200"]["content"]
    assert list(content) == ["application/octet-stream"]
