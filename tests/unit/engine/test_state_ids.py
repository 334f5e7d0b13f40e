"""Chunks of event ids beside the states: written once, believed when a state names them, never in the way."""

import pytest

from processors.sealed import CHUNK, Sealed
from processors.state import LeadState, encode_state
from tests.unit.engine.state_topic import Topic
from tests.unit.engine.test_state import record, states


async def test_full_chunks_of_ids_are_records_of_their_own() -> None:
    """Written once, before the state that names them; read back with it; gone when they are a day old."""
    topic = Topic(record("7", 1))
    kept = states(topic)
    state = (await kept.open(0, 1))["7"]
    state.sealed = Sealed()
    for hour in (10, 11):
        state.sealed.seal(range(hour * CHUNK, (hour + 1) * CHUNK), hour)
    sent = kept.records(0, ["7"])
    assert [output.key for output in sent] == [b"7#0", b"7#1", b"7"]
    topic.take(sent)
    assert [output.key for output in kept.records(0, ["7"])] == [b"7"]

    again = states(topic)
    loaded = (await again.open(0, 1))["7"].sealed
    assert loaded is not None
    assert loaded.known == set(range(10 * CHUNK, 12 * CHUNK))
    assert loaded.forget(11)
    assert loaded.known == set(range(11 * CHUNK, 12 * CHUNK))
    sent = again.records(0, ["7"])
    assert [(output.key, output.value is None) for output in sent] == [(b"7", False), (b"7#0", True)]
    topic.take(sent)
    assert set((await states(topic).open(0, 1))["7"].sealed.hours) == {1}  # type: ignore[union-attr]


@pytest.mark.parametrize(("key", "value"), [(b"7#x", None), (b"7#\xff", b"1"), (b"7#0", b"short"), (b"#", b"")])
async def test_foreign_chunks_do_not_stop_the_partition(key: bytes, value: bytes | None) -> None:
    """One that a state names and that cannot be read is missed, which costs its repeats, not its lead."""
    named = encode_state(LeadState(applied=3, sealed=Sealed(1, {0: 10})))
    opened = await states(Topic((b"7", named), (key, value), record("8", 2))).open(0, 1)
    assert {lead: state.applied for lead, state in opened.items()} == {"7": 3, "8": 2}
    assert opened["7"].sealed == Sealed(1, {0: 10})


async def test_chunks_that_no_state_names_are_not_believed() -> None:
    """Killed between a chunk and its state: its events come again, and must count. One left over is taken away."""
    topic = Topic(record("7", 1))
    state = (await (first := states(topic)).open(0, 1))["7"]
    state.sealed = Sealed()
    state.sealed.seal(range(CHUNK), 10)
    topic.take(first.records(0, ["7"]))
    state.sealed.seal(range(CHUNK, 2 * CHUNK), 11)
    topic.take(first.records(0, ["7"])[:1])  # the chunk, not the state
    topic.records.append((b"8#0", state.sealed.packed(0)))
    again = states(topic)
    sealed = (await again.open(0, 1))["7"].sealed
    assert sealed is not None
    assert (sealed.known, sealed.next) == (set(range(CHUNK)), 1)
    assert [output.key for output in again.records(0, [])] == [b"8#0"]
