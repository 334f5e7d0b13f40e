"""What a worker tells Prometheus of its partitions and needs."""

from prometheus_client import REGISTRY

from streams.engine import metrics
from tests.unit.engine.watched import OTHER, STEP, TP, Bench

AT = {"topic": "source.wms", "partition": "0"}


async def test_age_of_the_oldest_record_in_work() -> None:
    """It grows while the record is in work, and is nothing again at the partition's end."""
    bench = Bench()
    bench.wait()
    bench.busy, bench.delivered[TP], bench.oldest[TP] = {TP.partition}, 1, 2000
    await bench.look(2 * STEP)
    assert REGISTRY.get_sample_value("leadpulse_oldest_unacked_seconds", AT) == 2 * STEP - 2
    bench.committed[TP] = 11
    await bench.look()
    assert REGISTRY.get_sample_value("leadpulse_oldest_unacked_seconds", AT) == 0


async def test_a_partition_that_moved_away_is_not_told_of() -> None:
    """Its last figure would stand in this process for ever; while the group is divided anew nothing is forgotten."""
    bench = Bench()
    bench.wait(7)
    await bench.look()
    bench.rebalancing = True
    await bench.look()
    assert REGISTRY.get_sample_value("leadpulse_consumer_lag", AT) == 7
    bench.rebalancing, at = False, bench.committed.pop(TP)
    await bench.look()
    assert REGISTRY.get_sample_value("leadpulse_consumer_lag", AT) is None
    assert REGISTRY.get_sample_value("leadpulse_oldest_unacked_seconds", AT) is None
    assert REGISTRY.get_sample_value("leadpulse_consumer_lag", {**AT, "partition": str(OTHER.partition)}) == 0
    bench.committed[TP] = at
    await bench.look()
    assert REGISTRY.get_sample_value("leadpulse_consumer_lag", AT) == 7


def test_leads_of_a_partition_that_moved_away() -> None:
    """Two processes that both told of them would count them twice."""
    metrics.LEADS.labels(3).set(40)
    metrics.forget_partition("lead.signals", 3)
    assert REGISTRY.get_sample_value("leadpulse_leads", {"partition": "3"}) == 40
    metrics.forget_partition("lead.events", 3)
    assert REGISTRY.get_sample_value("leadpulse_leads", {"partition": "3"}) is None


def test_needs_are_told_as_they_are_now() -> None:
    """One that is no more is not shown as met."""
    metrics.tell_needs({"telegram": True, "disk": False})
    metrics.tell_needs({"disk": True})
    assert REGISTRY.get_sample_value("leadpulse_need_met", {"need": "disk"}) == 1
    assert REGISTRY.get_sample_value("leadpulse_need_met", {"need": "telegram"}) is None
