"""Records that cannot be used: how one is found, how often it is tried, and what becomes of it."""

import pytest

from schemas.errors import NotYet, RecordFault, TooLarge, Transient
from streams.engine import metrics
from streams.engine.kafka import Output
from streams.engine.letters import LEAST_PAYLOAD
from streams.engine.retry import World
from streams.engine.settle import Batch, Outcome
from tests.unit.engine.stand_ins import Broker, Stream, settler


async def echo(batch: Batch) -> Outcome:
    """One output a record, one state record a batch."""
    outputs = [Output("lead.events", b"7", record.value) for record in batch.records]
    return Outcome(outputs=outputs, state=[Output("lead.state", b"7", b"state")])


class Narrow(Broker):
    """A broker that takes no record with one of these values, and nothing that is longer than `most`."""

    def __init__(self, *refused: bytes, most: int = 1 << 30) -> None:
        super().__init__()
        self._refused, self._most = refused, most

    async def send(self, outputs: list[Output]) -> None:
        if any(output.value in self._refused or len(output.value or b"") > self._most for output in outputs):
            raise TooLarge("too large")
        await super().send(outputs)


async def test_a_fault_that_is_not_the_same_twice_is_no_fault_of_the_record() -> None:
    """A record alone that broke the process is tried once more: what breaks only sometimes loses nothing."""
    calls: list[list[int]] = []

    async def shaky(batch: Batch) -> Outcome:
        calls.append([record.offset for record in batch.records])
        if calls.count([1]) == 1 and 1 in calls[-1] and len(calls) < 4:
            raise IndexError("string index out of range")
        if len(calls) == 1:
            raise IndexError("string index out of range")
        return await echo(batch)

    broker, stream = Broker(), Stream(range(2))
    await settler(shaky, broker).run(stream)
    assert broker.letters == []
    assert [value for value in broker.values if value != b"state"] == [b"0", b"1"]
    assert calls == [[0, 1], [0], [1], [1]]


async def test_a_fault_that_is_the_same_twice_is_a_dead_letter() -> None:
    """Two tries alone, no more."""
    calls = 0

    async def broken(_: Batch) -> Outcome:
        nonlocal calls
        calls += 1
        raise ValueError("cannot")

    broker, stream = Broker(), Stream(range(1))
    await settler(broken, broker).run(stream)
    assert (calls, len(broker.letters), stream.acked) == (2, 1, [0])


async def test_a_fault_of_the_record_ends_after_its_attempts() -> None:
    """A job that never goes well is a dead letter in the end, and the neighbours do not wait for it to be one."""
    calls: dict[int, int] = {}

    async def job(batch: Batch) -> Outcome:
        for record in batch.records:
            calls[record.offset] = calls.get(record.offset, 0) + 1
            if record.offset == 2:
                raise RecordFault("the decoder died")
        return await echo(batch)

    broker, stream = Broker(), Stream(range(4))
    await settler(job, broker).run(stream)
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [(2, "RecordFault")]
    assert [value for value in broker.values if value != b"state"] == [b"0", b"1", b"3"]
    assert calls[2] == 3 + 2  # three alone, and once in each batch that it was cut out of
    assert stream.acked == [3]


async def test_a_fault_of_the_surroundings_never_ends() -> None:
    """A missing folder is waited for, however long, and what came before it does not count against the record."""
    faults = ([RecordFault("died")] * 2 + [Transient("no folder")] * 50) * 3

    async def job(batch: Batch) -> Outcome:
        if faults:
            raise faults.pop(0)
        return await echo(batch)

    broker, stream = Broker(), Stream(range(1))
    await settler(job, broker).run(stream)
    assert (broker.letters, broker.values, stream.acked) == ([], [b"0", b"state"], [0])


async def test_an_output_too_large_is_a_dead_letter_of_its_record() -> None:
    """The record that made it is found by halving; all others go on, and the state is built without it."""
    discarded: list[int] = []
    broker, stream = Narrow(b"5"), Stream(range(8))
    await settler(echo, broker, discard=discarded.append).run(stream)
    assert [(letter.offset, letter.error_class) for letter in broker.letters] == [(5, "TooLarge")]
    assert [value for value in broker.values if value != b"state"] == [b"%d" % n for n in range(8) if n != 5]
    assert stream.acked == [7]
    assert len(discarded) >= 3  # what the process remembers of answers that were thrown away is wrong


async def test_a_state_too_large_is_a_dead_letter_too() -> None:
    """A lead whose state outgrew its topic does not end the worker."""

    async def growing(batch: Batch) -> Outcome:
        return Outcome(state=[Output("lead.state", b"7", record.value) for record in batch.records])

    broker, stream = Narrow(b"1"), Stream(range(3))
    await settler(growing, broker).run(stream)
    assert ([letter.offset for letter in broker.letters], broker.values, stream.acked) == ([1], [b"0", b"2"], [2])


async def test_a_letter_too_large_for_the_cluster_is_cut() -> None:
    """It says how much was cut off and where the whole record stands, and the worker goes on."""
    stream = Stream(range(1), values=[b"x" * 100_000])

    async def broken(_: Batch) -> Outcome:
        raise ValueError("cannot")

    broker = Narrow(most=50_000)
    await settler(broken, broker).run(stream)
    (letter,) = broker.letters
    assert len(letter.payload) + letter.cut == 100_000
    assert len(letter.payload) <= LEAST_PAYLOAD
    assert "source.wms/0 at offset 0" in letter.error
    assert stream.acked == [0]


async def test_a_letter_that_cannot_be_sent_at_all_ends_the_worker() -> None:
    """Without its dead letter a record would be lost: the worker ends loudly and the batch stays unacked."""
    ended: list[Exception] = []
    broker, stream = Broker(faults=[KeyError("no such topic")] * 2), Stream(range(1))
    settling = settler(echo, broker, fatal=ended)
    await settling.run(stream)
    assert [type(error) for error in ended] == [KeyError]
    assert (stream.acked, settling.in_work) == ([], {})


async def test_a_batch_that_moved_while_it_waited_is_left_alone() -> None:
    """Who waits for an hour looks whether the batch is still his before each attempt."""
    tries = 0

    async def waiting(_: Batch) -> Outcome:
        nonlocal tries
        tries += 1
        raise NotYet("not yet", 30.0)

    stream = Stream(range(1))
    await settler(waiting, Broker(), owned=lambda _: tries < 3).run(stream)
    assert (tries, stream.acked) == (3, [])


async def test_waiting_for_its_time_is_no_fault() -> None:
    """It is not counted and not said as one."""
    faults: list[Exception] = [NotYet("not yet", 5.0), Transient("away", 1.0)]
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def waiting(batch: Batch) -> Outcome:
        if faults:
            raise faults.pop(0)
        return await echo(batch)

    before = metrics.RETRIES.labels("source.wms")._value.get()
    await settler(waiting, Broker(), world=World(sleep=sleep)).run(Stream(range(1)))
    assert pauses == [5.0, 1.0]
    assert metrics.RETRIES.labels("source.wms")._value.get() == before + 1


@pytest.mark.parametrize("halves", [1, 2, 7])
async def test_every_record_may_be_bad(halves: int) -> None:
    """The worker goes through whatever comes."""

    async def broken(_: Batch) -> Outcome:
        raise MemoryError

    broker, stream = Broker(), Stream(range(halves))
    await settler(broken, broker).run(stream)
    assert [letter.offset for letter in broker.letters] == list(range(halves))
    assert stream.acked == [halves - 1]
