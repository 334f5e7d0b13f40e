"""Settling a batch: what is sent and when, what is retried, what is a dead letter, and when it is acked."""

import asyncio
from typing import Any

import pytest

from schemas.codec import Rejected
from schemas.errors import Transient
from schemas.failed import DeadLetter
from schemas.types import Meta
from streams.engine import settle
from streams.engine.kafka import Output, Placed
from streams.engine.retry import World
from streams.engine.settle import Batch, Outcome
from tests.unit.engine.stand_ins import Broker, Stream, settler


async def echo(batch: Batch) -> Outcome:
    """One output a record, one state record a batch."""
    outputs = [Output("lead.events", b"7", record.value) for record in batch.records]
    return Outcome(outputs=outputs, state=[Output("lead.state", b"7", b"state")])


async def test_outputs_before_state_before_ack() -> None:
    """The state carries the fence, so it is sent when the broker has the outputs, and the ack comes last."""
    order: list[str] = []

    class Watched(Broker):
        async def send(self, outputs: list[Output]) -> None:
            await asyncio.sleep(0)
            order.extend(output.topic for output in outputs)

    class Acked(Stream):
        async def ack(self, event_: Any) -> None:
            order.append("ack")

    await settler(echo, Watched()).run(Acked(range(2), range(2, 3)))
    assert order == ["lead.events"] * 2 + ["lead.state", "ack", "lead.events", "lead.state", "ack"]


async def test_batch_tells_where_a_record_stands() -> None:
    """A process is given our topic name, the partition, the generation, and the broker's time."""
    seen: list[Batch] = []

    async def look(batch: Batch) -> Outcome:
        seen.append(batch)
        return Outcome()

    await settler(look, Broker()).run(Stream(range(5, 7), partition=3))
    (batch,) = seen
    assert (batch.partition, batch.generation) == (3, 1)
    assert batch.meta(batch.records[1]) == Meta("source.wms", 3, 6, 1006)


async def test_passing_fault_of_the_process_is_retried_whole() -> None:
    """A process that raises `Transient` gets the same batch again until it succeeds; nothing is lost or doubled."""
    calls: list[int] = []

    async def shaky(batch: Batch) -> Outcome:
        calls.append(len(batch.records))
        if len(calls) < 4:
            raise Transient("away", retry_after=0)
        return await echo(batch)

    broker, stream = Broker(), Stream(range(3))
    await settler(shaky, broker).run(stream)
    assert calls == [3] * 4
    assert broker.values == [b"0", b"1", b"2", b"state"]
    assert stream.acked == [2]


async def test_passing_fault_of_the_broker_is_retried_without_processing_again() -> None:
    """Sending is repeated by itself: the fold must not see the batch twice."""
    calls = 0

    async def counted(batch: Batch) -> Outcome:
        nonlocal calls
        calls += 1
        return await echo(batch)

    broker = Broker(faults=[Transient("away"), Transient("away")])
    stream = Stream(range(2))
    await settler(counted, broker).run(stream)
    assert calls == 1
    assert broker.values == [b"0", b"1", b"state"]
    assert stream.acked == [1]


async def test_waiting_obeys_retry_after_and_grows_to_its_cap() -> None:
    """Pauses double up to the cap, with jitter below; a named time is kept to the letter."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    broker = Broker(faults=[Transient("away")] * 11 + [Transient("busy", retry_after=42.0)])
    await settler(echo, broker, world=World(sleep=sleep)).run(Stream(range(1)))
    caps = [min(0.1 * 2**n, settle.PATIENCE.longest) for n in range(11)]
    assert pauses[-1] == 42.0
    assert all(cap / 2 <= pause <= cap for pause, cap in zip(pauses, caps, strict=False))


@pytest.mark.parametrize("poison", [{0}, {6}, {3}, {2, 3}, set(range(7))])
async def test_halving_leaves_only_the_poison_out(poison: set[int]) -> None:
    """Records that break the process become dead letters alone; all others are processed once, in order."""
    broker, stream = Broker(), Stream(range(7))

    async def touchy(batch: Batch) -> Outcome:
        if poison & {record.offset for record in batch.records}:
            raise ValueError("cannot")
        return await echo(batch)

    await settler(touchy, broker).run(stream)
    assert [v for v in broker.values if v != b"state"] == [str(n).encode() for n in range(7) if n not in poison]
    assert [letter.offset for letter in broker.letters] == sorted(poison)
    assert stream.acked == [6]


async def test_dead_letter_tells_everything() -> None:
    """A dead letter holds where the record stood, what was wrong with it, and the record itself, to replay it."""

    async def strict(batch: Batch) -> Outcome:
        return Outcome(rejected=[(batch.records[0], Rejected("no such type", "ValidationError"))])

    broker = Broker()
    await settler(strict, broker).run(Stream(range(9, 10), partition=2))
    (letter,) = broker.letters
    assert letter == DeadLetter(
        topic="source.wms",
        partition=2,
        offset=9,
        ts=1009,
        agent="pipeline.source.wms",
        error_class="ValidationError",
        error="no such type",
        payload=b"9",
        key=b"k",
    )


async def test_dead_letters_are_acked_by_the_broker_before_the_batch_is() -> None:
    """A batch whose dead letter cannot be sent is not done."""

    async def strict(batch: Batch) -> Outcome:
        return Outcome(rejected=[(record, Rejected("bad")) for record in batch.records])

    broker, stream = Broker(faults=[Transient("away")]), Stream(range(2))
    await settler(strict, broker).run(stream)
    assert len(broker.letters) == 2
    assert stream.acked == [1]


async def test_batch_of_a_partition_that_moved_is_left_alone() -> None:
    """A former owner neither sends nor acks: the new one does it."""
    broker, stream = Broker(), Stream(range(2))
    await settler(echo, broker, owned=lambda _: False).run(stream)
    assert (broker.taken, stream.acked) == ([], [])


async def test_state_is_not_written_when_the_partition_moved_while_sending() -> None:
    """Sending outputs may have taken minutes: the state must not lie over what the new owner wrote."""
    broker, stream = Broker(), Stream(range(2))
    await settler(echo, broker, owned=lambda _: not broker.taken).run(stream)
    assert broker.values == [b"0", b"1"]
    assert stream.acked == []


@pytest.mark.parametrize("owned", [True, False])
async def test_what_was_answered_and_not_sent_is_forgotten(owned: bool) -> None:
    """A process that remembers (the fold) would take the batch, when it comes again, for one that is done."""
    forgotten: list[int] = []
    stream = Stream(range(2), partition=3)
    await settler(echo, Broker(), owned=lambda _: owned, discard=forgotten.append).run(stream)
    assert forgotten == ([] if owned else [3])


async def test_what_was_written_over_is_sent_again_before_the_ack() -> None:
    """A process is told where its state lies, until it has nothing more to say."""
    places: list[list[Placed]] = []

    async def placed(at: list[Placed]) -> list[Output]:
        places.append(at)
        if len(places) == 1:
            raise Transient("the end is not known yet")
        return [Output("lead.state", b"8", b"again")] if len(places) == 2 else []

    async def process(_: Batch) -> Outcome:
        return Outcome(state=[Output("lead.state", b"7", b"state")], placed=placed)

    broker, stream = Broker(), Stream(range(2))
    await settler(process, broker).run(stream)
    assert broker.values == [b"state", b"again"]
    assert (len(places), stream.acked) == (3, [1])


async def test_cancelled_batch_stays_unacked() -> None:
    """A batch that is cut off in the middle is not done, and is not counted as in work any more."""
    began = asyncio.Event()

    async def endless(_: Batch) -> Outcome:
        began.set()
        await asyncio.Event().wait()
        raise AssertionError

    stream = Stream(range(2))
    settling = settler(endless, Broker())
    task = asyncio.ensure_future(settling.run(stream))
    await began.wait()
    assert settling.in_work == {0: 1}
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (stream.acked, settling.in_work) == ([], {})
