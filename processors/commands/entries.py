"""A command on the desk. Mutable; only the desk changes it."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from processors.access import Person
from schemas.codec import event_id
from schemas.commands import FINAL, Command, CommandChange, Standing, State
from schemas.types import Millis


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who answered. `user`: of the page, or `tg:ID` for who has only a chat with the bot."""

    user: str
    name: str
    person: Person


@dataclass(slots=True)
class Entry:
    """`signers` have approved it. `deadline`: until when it may begin. `begun`: the outlet has said so. `restored`: it
    stands as it stood before a restart, and its answers are not judged again. `ran`: as it stood before a restart where
    it ran then: it does so again once the approval has come again (`heard`) and holds, though rights may have changed.
    `stood_at`: what the log has of it until then is in how it stands."""

    command: Command
    key_id: str
    standing: Standing
    deadline: Millis
    signers: list[Who] = field(default_factory=list)
    begun: bool = False
    restored: bool = False
    ran: Standing | None = None
    heard: bool = False
    stood_at: Millis = -1

    @property
    def state(self) -> State:
        """Now."""
        return self.standing.state

    @property
    def final(self) -> bool:
        """Whether nothing changes it any more."""
        return self.state in FINAL

    def first(self) -> CommandChange:
        """The change that it came with."""
        return self._change("")

    def move(self, to: Standing, at: Millis) -> CommandChange:
        """It stands as `to` from now on."""
        before = self.state
        self.standing = replace(to, at=at, number=self.standing.number + 1)
        return self._change(before)

    def to(self, state: State, at: Millis, why: str = "") -> CommandChange:
        """It comes to another state. A reason belongs to one state, and does not outlive it."""
        return self.move(replace(self.standing, state=state, why=why), at)

    def note(self, why: str, at: Millis) -> list[CommandChange]:
        """Somebody's answer does not count: it stands as before, and people see why. The same is told once."""
        return [] if self.standing.why == why else [self.to(self.state, at, why)]

    def _change(self, before: State | str) -> CommandChange:
        command, standing = self.command, self.standing
        return CommandChange(
            change_id=event_id("command", command.command_id, standing.number, standing.at),
            command_id=command.command_id,
            lead_id=command.lead_id,
            name=command.name,
            at=standing.at,
            before=before,  # type: ignore[arg-type]
            standing=standing,
        )
