"""The state of the leads of this worker's partitions: memory in front of the compacted topic `lead.state`.

A partition is loaded by the agent itself when it first meets it in a generation, unless it owned it in the generation
before (nobody else can have written in between). One record per touched lead and batch is written behind the batch.
"""

import logging
import time
from collections.abc import Iterable

import msgspec

from processors.state import LeadState, decode_state, encode_state
from schemas.topics import LEAD_STATE
from streams.engine import metrics
from streams.engine.kafka import Output, Reader

log = logging.getLogger(__name__)


class LeadStates:
    """States by partition and lead id."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._partitions: dict[int, dict[str, LeadState]] = {}
        self._generations: dict[int, int] = {}

    async def open(self, partition: int, generation: int) -> dict[str, LeadState]:
        """The states of a partition, current as of `generation`. Raises `Transient` when they cannot be read."""
        if self._generations.get(partition) not in (generation, generation - 1):
            self._partitions[partition] = await self._load(partition)
        self._generations[partition] = generation
        self._forget_before(generation - 1)
        return self._partitions[partition]

    def discard(self, partition: int) -> None:
        """Forget a partition whose states may be half changed; the next `open` reads it again."""
        self._generations.pop(partition, None)

    def records(self, partition: int, leads: Iterable[str]) -> list[Output]:
        """The records that make the states of `leads` durable."""
        states = self._partitions[partition]
        return [Output(LEAD_STATE.name, lead.encode(), encode_state(states[lead]), partition) for lead in leads]

    def _forget_before(self, generation: int) -> None:
        """Free what moved away: it would be read again anyhow."""
        for partition in [p for p, last in self._generations.items() if last < generation]:
            del self._generations[partition]
            del self._partitions[partition]

    async def _load(self, partition: int) -> dict[str, LeadState]:
        began = time.monotonic()
        states: dict[str, LeadState] = {}
        async for record in self._reader.read([partition]):
            lead = (record.key or b"").decode(errors="replace")
            if record.value is None:
                states.pop(lead, None)
                continue
            try:
                state = decode_state(record.value)
            except msgspec.DecodeError as error:
                log.error("state record unreadable", extra={"partition": partition, "error": str(error)})
                continue
            known = states.get(lead)
            if known is None or known.applied <= state.applied:  # a late writer that lost the partition does not win
                states[lead] = state
        metrics.LEADS.labels(partition).set(len(states))
        log.info(
            "state loaded",
            extra={"partition": partition, "leads": len(states), "seconds": round(time.monotonic() - began, 2)},
        )
        return states
