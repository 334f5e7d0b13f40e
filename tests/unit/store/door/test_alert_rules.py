"""Every alert rule as Grafana runs it: macros, the query, reduce, threshold; over nothing, over a healthy house, and
over one that has just what the rule is for."""

from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import yaml

from grafana.__main__ import FOLDER
from grafana.macros import Span, expanded
from tests.unit.store.door.boards import NOW, Shown, behind_door

RULES: dict[str, Any] = {
    rule["uid"]: rule
    for rule in yaml.safe_load((FOLDER / "provisioning" / "alerting" / "leadpulse.yaml").read_text())["groups"][0][
        "rules"
    ]
}
_NUMBERS = count(1)
LATE = NOW - 1800
SOURCE = (
    "INSERT INTO sources (source, hour, backlog, last_event, state, updated_at) VALUES ('{}', {}, {}, {}, '{}', {})"
)
LETTER = "INSERT INTO failures (ts, agent, topic, offset) SELECT {}, 'normalize', 'source.wms', number FROM numbers({})"
OUT = "INSERT INTO outbox (key, version, state, wanted_at, news, at) VALUES ('{}', 1, '{}', {}, true, {})"
ALERT = (
    "INSERT INTO alerts (alert_id, version, lead_id, severity, status, opened_at, rung, acknowledged_by, ingested_at) "
    "VALUES ({}, 1, '7', 'warning', '{}', {}, {}, '{}', {})"
)
JOB = (
    "INSERT INTO stt_jobs (recording_id, version, ts, queued_at, started_at, transcribed_at) "
    "VALUES ('{}', 1, {}, {}, {}, {})"
)
CALL = "INSERT INTO llm_calls (call_id, ts, outcome, cost_usd) VALUES ('{}', {}, 'ok', {})"
REPORT = "INSERT INTO reports (report_id, scheduled, published_at) VALUES ('{}', {}, {})"
HEALTHY = (
    *(f"ALTER TABLE {table} REMOVE TTL" for table in ("sources", "failures", "outbox", "stt_jobs", "llm_calls")),
    SOURCE.format("wms:main", NOW // 3600 * 3600, 40, LATE, "well", LATE),
    LETTER.format(LATE, 3),
    LETTER.format(NOW - 7200, 500),
    OUT.format("told", "sent", LATE, LATE),
    ALERT.format(1, "open", NOW - 3600, 1, "", NOW),
    ALERT.format(2, "open", NOW - 5 * 86400, 0, "", NOW),
    ALERT.format(3, "acknowledged", NOW - 5 * 86400, 1, "anna", NOW),
    JOB.format("soon", LATE, LATE, LATE + 60, LATE + 900),
    CALL.format("cheap", LATE, 0.2),
    CALL.format("before", NOW - 3 * 86400, 50),
    REPORT.format("today", "true", NOW - 30000),
)
BROKEN = {
    "leadpulse-sources": (SOURCE.format("jibri", NOW // 3600 * 3600, 0, LATE, "silent", LATE),),
    "leadpulse-store": ("ALTER TABLE sources DELETE WHERE 1",
                        SOURCE.format("wms:main", NOW - 10_000, 0, LATE, "well", NOW - 3 * 3600)),
    "leadpulse-unread": (SOURCE.format("bitrix:main", NOW // 3600 * 3600, 30_000, LATE, "well", LATE),),
    "leadpulse-dead-letters": (LETTER.format(LATE + 1, 30),),
    "leadpulse-undelivered": (OUT.format("lost", "failed", LATE, LATE),),
    "leadpulse-unanswered": (ALERT.format(4, "open", NOW - 2 * 86400, 1, "", NOW),),
    "leadpulse-speech": (JOB.format("late", LATE, LATE - 30_000, LATE, LATE + 900),),
    "leadpulse-money": (CALL.format("dear", LATE, 25),),
    "leadpulse-report": ("ALTER TABLE reports UPDATE scheduled = false WHERE report_id = 'today'",
                         REPORT.format("old", "true", NOW - 5 * 86400)),
    "leadpulse-schema": ("INSERT INTO schema_migrations (name, state, at) VALUES ('9999_a.sql', 'started', now64(3))",),
}  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def empty(chdb_folder: Path) -> AsyncIterator[Shown]:
    """A store in which nothing happened yet."""
    async with behind_door(chdb_folder, "rules_empty", ()) as shown:
        yield shown


async def fires(shown: Shown, uid: str) -> bool:
    """Grafana's way through the rule's parts: `A` asks, `B` takes the last figure, `C` compares it."""
    parts = {part["refId"]: part for part in RULES[uid]["data"]}
    asked, span = parts["A"]["model"], parts["A"]["relativeTimeRange"]
    assert (asked["format"], asked["queryType"]) == (1, "table")
    seen = await shown.ask(expanded(asked["rawSql"], Span(NOW - span["from"], NOW - span["to"], 60)))
    assert len(seen.rows) == 1 and len(seen.types) == 1, "no row is no data, and more are alerts of their own"
    assert seen.types[0].startswith(("UInt", "Int", "Float")), "a number that is never nothing"
    assert (parts["B"]["model"]["type"], parts["B"]["model"]["reducer"]) == ("reduce", "last")
    [condition] = parts[RULES[uid]["condition"]]["model"]["conditions"]
    assert condition["evaluator"]["type"] == "gt"
    return float(seen.rows[-1][0]) > float(condition["evaluator"]["params"][0])


@pytest.mark.parametrize("uid", RULES)
async def test_over_nothing_no_rule_fires(empty: Shown, uid: str) -> None:
    """A fresh installation rings nobody."""
    assert not await fires(empty, uid)


@pytest.mark.parametrize("uid", RULES)
async def test_a_rule_fires_on_what_it_is_for(chdb_folder: Path, uid: str) -> None:
    """A healthy house is quiet; with the fault the rule fires, and no other does."""
    async with behind_door(chdb_folder, f"rules_{next(_NUMBERS)}", HEALTHY) as shown:
        assert [rule for rule in RULES if await fires(shown, rule)] == []
        await shown.write(
            f"{text} SETTINGS mutations_sync = 2" if text.startswith("ALTER") else text for text in BROKEN[uid]
        )
        assert [rule for rule in RULES if await fires(shown, rule)] == [uid]
