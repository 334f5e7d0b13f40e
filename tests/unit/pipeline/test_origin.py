"""From the raw record to the message: each thing names the record that it came of."""

import json
from types import SimpleNamespace
from typing import Any

import msgspec

from alerting.outbox import Wish, want
from alerting.render import Rendered
from processors.normalize import NORMALIZERS
from schemas.alerts import Signal
from schemas.base import LeadEvent
from schemas.codec import EVENT, encode
from schemas.topics import LEAD_ALERTS, LEAD_EVENTS, LEAD_SIGNALS, LEAD_UNASSIGNED, WMS
from streams.engine.kafka import FIRST_APPENDED, FIRST_PLACE
from streams.engine.settle import Batch
from streams.pipeline.worker import Normalize
from tests.golden.examples import EXAMPLES, OPTIONS, known
from tests.unit.alerting.histories import history
from tests.unit.pipeline.test_fold import Line

NOW = 1_795_000_000_000


class Known:
    """Identities that are there."""

    def __init__(self) -> None:
        self.identities = known()
        self.loaded = SimpleNamespace(is_set=lambda: True)

    async def reach(self, _: object) -> None:
        """They are."""


async def test_an_event_names_its_raw_record() -> None:
    """Topic, partition and offset of what the hook put there."""
    value = (EXAMPLES / WMS.name / "adjustment.json").read_bytes()
    raw: Any = SimpleNamespace(value=value, offset=41, timestamp=NOW, headers=(), key=None)
    process = Normalize(NORMALIZERS[WMS.name], Known(), OPTIONS)  # type: ignore[arg-type]
    outcome = await process(Batch(WMS.name, 3, 1, [raw]))
    [event] = [EVENT.decode(output.value) for output in outcome.outputs]
    assert isinstance(event, LeadEvent) and event.origin == "source.wms/3/41"


async def test_a_record_that_was_sent_again_keeps_its_first_place() -> None:
    """Replayed, let go, or linked to a client: the event, and what still waits for a client, name the first one."""
    value = (EXAMPLES / WMS.name / "adjustment.json").read_bytes()
    stranger = value.replace(b"1066", b"nobody").replace(b"evt-", b"evt2-")
    headers = ((FIRST_APPENDED, b"5"), (FIRST_PLACE, b"source.wms/3/41"))
    raws: list[Any] = [
        SimpleNamespace(value=one, offset=99, timestamp=NOW, headers=headers, key=b"k", partition=3)
        for one in (value, stranger)
    ]
    outcome = await Normalize(NORMALIZERS[WMS.name], Known(), OPTIONS)(Batch(WMS.name, 3, 1, raws))  # type: ignore[arg-type]
    told = [json.loads(output.value or b"") for output in outcome.outputs]
    assert [one["origin"] for one in told] == ["source.wms/3/41"] * 2
    assert [output.topic for output in outcome.outputs] == [LEAD_EVENTS.name, LEAD_UNASSIGNED.name]


async def test_signals_and_alerts_name_the_record_that_brought_them() -> None:
    """That of the event; where it names none (a former version's, a tick) the event's own place."""
    line, seen = Line(), set()
    for entry in history(7):
        named = isinstance(entry.event, LeadEvent) and entry.meta.offset % 2
        event = msgspec.structs.replace(entry.event, origin="source.wms/1/5") if named else entry.event
        expected = "source.wms/1/5" if named else f"{LEAD_EVENTS.name}/0/{entry.meta.offset}"
        record: Any = SimpleNamespace(
            value=encode(event), offset=entry.meta.offset, timestamp=entry.meta.ts, headers=(), key=None
        )
        outcome = await line.fold(Batch(LEAD_EVENTS.name, 0, 1, [record]))
        for output in outcome.outputs:
            if output.topic in (LEAD_SIGNALS.name, LEAD_ALERTS.name):
                assert json.loads(output.value or b"")["origin"] == expected
                seen.add((output.topic, named))
    assert {topic for topic, _ in seen} == {LEAD_SIGNALS.name, LEAD_ALERTS.name}


def test_records_of_former_versions_are_read() -> None:
    """Without the field they say nothing of it, and are written as they were."""
    old = Signal(
        signal_id="0" * 16,
        lead_id="7",
        rule="tone",
        severity="info",
        ts=NOW,
        window_start=NOW,
        value=1.0,
        baseline=0.0,
        score=1.0,
    )
    written = msgspec.json.encode(old)
    assert b"origin" not in written
    assert msgspec.json.decode(written, type=Signal) == old


def test_a_message_names_the_record_that_its_version_is_of() -> None:
    """So that the line that says it was sent does."""
    first = want(None, Wish("a1", "lead:1", 1, 0, 0, Rendered("x"), origin="source.wms/1/5"), LEAD_ALERTS.name)
    second = want(first, Wish("a1", "lead:1", 2, 1, 1, Rendered("y"), origin="source.wms/1/8"), LEAD_ALERTS.name)
    assert first is not None and first.origin == "source.wms/1/5"
    assert second is not None and second.origin == "source.wms/1/8"
