"""The log `commands`, folded: each record decided once, and what follows from it sent before the record is acked.

Whoever takes the log over reads it from its beginning: what stands before his first batch is folded in silence, behind
it he looks for calls that were begun, so nothing is handed over that somebody has begun already. What `command.state`
says of a change was sent with it, for the state goes last: it is not said again. Of an erased client, or one of his
people, nothing is said any more, though the log may have their words until its end: those commands are taken off
`command.state`.

People's words have to be attested by the process that heard them from the moment on at which this was first decided by
somebody who asks for it: what stood in the log by then was written when nobody signed them, and counts as it did.

`command.state` is a copy for those who show commands. Where it is not what the fold says, it is written anew once the
log was read to its end; so it can be deleted.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from processors.commands.admission import is_edit
from processors.commands.signing import opened
from processors.commands.world import World
from processors.days import DAY_MS
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Begun, Command, CommandId, LogRecord, Proposal, Result, Standing
from schemas.types import Millis
from streams.actions.known_log import KnownLog, outputs_of, owed, states_of
from streams.actions.occasions import Occasions
from streams.actions.records import words_signed
from streams.engine import metrics
from streams.engine.command_fold import folded
from streams.engine.command_tables import KnownStandings
from streams.engine.process import Batch, Outcome, Record
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

RECENT_MS = 3 * DAY_MS
"""A proposal younger than that may still wait for its signature."""
TOGETHER = 100
"""Records that are decided without a look at anything else."""


def nobody(_: Standing) -> bool:
    """Nobody was ever erased."""
    return False


MakeWorld = Callable[[Callable[[str], Standing | None]], World]


class Deciding:
    """Settle's `Process` of `commands`. `commands` and `states` read `commands` and `command.state`; `erased`: whether
    a command is of somebody who was."""

    def __init__(
        self,
        commands: Reader,
        states: Reader,
        world: MakeWorld,
        erased: Callable[[Standing], bool] = nobody,
        occasions: Occasions | None = None,
    ) -> None:
        self._commands, self._states, self._world, self._erased = commands, states, world, erased
        self._occasions = occasions
        self._log: KnownLog | None = None

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient`; then nothing has changed."""
        known = await self._open(batch)
        world, outcome, touched = self._world(known.stood.get), Outcome(), dict[CommandId, None]()
        world = replace(world, trigger_exists=partial(self._happened, known))
        await self._look(
            known, map(LOG.decode, (record.value or b"" for record in batch.records)), world, batch.records[0]
        )
        if world.words_since is None:
            outcome.outputs.append(words_signed(known.newest + 1))
            world = replace(world, words_since=known.newest + 1)
        disbelieved = known.desk.tally.disbelieved.total()
        if known.is_fresh:
            outcome.outputs += owed(known, batch.records[0].timestamp, world, self._erased)
        for record, said in outcome.readable(batch, LOG):
            await _let_others(record.offset)
            changes = folded(known.desk, said, record, lambda: world)
            if isinstance(changes, Rejected):
                outcome.rejected.append((record, changes))
                continue
            touched |= dict.fromkeys(change.command_id for change in changes)
            tellable = [change for change in changes if not self._erased(change.standing)]
            outcome.outputs += [output for change in tellable for output in outputs_of(known, change, world)]
        _told_of(known.desk.tally.disbelieved, disbelieved)
        known.next, known.is_fresh = batch.records[-1].offset + 1, False
        outcome.state = states_of(known, touched, self._erased)
        return outcome

    def _happened(self, known: KnownLog, command: Command) -> bool:
        """What a command names as its occasion."""
        if command.trigger.kind == "command":
            return known.desk.find(command.trigger.id) is not None
        return self._occasions is None or self._occasions.exists(command)

    async def _look(self, known: KnownLog, said: Iterable[LogRecord | Rejected], world: World, at: Record) -> None:
        """For the occasions of what our processes have signed; an edit that of what it edits. Raises `Transient`."""
        if self._occasions is None:
            return
        commands = []
        for number, one in enumerate(said, 1):
            await _let_others(number)
            command = opened(one, world.keys, at.timestamp) if isinstance(one, Proposal) else None
            if isinstance(command, Command):
                commands.append(command)
        await self._occasions.look([one for one in commands if not is_edit(one, known.desk.find(one.supersedes))])

    def discard(self, _partition: int) -> None:
        """What was answered may not have been sent: the log is read again."""
        self._log = None

    def waits(self) -> bool | None:
        """Whether something depends on time; None while the log is not read."""
        return None if self._log is None else self._log.desk.waits()

    @property
    def offset(self) -> int:
        """Of the last record that was decided; -1 while the log is not read."""
        return -1 if self._log is None else self._log.desk.offset

    async def _open(self, batch: Batch) -> KnownLog:
        """The log as it was before this batch. It is ours still where it was in the generation before and nothing was
        left out: then nobody else can have decided anything."""
        known, first = self._log, batch.records[0].offset
        ours = known is not None and batch.generation - known.generation in (0, 1) and first <= known.next
        if known is None or not ours:
            known = self._log = await self._read(batch.generation, first, batch.records[0].timestamp - RECENT_MS)
        known.generation = batch.generation
        return known

    async def _read(self, generation: int, first: int, recent: Millis) -> KnownLog:
        """What `command.state` does not know and is younger than `recent` is looked at as if it were new. Raises
        `Transient`."""
        began, found = time.monotonic(), KnownLog(generation, next=first)
        states = KnownStandings(self._states)
        async for record in self._states.read([0]):
            states.put(record)
        found.stood = states.standings
        found.kept = dict(found.stood)
        world = replace(self._world(found.stood.get), trigger_exists=partial(self._happened, found))
        async for record in self._commands.read([0]):
            found.end, found.newest = record.offset + 1, max(found.newest, record.timestamp)
            said = LOG.decode(record.value)
            if isinstance(said, Begun | Result):
                found.calls[said.command_id].append((said, record.timestamp))
            await _let_others(record.offset)
            if record.offset < first and not isinstance(said, Rejected):
                if _is_new(said, found.stood) and record.timestamp > recent:
                    await self._look(found, [said], world, record)
                folded(found.desk, said, record, lambda: world)
        found.forget_ended()
        seconds = round(time.monotonic() - began, 2)
        log.info("commands read", extra={"commands": len(found.desk.standings), "end": found.end, "seconds": seconds})
        return found


def _is_new(said: LogRecord, stood: Mapping[CommandId, Standing]) -> bool:
    """A proposal that `command.state` does not know."""
    return isinstance(said, Proposal) and said.command_id not in stood


async def _let_others(offset: int) -> None:
    """A signature takes 2 ms to verify, a batch may hold thousands: the broker has to hear from us meanwhile."""
    if offset % TOGETHER == 0:
        await asyncio.sleep(0)


def _told_of(disbelieved: Counter[str], before: int) -> None:
    """Who runs this has to know that somebody writes words of people who did not say them."""
    if new := disbelieved.total() - before:
        metrics.COMMAND_WORDS_REFUSED.inc(new)
        log.warning("words that nobody attested are not believed", extra={"words": new, "why": "; ".join(disbelieved)})
