"""The transport when partitions move, and what becomes of a batch that Faust drops."""

from tests.unit.engine.driver import ONE, TWO, group, offsets


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
