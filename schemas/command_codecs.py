"""How the records of commands and of the assistant stand on their topics."""

from typing import Final

from schemas.assistant import AssistantAsked, AssistantSaid, Remembered
from schemas.codec import Codec
from schemas.command_defs import DefinitionRecord
from schemas.commands import CommandChange, Handed, LogRecord, Standing

LOG: Final[Codec[LogRecord]] = Codec(LogRecord)
STANDING: Final[Codec[Standing]] = Codec(Standing)
CHANGE: Final[Codec[CommandChange]] = Codec(CommandChange)
HANDED: Final[Codec[Handed]] = Codec(Handed)
DEFINITION: Final[Codec[DefinitionRecord]] = Codec(DefinitionRecord)
ASKED: Final[Codec[AssistantAsked]] = Codec(AssistantAsked)
SAID: Final[Codec[AssistantSaid]] = Codec(AssistantSaid)
REMEMBERED: Final[Codec[Remembered]] = Codec(Remembered)
