"""When the log of commands is told what time it is."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.command_codecs import LOG
from schemas.commands import Clock
from schemas.errors import Transient
from streams.actions.ticking import Ticking
from streams.engine.kafka import Output, Placed

NOW = 1_790_000_000_000


class Around:
    """A log of `end` records, of which everything up to `offset` was decided."""

    def __init__(self, waits: bool | None = None, end: int = 5, ours: bool = True) -> None:
        self.waits, self.end, self.ours = waits, end, ours
        self.deciding = SimpleNamespace(waits=lambda: self.waits, offset=end - 1)
        self.sent: list[Output] = []
        self.faults: list[Exception] = []
        deciding: Any = self.deciding
        self.ticking = Ticking(deciding, lambda: self.ours, self._end, self._place, lambda: NOW)

    async def _end(self) -> int:
        return self.end

    async def _place(self, outputs: list[Output]) -> list[Placed]:
        if self.faults:
            raise self.faults.pop()
        self.sent += outputs
        self.end += 1
        return [Placed(self.end - 1, 1)]


async def test_the_time_is_told_while_something_waits() -> None:
    """One at a time: another one says nothing new before the former one was decided."""
    here = Around(waits=True)
    await here.ticking.look()
    assert [LOG.decode(one.value) for one in here.sent if one.value] == [Clock(at=NOW)]
    await here.ticking.look()
    assert len(here.sent) == 1
    here.deciding.offset = here.end - 1
    await here.ticking.look()
    assert len(here.sent) == 2
    here.waits = False
    await here.ticking.look()
    assert len(here.sent) == 2


@pytest.mark.parametrize(
    ("waits", "end", "ours", "told"), [(None, 5, True, 1), (None, 0, True, 0), (True, 5, False, 0)]
)
async def test_who_has_just_taken_the_log_over(waits: bool | None, end: int, ours: bool, told: int) -> None:
    """He does not know yet what waits, so he has it read; not an empty one, and not another's."""
    here = Around(waits, end, ours)
    await here.ticking.look()
    assert len(here.sent) == told


async def test_a_fault_of_kafka_passes() -> None:
    """It is told again at the next look."""
    here = Around(waits=True)
    here.faults = [Transient("away")]
    work = asyncio.ensure_future(here.ticking.run(0.001))
    try:
        async with asyncio.timeout(30):
            while not here.sent:
                await asyncio.sleep(0.001)
    finally:
        work.cancel()
