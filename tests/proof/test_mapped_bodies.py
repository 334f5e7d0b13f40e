"""Ten thousand bodies through a mapping and the gateway's door."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.gateway.door import Door
from tests.unit.gateway.test_mapped import MAPPINGS, bodies, judged

BODIES = 10_000


@pytest.mark.proof
def test_ten_thousand_bodies_without_a_500_or_a_loss(record_property: Callable[[str, object], None]) -> None:
    """Each is answered 200 or 400, and 200 exactly if the normaliser makes its events of the record."""
    statuses: Counter[int] = Counter()
    with asyncio.Runner() as runner:
        door = Door(MAPPINGS)
        runner.run(door.__aenter__())

        @given(bodies(), st.integers(0, 600_000))
        @settings(max_examples=BODIES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def one(sent: bytes, later: int) -> None:
            statuses[runner.run(judged(door, sent, later))] += 1

        try:
            one()
        finally:
            runner.run(door.__aexit__())
    record_property("bodies", statuses.total())
    record_property("accepted", statuses[200])
    record_property("refused", statuses[400])
    assert statuses.total() >= BODIES
    assert min(statuses[200], statuses[400]) > BODIES // 10
