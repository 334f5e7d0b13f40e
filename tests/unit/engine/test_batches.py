"""The transport: what is handed out, what is committed and when, and what becomes of a batch that Faust drops."""

import pytest

from streams.engine.batches import BatchConsumer, JobConsumer
from streams.engine.consumer_thread import ConsumerThread
from tests.unit.engine.driver import ONE, TWO, Consumer, Group, Thread, offsets


class Jobs(Consumer, JobConsumer):
    """The consumer for jobs, on the stand-in."""


async def group(consumer: type[BatchConsumer] = Consumer, records: int = 30) -> Group:
    """One that has partition ONE with some records."""
    made = Group(consumer)
    await made.assign({ONE: records})
    return made


async def test_batch_is_what_was_fetched_of_a_partition() -> None:
    """One message a partition, all records in order; it stands for its last offset and for its generation."""
    here = await group()
    await here.assign({ONE: 7, TWO: 3})
    first, second = await here.fetch()
    assert (first.tp, offsets(first), first.offset) == (ONE, list(range(7)), 6)
    assert (second.tp, offsets(second), second.offset) == (TWO, [0, 1, 2], 2)
    assert first.generation_id == here.app.consumer_generation_id == 2


@pytest.mark.parametrize(("consumer", "most"), [(Consumer, 2), (Jobs, 1)])
async def test_no_more_than_some_batches_of_a_partition_are_out(consumer: type[BatchConsumer], most: int) -> None:
    """One in work and one ready; of jobs only the one in work. An ack makes room, for this partition alone."""
    here = await group(consumer, 100)
    await here.assign({ONE: 100, TWO: 10})
    out = [message for _ in range(4) for message in await here.fetch()]
    assert [message.tp for message in out] == [ONE, TWO] + [ONE] * (most - 1)
    here.consumer.ack(out[1])
    assert await here.fetch() == []
    here.consumer.ack(out[0])
    (more,) = await here.fetch()
    assert (more.tp, more.offset) == (ONE, most * 10 + 9)


async def test_batch_is_committed_when_it_is_acked() -> None:
    """The offset behind its last record, once; nothing before the ack."""
    here = await group()
    (batch,) = await here.fetch()
    assert not await here.consumer.commit()
    here.consumer.ack(batch)
    assert await here.consumer.commit()
    assert not await here.consumer.commit()
    assert here.thread.commits == [{ONE: 10}]


async def test_only_the_unbroken_run_is_committed() -> None:
    """The second batch is done first: nothing is committed before the first, then both at once."""
    here = await group()
    (first,), (second,) = await here.fetch(), await here.fetch()
    here.consumer.ack(second)
    await here.consumer.commit()
    assert here.thread.commits == []
    assert here.pending(ONE) == 2
    here.consumer.ack(first)
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 20}]
    assert here.pending(ONE) == 0


async def test_partitions_do_not_wait_for_each_other() -> None:
    """A hole in one leaves the other's commit alone."""
    here = await group()
    await here.assign({ONE: 20, TWO: 20})
    first_one, first_two = await here.fetch()
    second_one, second_two = await here.fetch()
    for done in (second_one, first_two, second_two):
        here.consumer.ack(done)
    await here.consumer.commit()
    assert here.thread.commits == [{TWO: 20}]
    assert first_one.offset == 9


async def test_acking_twice_is_acking_once() -> None:
    """The second word on a batch changes nothing."""
    here = await group()
    (first,), (second,) = await here.fetch(), await here.fetch()
    assert here.consumer.ack(first)
    assert not here.consumer.ack(first)
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 10}]
    assert second.offset == 19


async def test_failed_commit_is_offered_again() -> None:
    """The broker does not take it now: the next commit has it, or what has become of it."""
    here = await group()
    (first,), (second,) = await here.fetch(), await here.fetch()
    here.consumer.ack(first)
    here.thread.refuse_commits = True
    assert not await here.consumer.commit()
    assert not await here.consumer.commit()
    here.thread.refuse_commits = False
    assert await here.consumer.commit()
    here.thread.refuse_commits = True
    here.consumer.ack(second)
    await here.consumer.commit()
    here.thread.refuse_commits = False
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 10}, {ONE: 20}]


async def test_failed_commit_does_not_hide_a_later_one() -> None:
    """What was acked while the commit was under way is the newer word."""
    here = await group()
    (first,), (second,) = await here.fetch(), await here.fetch()
    here.consumer.ack(first)

    async def refuse(_: object) -> bool:
        here.consumer.ack(second)
        return False

    commit, here.thread.commit = here.thread.commit, refuse  # type: ignore[method-assign, assignment]
    await here.consumer.commit()
    here.thread.commit = commit  # type: ignore[method-assign]
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 20}]


async def test_nothing_of_a_revoked_partition_is_committed() -> None:
    """Acked and not yet committed, or acked after it went: the new owner decides."""
    here = await group()
    (first,), (second,) = await here.fetch(), await here.fetch()
    here.consumer.ack(first)
    await here.revoke()
    here.consumer.ack(second)
    await here.consumer.commit()
    assert here.thread.commits == []
    await here.assign({ONE: 30})
    (first,), (second,) = await here.fetch(), await here.fetch()
    here.consumer.ack(second)  # so that something of the partition is looked at
    await here.consumer.commit()
    assert here.thread.commits == []


async def test_revoked_partition_is_read_anew_from_its_commit() -> None:
    """It comes back with nothing out: both places are free, and the old batches' acks count for nothing."""
    here = await group()
    old = [*await here.fetch(), *await here.fetch()]
    await here.assign({ONE: 30})
    (again,) = await here.fetch()
    assert offsets(again) == list(range(10))
    for message in old:
        here.consumer.ack(message)
    await here.consumer.commit()
    assert here.thread.commits == []
    assert here.pending(ONE) == 1
    here.consumer.ack(again)
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 10}]


async def test_commit_that_fails_after_a_rebalance_is_forgotten() -> None:
    """The partition was elsewhere and came back further on: the old offset must not take it back."""
    here = await group(records=100)
    (first,) = await here.fetch()
    here.consumer.ack(first)
    held = []

    async def rebalance_and_refuse(_: object) -> bool:
        await here.assign({ONE: 100}, committed={ONE: 50})
        held.extend([*await here.fetch(), *await here.fetch()])
        here.consumer.ack(held[1])
        return False

    commit, here.thread.commit = here.thread.commit, rebalance_and_refuse  # type: ignore[method-assign, assignment]
    await here.consumer.commit()
    here.thread.commit = commit  # type: ignore[method-assign]
    await here.consumer.commit()
    assert here.thread.commits == []


async def test_fetch_that_a_rebalance_overtook_hands_out_nothing() -> None:
    """Its records are read again where they stood, also where the group has no commit to go back to."""
    here = await group()

    def move_on() -> None:
        here.app.consumer_generation_id += 1

    here.thread.before_answer.append(move_on)
    assert await here.fetch() == []
    assert here.pending(ONE) == 0
    (batch,) = await here.fetch()
    assert offsets(batch)[0] == 0


async def test_rebalance_between_two_batches_of_a_fetch() -> None:
    """What has not been handed out yet is not handed out, and is no one's hindrance later."""
    here = await group()
    await here.assign({ONE: 10, TWO: 10})
    seen = []
    async for tp, _ in here.consumer.getmany(timeout=0.01):
        seen.append(tp)
        here.consumer.stop_flow()
    assert seen == [ONE]
    assert (here.pending(ONE), here.pending(TWO)) == (1, 0)
    assert here.thread.positions[TWO] == 0


async def test_batch_that_slips_out_during_a_rebalance_is_forgotten() -> None:
    """Faust drops it when the flow stops; its place is free again in the next generation."""
    here = await group()
    await here.assign({ONE: 30, TWO: 30})
    fetch = here.consumer.getmany(timeout=0.01)
    await anext(fetch)
    await here.consumer.on_partitions_revoked({ONE, TWO})  # while nothing has stopped the flow yet
    late = await anext(fetch)
    assert late[0] == TWO
    here.app.consumer_generation_id += 1
    await here.consumer.on_partitions_assigned({ONE, TWO}, 3)
    assert (here.pending(ONE), here.pending(TWO)) == (0, 0)


async def test_dropped_batch_is_delivered_again() -> None:
    """A batch that nobody holds and nobody acked is read anew, with what came behind it; what stands is kept."""
    here = await group()
    (first,) = await here.fetch()
    await here.fetch()  # and dropped
    assert await here.consumer.deliver_again() == {ONE}
    assert here.pending(ONE) == 1
    (again,) = await here.fetch()
    assert offsets(again) == list(range(10, 20))
    here.consumer.ack(again)
    await here.consumer.commit()
    assert here.thread.commits == []
    here.consumer.ack(first)
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 20}]


async def test_batch_behind_a_dropped_one_comes_again_and_its_first_ack_is_no_commit() -> None:
    """[0…9] is dropped while [10…19] is in work: its ack must not stand for a new batch that ends there, too."""
    here = await group(records=20)
    await here.fetch()
    (second,) = await here.fetch()
    await here.consumer.deliver_again()
    (first_again,), (second_again,) = await here.fetch(), await here.fetch()
    assert (first_again.offset, second_again.offset) == (9, 19)
    here.consumer.ack(second)
    here.consumer.ack(first_again)
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 10}]
    assert here.consumer.ack(second_again), "Faust would wait for it at the end"
    await here.consumer.commit()
    assert here.thread.commits == [{ONE: 10}, {ONE: 20}]


async def test_held_and_acked_batches_are_not_delivered_again() -> None:
    """In work or in line is not dropped, and acked out of order neither."""
    here = await group()
    (first,), (second,) = await here.fetch(), await here.fetch()
    here.consumer.ack(second)
    del second
    assert await here.consumer.deliver_again() == set()
    assert here.pending(ONE) == 2
    assert first.offset == 9


async def test_ack_wakes_a_fetch_that_waits_for_room() -> None:
    """With all partitions full the consumer sleeps; a place that is free is used at once."""
    here = await group(records=100)
    (first,), (second,) = await here.fetch(), await here.fetch()
    assert await here.fetch() == []
    assert not here.consumer._room.is_set()
    here.consumer.ack(first)
    assert here.consumer._room.is_set()
    assert second.offset == 19


async def test_stop_hands_out_nothing_more() -> None:
    """What was fetched while the worker was told to stop stays unread."""
    here = await group()
    here.thread.before_answer.append(here.consumer._stopped.set)
    assert await here.fetch() == []
    assert here.pending(ONE) == 0


async def test_faust_has_no_say_in_what_is_handed_out() -> None:
    """Records before the last offset it saw are not dropped: they were read anew because they are owed."""
    here = await group()
    got: list[int] = []

    async def take(message: object) -> None:
        got.extend(offsets(message))
        if len(got) == 20:
            here.consumer._stopped.set()

    class Fetcher:
        should_stop = False

    here.consumer.callback = take
    here.consumer._read_offset[ONE] = 1000
    await here.consumer._drain_messages(Fetcher())
    assert got == list(range(20))


async def test_idle_partitions_raise_no_alarm() -> None:
    """Faust's check of idle partitions, which calls them dead every few seconds, asks and says nothing."""
    here = await group(records=0)
    await here.consumer.verify_all_partitions_active()  # the stand-in has no answer for it


def test_stand_in_is_asked_like_the_thread() -> None:
    """What the stand-in answers is what the real thread has."""
    asked = {name for name in vars(Thread) if not name.startswith("_")}
    assert {name for name in asked if hasattr(ConsumerThread, name)} == asked
