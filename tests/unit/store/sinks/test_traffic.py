"""Rows of a minute: however the events are cut into parts, each offset stands once in its own row."""

from collections import defaultdict

from hypothesis import example, given
from hypothesis import strategies as st

from streams.store.sinks.traffic import Arrived, traffic_rows

APPENDED = st.integers(1_795_246_140_000, 1_795_246_260_000)
"""Two minutes and a bit."""
OFFSETS = st.integers(4090, 4100) | st.integers(0, 1 << 40)
"""Round the border of a block, and any."""
EVENTS = st.tuples(
    APPENDED, st.sampled_from(["wms:main", "jibri"]), st.sampled_from(["pick", "tick"]), st.integers(0, 2), OFFSETS
)
PARTS = st.lists(st.lists(EVENTS, min_size=1, max_size=6), min_size=1, max_size=4)
ONE = (1_795_246_200_000, "wms:main", "pick", 0, 4095)


@given(PARTS)
@example([[ONE, (1_795_246_259_999, *ONE[1:4], 0)]])  # all in one row
@example([[ONE, (*ONE[:4], 4096)]])  # one block, and the next
@example([[ONE, (1_795_246_199_999, *ONE[1:])]])  # the minute before comes after
@example([[ONE, (ONE[0], "jibri", *ONE[2:])], [ONE]])
def test_each_event_stands_in_its_minute_and_block(parts: list[list[tuple[int, str, str, int, int]]]) -> None:
    """As if each were looked at alone."""
    wanted = defaultdict[tuple[object, ...], list[int]](list)
    for appended, source, kind, partition, offset in [event for part in parts for event in part]:
        key = (appended // 60_000 * 60, source, kind, partition, offset // 4096)
        wanted[key].append(offset % 4096)
    rows = traffic_rows(Arrived(*zip(*part, strict=True)) for part in parts)
    *keys, offsets = rows.columns
    assert rows.table.name == "events_minute"
    assert dict(zip(zip(*keys, strict=True), offsets, strict=True)) == wanted
