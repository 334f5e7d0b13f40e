"""Columns of `events`: the same however many are made together, each row its own event's."""

from unittest.mock import patch

from schemas import events as ev
from schemas.codec import encode
from streams.store.sinks.event_columns import KINDS
from streams.store.sinks.rows import event_rows
from streams.store.sinks.tables import EVENTS
from tests.unit.store import samples
from tests.unit.store.records import record


def test_slices_are_seams_that_nobody_sees() -> None:
    """Of every kind one, among them what has words: all rows are the same when they are made three at a time."""
    events: list[ev.Event] = [samples.event_of(kind) for kind in KINDS if kind is not ev.Call]
    good = [(event, record(offset, encode(event))) for offset, event in enumerate(events)]
    whole = event_rows(good)
    with patch("streams.store.sinks.rows.AT_ONCE", 3):
        assert [(rows.table, list(map(list, rows.columns))) for rows in event_rows(good)] == [
            (rows.table, list(map(list, rows.columns))) for rows in whole
        ]
    columns = dict(zip(EVENTS.columns, whole[0].columns, strict=True))
    assert list(columns["event_id"]) == [int(event.event_id, 16) for event in events]
    assert list(columns["kind"]) == [KINDS[type(event)] for event in events]
