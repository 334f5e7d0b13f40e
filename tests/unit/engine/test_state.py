"""Loading the states of a partition: when, and which record wins."""

from collections.abc import AsyncIterator, Iterable
from types import SimpleNamespace
from typing import Any

import pytest

from processors.state import LeadState, decode_state, encode_state
from schemas.errors import Transient
from streams.engine.state import LeadStates


class Topic:
    """A stand-in for the reader of `lead.state`: the records, and how often it was read."""

    def __init__(self, *records: tuple[bytes | None, bytes | None]) -> None:
        self.records = list(records)
        self.reads: list[list[int]] = []
        self.fault: Transient | None = None

    async def read(self, partitions: Iterable[int]) -> AsyncIterator[Any]:
        """Every record; then the fault, if there is one."""
        self.reads.append(list(partitions))
        for key, value in self.records:
            yield SimpleNamespace(key=key, value=value)
        if self.fault is not None:
            raise self.fault


def record(lead: str, applied: int, first_day: int = 1) -> tuple[bytes, bytes]:
    """A state record of a lead."""
    return lead.encode(), encode_state(LeadState(applied=applied, first_day=first_day))


def states(topic: Topic) -> LeadStates:
    """The states over a stand-in topic."""
    return LeadStates(topic)  # type: ignore[arg-type]


async def test_last_record_of_a_lead_wins() -> None:
    """Of several records not yet compacted, the newest fence is the state."""
    opened = await states(Topic(record("7", 1), record("8", 5), record("7", 3))).open(0, 1)
    assert {lead: state.applied for lead, state in opened.items()} == {"7": 3, "8": 5}


async def test_late_writer_does_not_win() -> None:
    """A former owner that wrote after the new one, with an older fence, is ignored."""
    opened = await states(Topic(record("7", 9), record("7", 4))).open(0, 1)
    assert opened["7"].applied == 9


async def test_same_fence_takes_the_later_record() -> None:
    """A tick changes a state without moving its fence: the later of two equal fences is the state."""
    opened = await states(Topic(record("7", 9, 1), record("7", 9, 2))).open(0, 1)
    assert opened["7"].first_day == 2


async def test_tombstone_forgets() -> None:
    """A record without a value removes the lead, and a later one brings it back."""
    assert await states(Topic(record("7", 9), (b"7", None))).open(0, 1) == {}
    opened = await states(Topic(record("7", 9), (b"7", None), record("7", 2))).open(0, 1)
    assert opened["7"].applied == 2


@pytest.mark.parametrize("bad", [(b"9", b"garbage"), (b"\xff", b"garbage"), (None, b""), (b"\xff\xfe", None)])
async def test_unreadable_record_does_not_stop_the_partition(bad: tuple[bytes | None, bytes | None]) -> None:
    """One foreign record, whatever its key, is told in the log; the other leads' states are there."""
    opened = await states(Topic(record("7", 1), bad, record("8", 2))).open(0, 1)
    assert {lead: state.applied for lead, state in opened.items()} == {"7": 1, "8": 2}


async def test_unreadable_record_leaves_the_older_state() -> None:
    """A broken newer record of a lead does not take its older one away."""
    opened = await states(Topic(record("7", 1), (b"7", b"garbage"))).open(0, 1)
    assert opened["7"].applied == 1


async def test_loaded_once_while_owned_without_a_gap() -> None:
    """In the same generation and the next one memory is as good as the topic: nobody else can have written."""
    topic = Topic(record("7", 1))
    kept = states(topic)
    first = await kept.open(0, 5)
    first["7"].applied = 2
    assert (await kept.open(0, 5))["7"].applied == 2
    assert (await kept.open(0, 6))["7"].applied == 2
    assert topic.reads == [[0]]


@pytest.mark.parametrize("generation", [7, 8, 4])
async def test_loaded_again_after_a_gap(generation: int) -> None:
    """Somebody else may have owned the partition in between: memory is thrown away."""
    topic = Topic(record("7", 1))
    kept = states(topic)
    await kept.open(0, 5)
    topic.records.append(record("7", 8))
    assert (await kept.open(0, generation))["7"].applied == 8
    assert topic.reads == [[0], [0]]


async def test_partitions_are_independent() -> None:
    """A gap in one partition does not reload another."""
    topic = Topic()
    kept = states(topic)
    await kept.open(0, 5)
    await kept.open(1, 5)
    await kept.open(0, 6)
    await kept.open(0, 7)
    await kept.open(1, 7)
    assert topic.reads == [[0], [1], [1]]


async def test_discarded_partition_is_read_again() -> None:
    """States that may be half changed are not used."""
    topic = Topic(record("7", 1))
    kept = states(topic)
    (await kept.open(0, 5))["7"].applied = 99
    kept.discard(0)
    assert (await kept.open(0, 5))["7"].applied == 1


async def test_interrupted_load_is_not_taken_for_a_whole_one() -> None:
    """When the topic cannot be read to its end, the next attempt reads it again, also after a discard."""
    topic = Topic(record("7", 1))
    kept = states(topic)
    await kept.open(0, 5)
    kept.discard(0)
    topic.fault = Transient("away")
    with pytest.raises(Transient):
        await kept.open(0, 5)
    topic.fault = None
    topic.records.append(record("7", 8))
    assert (await kept.open(0, 5))["7"].applied == 8


async def test_records_make_the_named_leads_durable() -> None:
    """Only touched leads are written, to the partition they were read from, whatever their key hashes to."""
    kept = states(Topic(record("7", 1), record("8", 2)))
    await kept.open(11, 1)
    (output,) = kept.records(11, ["8"])
    assert (output.topic, output.key, output.partition) == ("lead.state", b"8", 11)
    assert output.value is not None
    assert decode_state(output.value).applied == 2
