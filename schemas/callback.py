"""What stands behind a button: of an alert `a:<lead id>:<alert id>:<key>`, 34 bytes at most; of the question whose a
chat is `l:<lead id>:<chat id>`, 36 bytes at most; of a login to the page `w:<login>:<number>`, 37 bytes; of a command
`c:<digest>:<answer>`, 21 bytes, the digest's first 10 bytes in base32; of a question of the assistant
`q:<said id>:<option>`, 45 bytes at most; of the question who a name in a room is `n:<lead id>:<digest>:<side and
number>:<person>`, 64 bytes at most.

Telegram takes 1-64 bytes of callback data (Bot API, InlineKeyboardButton), and any member of a chat can send any.
"""

import re
from base64 import b32decode, b32encode
from typing import Literal

import msgspec

from schemas.types import EventId, LeadId

Action = Literal["seen", "snooze_1d", "snooze_7d", "false_alarm", "confirmed"]
"""As `schemas.events.AlertAction.action`."""

KEYS: dict[Action, str] = {"seen": "k", "snooze_1d": "s1", "snooze_7d": "s7", "false_alarm": "f", "confirmed": "c"}

_ACTIONS: dict[str, Action] = {key: action for action, key in KEYS.items()}
_DATA = re.compile(r"a:([0-9]{1,12}):([0-9a-f]{16}):([a-z][0-9]?)")
_WHOSE = re.compile(r"l:([0-9]{1,12}):(-?[0-9]{1,20})")


_LOGIN = re.compile(r"w:([0-9a-f]{32}):([0-9]{1,2})")
_COMMAND = re.compile(r"c:([A-Z2-7]{16}):(y|n[0-3]?)")
_CHOICE = re.compile(r"q:([0-9A-Za-z_-]{1,40}):([0-9]{1,2})")

_NAMED = re.compile(r"n:([0-9]{1,12}):([0-9a-f]{16}):([sc])([0-5]):([0-9a-z_:]{0,28})")
_SIDES: dict[str, Literal["staff", "client"]] = {"s": "staff", "c": "client"}

Answer = Literal["yes", "no", "back", "unneeded", "misread", "myself"]
"""`no` asks why, `back` takes that back; the last three are refusals with their reason."""

ANSWERS: dict[Answer, str] = {"yes": "y", "no": "n", "back": "n0", "unneeded": "n1", "misread": "n2", "myself": "n3"}
_ANSWERS: dict[str, Answer] = {key: answer for answer, key in ANSWERS.items()}


class Callback(msgspec.Struct, frozen=True):
    """A button under one alert of one lead."""

    lead_id: LeadId
    alert_id: EventId
    action: Action


class Whose(msgspec.Struct, frozen=True):
    """A button that says whose a chat is."""

    lead_id: LeadId
    chat_id: str


class LoginNumber(msgspec.Struct, frozen=True):
    """A button under the question of a login; `number` 0 is «Это не я»."""

    login: str
    number: int


class CommandButton(msgspec.Struct, frozen=True):
    """A button under a command that waits for a signature. `digest`: the first 20 hex digits of what was shown."""

    digest: str
    answer: Answer


class Choice(msgspec.Struct, frozen=True):
    """A button under a question of the assistant; `option` from 0."""

    said_id: str
    option: int


class Named(msgspec.Struct, frozen=True):
    """A button under the question who a name in a room is. `number` of who is meant, 0 is none of them; `person` is his
    key on `identities`; `mark`: `processors.asked_names.mark`."""

    lead_id: LeadId
    mark: str
    side: Literal["staff", "client"]
    number: int
    person: str


def encode_named(lead_id: LeadId, mark: str, side: str, number: int, person: str) -> str:
    """The `callback_data` of an answer; it may be too long for Telegram (64 bytes), or none that `decode` takes."""
    return f"n:{lead_id}:{mark}:{side[:1]}{number}:{person}"


def encode_command(digest: str, answer: Answer) -> str:
    """The `callback_data` of an answer to a command; `digest` may be whole."""
    return f"c:{b32encode(bytes.fromhex(digest[:20])).decode()}:{ANSWERS[answer]}"


def encode_choice(said_id: str, option: int) -> str:
    """The `callback_data` of an option of the assistant's question; 45 bytes at most."""
    return f"q:{said_id}:{option}"


def encode_login(login: str, number: int) -> str:
    """The `callback_data` of a number."""
    return f"w:{login}:{number}"


def encode_whose(lead_id: LeadId, chat_id: str) -> str:
    """The `callback_data` of a client under the question whose a chat is."""
    return f"l:{lead_id}:{chat_id}"


def encode(lead_id: LeadId, alert_id: EventId, action: Action) -> str:
    """The `callback_data` of a button."""
    return f"a:{lead_id}:{alert_id}:{KEYS[action]}"


def decode(text: str) -> Callback | Whose | LoginNumber | CommandButton | Choice | Named | None:
    """The button behind `callback_data`, or None when it is none of ours."""
    command = _COMMAND.fullmatch(text)
    if command is not None:
        return CommandButton(b32decode(command[1]).hex(), _ANSWERS[command[2]])
    choice = _CHOICE.fullmatch(text)
    if choice is not None:
        return Choice(choice[1], int(choice[2]))
    login = _LOGIN.fullmatch(text)
    if login is not None:
        return LoginNumber(login[1], int(login[2]))
    whose = _WHOSE.fullmatch(text)
    if whose is not None:
        return Whose(*whose.groups())
    named = _NAMED.fullmatch(text)
    if named is not None:
        return Named(named[1], named[2], _SIDES[named[3]], int(named[4]), named[5])
    found = _DATA.fullmatch(text)
    if found is None:
        return None
    lead_id, alert_id, key = found.groups()
    action = _ACTIONS.get(key)
    return None if action is None else Callback(lead_id, alert_id, action)
