"""The question who a name in a room is, as its message words it: what stands there is read back when somebody presses a
button under it, for a button has no room for two names. Pure.

What is read back may have been changed on its way, so a button carries a digest of both names (`mark`): what does not
fit it is no answer.
"""

import re
from collections.abc import Sequence
from typing import Final

from processors.asked_chats import asked_about
from schemas.codec import event_id
from schemas.types import LeadId

ASKED: Final = "❔ ", "Кто это на встрече: «", "»?"
"""Mark, question and end of the line with the name in a room."""
NOBODY: Final = 0
"""Number of the answer "none of them"; those who may be meant are numbered from 1."""
_LINE: Final = re.compile(r"([1-9])\. (.+)")
_ABOUT: Final = " — "


def line_of(number: int, called: str, about: str) -> str:
    """Somebody who may be meant, in the message."""
    return f"{number}. {called}" + (f"{_ABOUT}{about}" if about else "")


def read_back(text: str) -> tuple[str, Sequence[str]]:
    """The name in a room, and what those are called who may be meant, by the message's plain text; empty where it is no
    such question."""
    lines = text.split("\n")
    name = next(filter(None, (asked_about(line, ASKED) for line in lines)), "")
    if not name:
        return "", ()
    return name, [one[2].partition(_ABOUT)[0] for line in lines if (one := _LINE.fullmatch(line))]


def mark(lead: LeadId, name: str, person: str, called: str, side: str) -> str:
    """16 hex digits of an answer: who bears the name in the client's meetings."""
    return event_id("bearer", lead, name, person, called, side)
