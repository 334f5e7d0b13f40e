"""What the store tells of commands and of talks with the assistant. Times in ms UTC."""

from typing import Literal

import msgspec

from schemas.commands import CommandId, Standing, State
from schemas.types import Millis, SomeLead


class ToldCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it stands (`standing.body` is what was signed), and how sure its proposer was."""

    lead_id: SomeLead
    name: str
    proposer: str
    confidence_percent: int
    standing: Standing


class ToldCommands(msgspec.Struct, frozen=True):
    """Those that changed last come first; `more`: there are others."""

    commands: list[ToldCommand]
    more: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change of state. `by`: who approved or refused; `why`: a reason or error; `what`: where the effect stands."""

    number: int
    at: Millis
    before: State | Literal[""]
    state: State
    by: str = ""
    how: str = ""
    why: str = ""
    what: str = ""


class CommandHistory(msgspec.Struct, frozen=True, kw_only=True):
    """All that happened to a command, the oldest first."""

    command_id: CommandId
    command: ToldCommand
    steps: list[Step]


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody said to the assistant (`side` asked), or it to him (said). `person`: whose talk; `of`: what it
    answers; `question` with `options`: it waits for an answer; `choice`: which one was pressed; `command`: what it
    proposed."""

    person: str
    at: Millis
    side: Literal["asked", "said"]
    line_id: str
    text: str
    name: str = ""
    via: str = ""
    lead_id: SomeLead = ""
    of: str = ""
    question: bool = False
    options: list[str] = []
    choice: int = -1
    command: str = ""


class Lines(msgspec.Struct, frozen=True):
    """The newest first."""

    lines: list[Line]
