"""What each panel and drop-down costs over ten million events of three thousand clients and a year: CPU of the engine's threads."""

import contextlib
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from grafana.boards import BOARDS
from grafana.macros import everything, expanded, looked_at
from streams.settings import Store
from streams.store.clickhouse import load_engine, open_visitor, open_writer, prepare
from tests.proof.report import REPORT

EVENTS, CLIENTS, DAYS = 10_000_000, 3000, 365
MOST_CPU_S = 0.2
ROUNDS = 3
"""The least of them counts: a busy machine adds to CPU, too."""
QUIET_S = 5
NOW = int(time.time()) // 3600 * 3600
AT = f"toDateTime64({NOW} - cityHash64(number, 'at') % {DAYS * 86400}, 3, 'UTC')"
LEAD = f"toString(1000 + cityHash64(number, 'lead') % {CLIENTS})"
KINDS = "['reservation', 'shipment', 'pick', 'message', 'message', 'call', 'meeting_recorded', 'meeting_transcribed']"
RULE = "['order_silence', 'volume_decline', 'complaint_phrase', 'chat_silence'][1 + number % 4]"
INSERTS = 20
"""Of events, in the order of time, as they come: the engine passes parts of other times over."""
TEXTS = (
    *(
        f"""INSERT INTO events (lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at, stored_at)
        SELECT {LEAD}, toDateTime64({NOW} - {DAYS * 86400} + intDiv(number * {DAYS * 86400}, {EVENTS}), 3, 'UTC') AS at, number,
            ['telegram:bot', 'wms:main', 'bitrix:main'][1 + number % 3], {KINDS}[1 + number % 8], 'created', number % 50, false,
            '{{"sku": "0000"}}', at + 1, at + 2 FROM numbers({EVENTS // INSERTS * part}, {EVENTS // INSERTS})"""
        for part in range(INSERTS)
    ),
    f"""INSERT INTO days_kept SELECT toDateTime64({NOW}, 3, 'UTC'), lead_id, toDate(ts) AS day, kind, action, count(), sum(qty),
        max(ts) FROM events GROUP BY lead_id, day, kind, action""",
    f"INSERT INTO days_made SELECT toDateTime64({NOW}, 3, 'UTC'), count() FROM days_kept",
    f"""INSERT INTO scores (lead_id, ts, score_id, version, points, level, background, parts, ingested_at, seniority)
    SELECT {LEAD}, {AT} AS ts, number, 1, cityHash64(number) % 100 AS points, multiIf(points >= 70, 'red', points >= 40, 'yellow',
        'green'), 5, repeat('[{{"rule": "tone"}}]', 20), ts, number FROM numbers(500000)""",
    f"""INSERT INTO signals (lead_id, ts, signal_id, alert_id, rule, severity, seniority)
    SELECT {LEAD}, {AT}, number, number, {RULE}, 'warning', number FROM numbers(200000)""",
    f"""INSERT INTO alerts (alert_id, version, lead_id, rule, severity, status, opened_at, updated_at, acknowledged_by, verdict,
        evidence, ingested_at, rings, rung) SELECT intDiv(number, 3), number % 3, {LEAD}, {RULE}, 'warning',
        ['open', 'acknowledged', 'resolved'][1 + number % 3], {AT} AS at, at + 60, if(number % 3 = 0, '', 'u'),
        if(number % 3 = 2, 'confirmed', ''), repeat('words ', 50), at, true, 1 FROM numbers(60000)""",
    f"""INSERT INTO sources (source, hour, events, state, last_event, updated_at) SELECT concat('s', toString(number % 8)),
        toDateTime({NOW} - intDiv(number, 8) * 3600) AS at, 100, 'well', at, at FROM numbers({8 * 24 * DAYS})""",
    f"""INSERT INTO outbox (key, version, state, wanted_at, news, at, partition, offset) SELECT toString(intDiv(number, 2)), 1,
        ['calling', 'sent'][1 + number % 2], {AT} AS wanted, true, wanted + 1, 0, number FROM numbers(300000)""",
    f"""INSERT INTO failures (ts, agent, topic, partition, offset, error_class, payload) SELECT {AT}, 'a', 'source.wms', 1,
        number, 'Rejected', repeat('x', 300) FROM numbers(100000)""",
    f"""INSERT INTO unassigned (client_kind, client_value, ts, event_id, source, record) SELECT 'tg_chat',
        toString(number % 99), {AT}, number, 'telegram:bot', repeat('x', 300) FROM numbers(100000)""",
    f"""INSERT INTO stt_jobs (recording_id, version, lead_id, ts, queued_at, started_at, engine, sound_ms, sessions,
        billed_units, transcribed_at, segments) SELECT toString(number), 1, {LEAD}, {AT} AS at, at, at + 60, 'speechkit',
        1000, 5, 240, at + 99, repeat('x', 900) FROM numbers(20000)""",
    f"""INSERT INTO llm_calls (call_id, ts, role, model, outcome, lead_id, cost_usd, seconds) SELECT toString(number), {AT},
        'minutes', 'glm', 'ok', {LEAD}, 0.01, 3 FROM numbers(200000)""",
    f"""INSERT INTO promised (lead_id, talk, kind, event_id, ts, version, owners, dues, texts, position) SELECT {LEAD},
        toString(number), 'meeting_minutes', number, {AT} AS ts, 1, ['a', 'b'], [toString(toDate(ts)), ''],
        ['прислать акт', 'подумать'], number FROM numbers(50000)""",
    f"""INSERT INTO cards (lead_id, source, ts, client, curator, position) SELECT toString(1000 + number), 'bitrix:main',
        {AT}, 'Клиент', concat('Куратор ', toString(number % 15)), number FROM numbers({CLIENTS})""",
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client with the limits of other people's queries, over a year."""
    store = Store(folder=tmp_path_factory.mktemp("year") / "chdb")
    load_engine(store)
    prepare(store)
    with contextlib.closing(open_writer(store)) as writer:
        for text in TEXTS:
            writer.command(text, settings={"max_execution_time": 0})
        with contextlib.closing(open_visitor(store)) as visitor:
            wait_for_merges(writer)
            yield visitor


def wait_for_merges(writer: Any) -> None:
    """Their CPU would count as a panel's; the next one begins a while after the last."""
    quiet = 0
    while quiet < QUIET_S:
        [[merging]] = writer.query("SELECT count() FROM system.merges").result_rows
        quiet = 0 if merging else quiet + 1
        time.sleep(1)


def cost(reader: Any, sql: str) -> float:
    """Seconds of CPU of a statement."""
    spent = []
    for _ in range(ROUNDS):
        began = time.process_time()
        reader.query(sql)
        spent.append(time.process_time() - began)
    return min(spent)


def asked() -> Iterator[tuple[str, str]]:
    """Each panel as its dashboard is opened, and what is asked for each drop-down: name and statement."""
    for board in BOARDS:
        for panel in board.panels:
            if panel.sql:
                yield (
                    f"{board.uid}: {panel.title}",
                    expanded(panel.sql, looked_at(board, panel, NOW), everything(board)),
                )
        for choice in board.choices:
            if choice.sql:
                yield f"{board.uid}: {choice.label}", choice.sql


def test_every_statement_is_expanded() -> None:
    """In each run of the tests: what the proof measures is what a dashboard asks."""
    statements = dict(asked())
    assert len(statements) > len(BOARDS) and not [name for name, sql in statements.items() if "$" in sql]


@pytest.mark.proof
def test_every_panel_is_cheap(reader: Any) -> None:
    """None above 200 ms, and the figures are kept beside the table."""
    costs = {name: round(1000 * cost(reader, sql)) for name, sql in asked()}
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    kept = dict(sorted(costs.items(), key=lambda one: -one[1]))
    (REPORT.parent / "panels.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1))
    assert {name: ms for name, ms in costs.items() if ms > 1000 * MOST_CPU_S} == {}
