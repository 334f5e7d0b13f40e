"""The state of the leads of this worker's partitions: memory in front of the compacted topic `lead.state`.

A partition is loaded by the agent itself when it first meets it in a generation, unless it owned it in the generation
before. Behind each batch one record per touched lead is written; full chunks of a busy lead's event ids are records of
their own, written once (`processors/sealed.py`), before the state that names them. What the partition knows beside its
leads is the last record of a batch (`beside.py`).

A worker that was stopped in mid-send (SIGSTOP, a frozen machine) may go on when its partition has a new owner, and put
an older state over the newer one. The fold is deterministic, so the record with the highest fence (`applied`) is the
right one, whoever wrote it. It must also come to be the last one, for compaction keeps only that:
- whoever loads a partition writes again what is not last there;
- the owner is the only one who writes to the partition, so each send tells it by its offsets whether anybody else has
  written since; it writes over that at once. After a rebalance, and every minute that has a batch, it asks for the end.

Who reads a record of a newer version than his own waits (`versions.py`).
"""

import gc
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from processors.sealed import CHUNK, ID_BYTES
from processors.state import LeadState, decode_state, encode_state
from schemas.topics import LEAD_STATE
from streams.engine import metrics
from streams.engine.beside import KEY, Beside, decode_beside, encode_beside
from streams.engine.ends import Ends
from streams.engine.kafka import Output, Placed
from streams.engine.reader import Reader
from streams.engine.versions import OURS, Newer

log = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
"""Between two questions for the end of a partition that we write to ourselves all the time."""

MARK = "#"
"""Parts the lead from the number of a chunk in a key."""


@dataclass(slots=True)
class _Partition:
    """`end`: before it, all is read or written by us. `owed`: leads whose last record is not their state.
    `stray`: keys of chunks that no state names. `beside_owed`: the last record of `beside` is another."""

    states: dict[str, LeadState] = field(default_factory=dict)
    end: int = 0
    looked: float = 0.0
    owed: dict[str, None] = field(default_factory=dict)
    stray: list[str] = field(default_factory=list)
    beside: Beside = field(default_factory=Beside)
    beside_owed: bool = False


class LeadStates:
    """States by partition and lead id."""

    def __init__(self, reader: Reader, ends: Ends, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._ends, self._clock = reader, ends, clock
        self._partitions: dict[int, _Partition] = {}
        self._generations: dict[int, int] = {}
        self.newer = Newer(clock)

    async def open(self, partition: int, generation: int) -> dict[str, LeadState]:
        """The states of a partition, current as of `generation`. Raises `Transient` when they cannot be read, `NotYet`
        when a newer version has written them."""
        last = self._generations.get(partition)
        if last not in (generation, generation - 1):
            self._partitions[partition] = await self._load(partition)
        elif last != generation or self._clock() - self._partitions[partition].looked > LOOK_SECONDS:
            await self._look(partition)
        if last != generation:
            self._generations[partition] = generation
            self._forget_before(generation - 1)
        return self._partitions[partition].states

    def discard(self, partition: int) -> None:
        """Forget a partition whose states may be half changed; the next `open` reads it again."""
        self._generations.pop(partition, None)

    def __contains__(self, partition: int) -> bool:
        """Whether the partition's states are in memory."""
        return partition in self._partitions

    def beside(self, partition: int) -> Beside:
        """What an open partition knows beside its leads: changed in place, durable by `records`."""
        return self._partitions[partition].beside

    def records(self, partition: int, leads: Iterable[str], *, beside: bool = False) -> list[Output]:
        """The records that make the states of `leads` durable, and of those that somebody else wrote over.

        `beside`: what stands beside them changed too; it comes last, so that it says nothing of states that are lost.
        """
        here = self._partitions[partition]
        due: list[tuple[str, bytes | None]] = [(key, None) for key in here.stray]
        for lead in dict.fromkeys([*leads, *here.owed]):
            state = here.states[lead]
            due += _chunks(lead, state)
            due.append((lead, encode_state(state)))
            if state.sealed is not None:
                due += [(f"{lead}{MARK}{number}", None) for number in state.sealed.gone]
                state.sealed.gone.clear()
        if beside or here.beside_owed:
            due.append((KEY, encode_beside(here.beside)))
        here.owed, here.stray, here.beside_owed = {}, [], False
        return [Output(LEAD_STATE.name, key.encode(), value, partition, OURS) for key, value in due]

    async def placed(self, partition: int, placed: list[Placed]) -> list[Output]:
        """Our records lie there: what is to be written again because somebody else wrote meanwhile.

        A send of ours that we thought had failed looks the same, and costs a look. Raises `Transient`.
        """
        here = self._partitions.get(partition)
        if here is None:  # it moved away meanwhile: who has it now reads it all
            return []
        alone = all(at.offset == before for at, before in zip(placed, _ends(here.end, placed), strict=False))
        if not alone:
            await self._reread(partition)
        here.end = max(here.end, placed[-1].offset + placed[-1].records)
        return self.records(partition, ()) if here.owed or here.beside_owed else []

    async def _look(self, partition: int) -> None:
        here = self._partitions[partition]
        if await self._ends.of(LEAD_STATE.name, partition) > here.end:
            await self._reread(partition)
        here.looked = self._clock()

    async def _reread(self, partition: int) -> None:
        """Take what was written since `end` by whomever, and note the leads whose last record is not their state."""
        here = self._partitions[partition]
        end = here.end
        last: dict[str, int] = {}
        async for record in self._reader.read([partition], since=end):
            self.newer.check(record, partition)
            end = record.offset + 1
            key = (record.key or b"").decode(errors="replace")
            lead, _, number = key.partition(MARK)
            if key == KEY:
                other = _beside(record.value, partition)
                here.beside_owed = other is None or other.applied < here.beside.applied
            elif not number:
                last[lead] = -1 if (state := _decoded(record.value, partition)) is None else state.applied
        here.end = end
        strange = [
            lead for lead, applied in last.items() if lead in here.states and here.states[lead].applied > applied
        ]
        here.owed |= dict.fromkeys(strange)
        if strange:
            log.warning("states written over by another worker", extra={"partition": partition, "leads": len(strange)})

    def _forget_before(self, generation: int) -> None:
        """Free what moved away: it would be read again anyhow."""
        for partition in [p for p, last in self._generations.items() if last < generation]:
            del self._generations[partition]
            del self._partitions[partition]

    async def _load(self, partition: int) -> _Partition:
        began = time.monotonic()
        loaded = _Partition(looked=self._clock())
        chunks: dict[str, dict[int, bytes]] = {}
        async for record in self._reader.read([partition]):
            self.newer.check(record, partition)
            loaded.end = record.offset + 1
            key = (record.key or b"").decode(errors="replace")
            lead, _, number = key.partition(MARK)
            if key == KEY:
                other = _beside(record.value, partition)
                loaded.beside_owed = other is None or other.applied < loaded.beside.applied
                loaded.beside = loaded.beside if loaded.beside_owed or other is None else other
            elif number:
                _take_chunk(chunks.setdefault(lead, {}), number, record.value)
            elif record.value is None:
                loaded.states.pop(lead, None)
                loaded.owed.pop(lead, None)
            else:
                _take_state(loaded, lead, _decoded(record.value, partition))
        _fill(loaded, chunks)
        gc.freeze()  # they stay as long as the partition does: the collector need not walk over them while events wait
        metrics.LEADS.labels(partition).set(len(loaded.states))
        log.info(
            "state loaded",
            extra={
                "partition": partition,
                "leads": len(loaded.states),
                "written_over": len(loaded.owed),
                "seconds": round(time.monotonic() - began, 2),
            },
        )
        return loaded


def _ends(end: int, placed: list[Placed]) -> list[int]:
    """Where each of them begins if nobody else wrote: `end`, then the end of the one before."""
    return [end, *(at.offset + at.records for at in placed)]


def _chunks(lead: str, state: LeadState) -> list[tuple[str, bytes | None]]:
    if state.sealed is None:
        return []
    fresh, state.sealed.fresh = state.sealed.fresh, []
    return [(f"{lead}{MARK}{number}", state.sealed.packed(number)) for number in fresh if number in state.sealed.hours]


def _decoded(value: bytes | None, partition: int) -> LeadState | None:
    try:
        return None if value is None else decode_state(value)
    except msgspec.DecodeError as error:
        log.error("state record unreadable", extra={"partition": partition, "error": str(error)})
        return None


def _beside(value: bytes | None, partition: int) -> Beside | None:
    try:
        return None if value is None else decode_beside(value)
    except msgspec.DecodeError as error:
        log.error("record beside the states unreadable", extra={"partition": partition, "error": str(error)})
        return None


def _take_state(loaded: _Partition, lead: str, state: LeadState | None) -> None:
    """The highest fence wins; of two with the same the later one. What does not win is to be written over."""
    known = loaded.states.get(lead)
    if state is not None and (known is None or known.applied <= state.applied):
        loaded.states[lead] = state
        loaded.owed.pop(lead, None)
    elif known is not None:
        loaded.owed[lead] = None


def _take_chunk(chunks: dict[int, bytes], number: str, value: bytes | None) -> None:
    """A foreign record is passed over: the chunk is missed and told when a state names it."""
    if not (number.isascii() and number.isdecimal()):
        return
    if value is None:
        chunks.pop(int(number), None)
    elif len(value) == CHUNK * ID_BYTES:
        chunks[int(number)] = value


def _fill(loaded: _Partition, chunks: dict[str, dict[int, bytes]]) -> None:
    for lead, state in loaded.states.items():
        missing = state.sealed.fill(chunks.pop(lead, {})) if state.sealed is not None else []
        if missing:
            log.error("event ids of a lead are missing", extra={"lead": lead, "chunks": missing})
    loaded.stray = [f"{lead}{MARK}{number}" for lead, numbers in chunks.items() for number in numbers]
