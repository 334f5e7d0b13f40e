"""The transport: what is handed out, and what is committed and when."""

import pytest

from streams.engine.batches import BatchConsumer, JobConsumer
from streams.engine.loop_consumer import LoopConsumer
from tests.unit.engine.driver import ONE, TWO, Consumer, Thread, group, offsets


class Jobs(Consumer, JobConsumer):
    """The consumer for jobs, on the stand-in."""


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


async def test_who_is_looked_at_gathers_for_a_short_time() -> None:
    """As long as somebody looks, and no longer than its own linger, which it has again when he is gone."""
    here = await group()
    here.consumer._linger_ms, here.consumer._watched_ms = 1600, 300
    lingers = []
    for looks in (True, False):
        here.app.watched = lambda looks=looks: looks
        await here.fetch()
        lingers.append(here.thread.linger_ms)
    assert lingers == [300, 1600]


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


async def test_idle_partitions_raise_no_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Faust's check of idle partitions, which calls them dead every few seconds, asks and says nothing of any."""
    here = await group(records=0)
    monkeypatch.setattr(here.consumer, "assignment", lambda: pytest.fail("walks over the partitions"))
    await here.consumer.verify_all_partitions_active()  # the stand-in has no answer for it


def test_stand_in_is_asked_like_the_thread() -> None:
    """What the stand-in answers is what the real thread has."""
    asked = {name for name in vars(Thread) if not name.startswith("_")}
    assert {name for name in asked if hasattr(LoopConsumer, name)} == asked
