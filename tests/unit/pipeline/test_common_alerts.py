"""Figures of all clients come to every partition; what they mean for all curators is written once."""

from functools import partial

import msgspec

from processors.rules import builtin
from processors.state import LeadState
from schemas.alerts import CommonAlert
from streams.engine.beside import Beside
from streams.pipeline.fold import Fold
from tests.unit.alerting.test_common import MANY
from tests.unit.store.records import batch


class States:
    """As `streams.engine.state.LeadStates`, without leads."""

    def __init__(self) -> None:
        self._leads: dict[str, LeadState] = {}
        self._beside = Beside()

    async def open(self, partition: int, generation: int) -> dict[str, LeadState]:
        return self._leads

    def beside(self, partition: int) -> Beside:
        return self._beside

    def records(self, partition: int, leads: object, *, beside: bool = False) -> list[object]:
        return []

    def __contains__(self, partition: int) -> bool:
        return True

    def placed(self, partition: int, offsets: object) -> None:
        """Nothing to remember."""


async def test_the_first_partition_alone_tells_it() -> None:
    """One record for `fleet.alerts`, however many partitions there are."""
    fold = Fold(States(), builtin())  # type: ignore[arg-type]
    of = partial(batch, "lead.events", [msgspec.json.encode(MANY)])
    (told,) = (await fold(of())).outputs
    assert (told.topic, told.key) == ("fleet.alerts", b"common:reservation_spike:%d" % MANY.day)
    assert told.value is not None
    assert msgspec.json.decode(told.value, type=CommonAlert).clients == 17
    assert list((await fold(of(partition=1))).outputs) == []
