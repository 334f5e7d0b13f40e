"""The fold between its topics: whatever ends it at whatever point, the same comes out."""

import asyncio
import json
from collections.abc import Sequence
from random import Random
from types import SimpleNamespace
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from alerting.fold import Partition
from processors.rules import builtin
from processors.state import LeadState, encode_state
from schemas.codec import encode, event_id
from schemas.events import Tick
from schemas.topics import LEAD_EVENTS
from streams.engine.kafka import Output
from streams.engine.settle import Batch
from streams.engine.state import LeadStates
from streams.pipeline.fold import Fold
from tests.unit.alerting.histories import BEGIN, Entry, fresh, history, states
from tests.unit.alerting.histories import fold as folded
from tests.unit.engine.state_topic import Topic


class Line:
    """A worker over a stand-in topic; `said` is what it ever sent, its repeats once."""

    def __init__(self) -> None:
        self.topic = Topic()
        self.said: dict[tuple[str, bytes | None, str], None] = {}
        self.start()

    def start(self) -> None:
        """A new process."""
        kept = LeadStates(self.topic, self.topic, lambda: 0.0)  # type: ignore[arg-type]
        self.fold = Fold(kept, builtin())

    async def settle(self, log: Sequence[Entry], *, states: int | None = None) -> None:
        """Fold a batch; `states`: so many of its state records are written, then the process is killed."""
        outcome = await self.fold(batch(log))
        self._send(outcome.outputs)
        self.topic.take(outcome.state[:states])
        if states is not None:
            self.start()
        elif outcome.placed is not None and outcome.state:
            end = len(self.topic.records)
            placed: Any = SimpleNamespace(offset=end - len(outcome.state), records=len(outcome.state))
            assert await outcome.placed([placed]) == []

    def _send(self, outputs: Sequence[Output]) -> None:
        self.said |= dict.fromkeys((output.topic, output.key, plain(output.value)) for output in outputs)


def plain(value: bytes | None) -> str:
    """What a record says: 56 and 56.0 pieces are the same."""
    return json.dumps(json.loads(value or b"0", parse_int=float))


def batch(log: Sequence[Entry]) -> Batch:
    """The records of a log."""
    records: Any = [
        SimpleNamespace(
            value=encode(entry.event), offset=entry.meta.offset, timestamp=entry.meta.ts, headers=(), key=None
        )
        for entry in log
    ]
    return Batch(LEAD_EVENTS.name, 0, 1, records)


async def played(log: list[Entry], dice: Random | None = None) -> tuple[Line, dict[str, bytes]]:
    """The log through a worker in batches of any size, killed now and then; then what the next one reads."""
    line, at, committed = Line(), 0, [0]
    while at < len(log):
        size = dice.randrange(1, 80) if dice else 50
        killed = dice is not None and dice.random() < 0.15
        await line.settle(log[at : at + size], states=dice.randrange(6) if killed and dice else None)
        at = dice.choice(committed[-3:]) if killed and dice else at + size
        committed.append(at)
    kept = LeadStates(line.topic, line.topic, lambda: 0.0)  # type: ignore[arg-type]
    return line, states(Partition(await kept.open(0, 1), builtin()))


@settings(max_examples=8, phases=[Phase.generate], deadline=None)
@given(st.integers(0, 1 << 32))
def test_kills_and_replays_lose_and_double_nothing(seed: int) -> None:
    """Killed before or among its state records, begun again from an earlier commit: all is said and known as ever."""
    log = history(seed, days=15)
    calm, expected = asyncio.run(played(log))
    wild, known = asyncio.run(played(log, Random(seed)))
    assert set(wild.said) == set(calm.said)
    assert known == expected
    whole = fresh()
    folded(whole, log)
    assert states(whole) == expected


async def test_a_tick_lets_others_have_their_turn_and_can_be_cut_off() -> None:
    """Between slices another task runs; cut off there, nothing of the tick was written, and done again it is whole."""
    topic = Topic(*((str(n).encode(), encode_state(LeadState(applied=0, at=BEGIN))) for n in range(3000)))
    kept = LeadStates(topic, topic, lambda: 0.0)  # type: ignore[arg-type]
    fold = Fold(kept, builtin(), slice_seconds=0.0)
    tick = Entry(Tick(event_id=event_id("t"), ts=BEGIN + 86_400_000), SimpleNamespace(offset=9, ts=BEGIN + 86_400_000))  # type: ignore[arg-type]
    task = asyncio.ensure_future(fold(batch([tick])))
    for _ in range(50):
        await asyncio.sleep(0)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    outcome = await fold(batch([tick]))
    assert [output.key for output in outcome.state] == [b"#fleet"], "leads that nothing touched write nothing"
    assert len(topic.reads) == 2
