"""Loading the states of a partition: when, and which record wins."""

import pytest

from processors.state import LeadState, decode_state, encode_state
from schemas.errors import Transient
from streams.engine.state import LOOK_SECONDS, LeadStates
from tests.unit.engine.state_topic import Topic


def record(lead: str, applied: int, first_day: int = 1) -> tuple[bytes, bytes]:
    """A state record of a lead."""
    return lead.encode(), encode_state(LeadState(applied=applied, first_day=first_day))


def states(topic: Topic) -> LeadStates:
    """The states over a stand-in topic."""
    return LeadStates(topic, topic, lambda: 0.0)  # type: ignore[arg-type]


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


async def test_who_loads_writes_over_what_is_not_the_state() -> None:
    """A stopped worker went on and put an older state last: the next owner's first records put the right one last."""
    topic = Topic(record("7", 9), record("8", 3), record("7", 4), (b"8", b"garbage"))
    kept = states(topic)
    await kept.open(0, 1)
    assert await kept.placed(0, topic.take(kept.records(0, []))) == []
    assert (topic.last("7"), topic.last("8"), len(topic.records)) == (9, 3, 6)
    assert kept.records(0, []) == []


async def test_the_owner_sees_by_its_offsets_that_somebody_else_wrote() -> None:
    """Whether before, between or behind its own records: only leads whose last record is older are written again."""
    topic = Topic(record("7", 1), record("8", 1), record("9", 1))
    kept = states(topic)
    opened = await kept.open(0, 1)
    for state in opened.values():
        state.applied = 5
    assert await kept.placed(0, topic.take(kept.records(0, ["7", "8", "9"]))) == []
    topic.records += [record("8", 2), record("7", 2)]  # stopped long ago, sent now
    opened["7"].applied = 6
    again = await kept.placed(0, topic.take(kept.records(0, ["7"])))
    assert [output.key for output in again] == [b"8"]
    assert await kept.placed(0, topic.take(again)) == []
    assert [topic.last(lead) for lead in "789"] == [6, 5, 5]
    reads = len(topic.reads)
    assert await kept.placed(0, topic.take(kept.records(0, ["9"]))) == []
    assert len(topic.reads) == reads, "nobody else wrote: nothing is read"


@pytest.mark.parametrize("generation", [1, 2])
async def test_a_partition_that_was_kept_is_looked_at_again(generation: int) -> None:
    """After a rebalance, and now and then: a stopped worker's records may be the last for long."""
    topic, now = Topic(record("7", 1)), [0.0]
    kept = LeadStates(topic, topic, lambda: now[0])  # type: ignore[arg-type]
    opened = await kept.open(0, 1)
    opened["7"].applied = 5
    await kept.placed(0, topic.take(kept.records(0, ["7"])))
    topic.records.append(record("7", 2))
    if generation == 1:
        await kept.open(0, 1)
        assert kept.records(0, []) == [], "not so soon"
        now[0] = LOOK_SECONDS + 1
    await kept.open(0, generation)
    await kept.placed(0, topic.take(kept.records(0, [])))
    assert topic.last("7") == 5
