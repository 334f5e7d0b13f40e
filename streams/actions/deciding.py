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
from dataclasses import dataclass, field, replace
from functools import partial

from processors.commands.admission import is_edit
from processors.commands.desk import Desk, to_be_done
from processors.commands.signing import opened
from processors.commands.world import World
from processors.days import DAY_MS
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.commands import Begun, Command, CommandChange, CommandId, LogRecord, Proposal, Result, Standing
from schemas.types import Millis
from streams.actions.occasions import Occasions
from streams.actions.records import done, state, told, words_signed
from streams.engine import metrics
from streams.engine.command_fold import folded
from streams.engine.command_tables import KnownStandings
from streams.engine.kafka import Output
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


@dataclass(slots=True)
class _Log:
    """What we know of it. `next`: the offset behind the last batch that was answered. `end`: where it ended when it was
    read; `newest`: the time of its last record then. `stood`: `command.state` as it was then; `kept`: as it is.
    `begun`: calls that somebody has begun or ended."""

    generation: int
    next: int = 0
    end: int = 0
    newest: Millis = 0
    desk: Desk = field(default_factory=Desk)
    stood: dict[CommandId, Standing] = field(default_factory=dict)
    kept: dict[CommandId, Standing] = field(default_factory=dict)
    begun: set[CommandId] = field(default_factory=set)
    is_fresh: bool = True
    """Nothing was answered since it was read."""
    is_mended: bool = False
    """`command.state` is what the fold says."""


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
        self._log: _Log | None = None

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
            outcome.outputs += _owed(known, batch.records[0].timestamp, world, self._erased)
        for record, said in outcome.readable(batch, LOG):
            await _let_others(record.offset)
            changes = folded(known.desk, said, record, lambda: world)
            if isinstance(changes, Rejected):
                outcome.rejected.append((record, changes))
                continue
            touched |= dict.fromkeys(change.command_id for change in changes)
            tellable = [change for change in changes if not self._erased(change.standing)]
            outcome.outputs += [output for change in tellable for output in _outputs(known, change, world)]
        _told_of(known.desk.tally.disbelieved, disbelieved)
        known.next, known.is_fresh = batch.records[-1].offset + 1, False
        outcome.state = _states(known, touched, self._erased)
        return outcome

    def _happened(self, known: _Log, command: Command) -> bool:
        """What a command names as its occasion."""
        if command.trigger.kind == "command":
            return known.desk.find(command.trigger.id) is not None
        return self._occasions is None or self._occasions.exists(command)

    async def _look(self, known: _Log, said: Iterable[LogRecord | Rejected], world: World, at: Record) -> None:
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

    async def _open(self, batch: Batch) -> _Log:
        """The log as it was before this batch. It is ours still where it was in the generation before and nothing was
        left out: then nobody else can have decided anything."""
        known, first = self._log, batch.records[0].offset
        ours = known is not None and batch.generation - known.generation in (0, 1) and first <= known.next
        if known is None or not ours:
            known = self._log = await self._read(batch.generation, first, batch.records[0].timestamp - RECENT_MS)
        known.generation = batch.generation
        return known

    async def _read(self, generation: int, first: int, recent: Millis) -> _Log:
        """What `command.state` does not know and is younger than `recent` is looked at as if it were new. Raises
        `Transient`."""
        began, found = time.monotonic(), _Log(generation, next=first)
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
                found.begun.add(said.command_id)
            await _let_others(record.offset)
            if record.offset < first and not isinstance(said, Rejected):
                if _is_new(said, found.stood) and record.timestamp > recent:
                    await self._look(found, [said], world, record)
                folded(found.desk, said, record, lambda: world)
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


def _owed(known: _Log, at: Millis, world: World, gone: Callable[[Standing], bool]) -> list[Output]:
    """What nobody has begun is handed over once more by who takes the log over, where it still may be done. Who makes
    the calls looks into the log, too."""
    owed: list[Output] = []
    for command_id in known.desk.unbegun():
        if command_id not in known.begun and not known.desk.objection(command_id, at, world):
            standing = known.desk.standings[command_id]
            owed += [] if gone(standing) else done(standing, standing.at, world, known.begun)
    return owed


def _outputs(known: _Log, change: CommandChange, world: World) -> list[Output]:
    """Of a change; none where they were sent before."""
    kept = known.kept.get(change.command_id)
    standing = change.standing
    if kept is not None and kept.digest == standing.digest and kept.number >= standing.number:
        return []
    outputs = list(told(change, world))
    if to_be_done(change):
        outputs += done(standing, change.at, world, known.begun)
    return outputs


def _states(known: _Log, touched: dict[CommandId, None], gone: Callable[[Standing], bool]) -> list[Output]:
    """What `command.state` has to learn. While the log is read again it may be ahead of the fold, and stays so."""
    standings, behind = known.desk.standings, known.next < known.end
    if not behind and not known.is_mended:
        touched |= dict.fromkeys([*standings, *known.kept])
        known.is_mended = True
    elif len(known.kept) > len(standings) and not behind:  # some have left
        touched |= dict.fromkeys(known.kept.keys() - standings.keys())
    outputs = []
    for command_id in touched:
        standing, kept = standings.get(command_id), known.kept.get(command_id)
        if standing is not None and gone(standing):
            standing = None
        ahead = standing is not None and kept is not None and kept.number > standing.number
        if standing == kept or (behind and (standing is None or ahead)):
            continue
        outputs.append(state(command_id, standing))
        if standing is None:
            del known.kept[command_id]
        else:
            known.kept[command_id] = standing
    return outputs
