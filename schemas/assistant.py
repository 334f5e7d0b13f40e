"""What people say to the assistant, what it answers, and what it remembers."""

from typing import Literal

import msgspec

from schemas.commands import Trigger
from schemas.types import Millis, SomeLead

Via = Literal["telegram", "voice", "page", "mcp"]
Unheard = Literal["", "too_large", "off"]
"""Why a voice message has no words and never will: Telegram does not give the file, or files are not fetched here."""


class AssistantAsked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of one of our people to the assistant (`assistant.asked`, key = who). `asked_id`: of its source, so a
    repeat is the same. `who`: `web/USER` or `tg:ID`; `chat_id`: where to answer in Telegram, 0 for the page.
    `lead_id`: on whose card it was typed. `answers`: the id of the question that it answers (a button's data, or
    the assistant's last one to this person). `choice`: the pressed option of it, from 0."""

    asked_id: str
    who: str
    name: str
    text: str
    via: Via
    at: Millis
    chat_id: int = 0
    message_id: str = ""
    lead_id: SomeLead = ""
    answers: str = ""
    choice: int = -1
    callback_id: str = ""
    unheard: Unheard = ""


class AssistantSaid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the assistant says to who spoke to it (`assistant.said`, key = who): to Telegram by `notify`, to the page
    from the store. `question`: one clarifying question, with `options` as buttons; `command_id`: what it proposed.
    `draft`: what the question is about, in the assistant's own form: by it the answer is understood."""

    said_id: str
    to: str
    text: str
    at: Millis
    chat_id: int = 0
    of: str = ""
    question: bool = False
    options: list[str] = []
    command_id: str = ""
    lead_id: SomeLead = ""
    draft: str = ""


class AssistantJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a model is to be asked about (`assistant.jobs`, key = lead id or who): the rules have looked at it already.
    `at`: when the trigger came, ms UTC. `asked`: a line to the assistant that rules do not understand."""

    trigger: Trigger
    at: Millis
    lead_id: SomeLead = ""
    asked: AssistantAsked | None = None


class Remembered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that the assistant keeps in mind (`assistant.memory`, compacted, key = `about/memory_id`; about is
    `lead/ID` or `who/WHO`). `kind`: result, refusal with its reason, a person's correction or wish. `by`: who said or
    edited it. `gravity`: as in the trigger of what was refused. A tombstone forgets it."""

    memory_id: str
    about: str
    kind: Literal["result", "refusal", "correction", "wish"]
    text: str
    at: Millis
    by: str = ""
    command: str = ""
    """The command's name, for results and refusals."""
    command_id: str = ""
    gravity: int = 0
