"""What the process knows of the log `commands`, and what it has to send for it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from processors.commands.attesting import Call, unattested
from processors.commands.desk import Desk, to_be_done
from processors.commands.world import World
from schemas.commands import CommandChange, CommandId, Standing
from schemas.types import Millis
from streams.actions.records import done, state, told
from streams.engine.kafka import Output


@dataclass(slots=True)
class KnownLog:
    """`next`: the offset behind the last batch that was answered. `end`: where it ended when it was read; `newest`: the
    time of its last record then. `stood`: `command.state` as it was then; `kept`: as it is. `calls`: what the log says
    of calls, each with its time there, to its end: also of those that are not decided yet."""

    generation: int
    next: int = 0
    end: int = 0
    newest: Millis = 0
    desk: Desk = field(default_factory=Desk)
    stood: dict[CommandId, Standing] = field(default_factory=dict)
    kept: dict[CommandId, Standing] = field(default_factory=dict)
    calls: defaultdict[CommandId, list[tuple[Call, Millis]]] = field(default_factory=lambda: defaultdict(list))
    is_fresh: bool = True
    """Nothing was answered since it was read."""
    is_mended: bool = False
    """`command.state` is what the fold says."""

    def begun(self, command_id: CommandId, world: World) -> bool:
        """Whether somebody who may has begun or ended its call. Asked for the few that are handed over: so signatures
        of all others are not verified."""
        return any(not unattested(said, at, world) for said, at in self.calls.get(command_id, ()))

    def forget_ended(self) -> None:
        """Nothing of them is handed over any more."""
        for command_id in tuple(self.calls):
            entry = self.desk.find(command_id)
            if entry is not None and entry.final:
                del self.calls[command_id]


def owed(known: KnownLog, at: Millis, world: World, gone: Callable[[Standing], bool]) -> list[Output]:
    """What nobody has begun is handed over once more by who takes the log over, where it still may be done. Who makes
    the calls looks into the log, too."""
    outputs: list[Output] = []
    for command_id in known.desk.unbegun():
        if not known.begun(command_id, world) and not known.desk.objection(command_id, at, world):
            standing = known.desk.standings[command_id]
            outputs += [] if gone(standing) else done(standing, standing.at, world)
    return outputs


def outputs_of(known: KnownLog, change: CommandChange, world: World) -> list[Output]:
    """Of a change; none where they were sent before."""
    kept = known.kept.get(change.command_id)
    standing = change.standing
    if kept is not None and kept.digest == standing.digest and kept.number >= standing.number:
        return []
    outputs = list(told(change, world))
    if to_be_done(change):
        outputs += done(standing, change.at, world, begun=known.begun(change.command_id, world))
    return outputs


def states_of(known: KnownLog, touched: dict[CommandId, None], gone: Callable[[Standing], bool]) -> list[Output]:
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
