"""What our people ask the bot (`bot.commands`, key = chat id), and what the store answers about risks."""

from typing import Literal

import msgspec

from schemas.alerts import Alert
from schemas.scores import Score
from schemas.types import EventId, LeadId, Millis, SomeLead

Asked = Literal["risk", "top", "silent", "mute", "help", "link", "start"]
LoginCommand = Literal["login", "login_sent", "login_denied"]
"""Not typed by a person: the page asks for the question, a button under it was pressed."""
CommandPress = Literal["command_yes", "command_no", "command_back", "command_refused", "chosen"]
"""Buttons under a command that waits for a signature, and under a question of the assistant."""
NamePress = Literal["named"]
"""A button under the question who a name in a room is."""
Fault = Literal["", "no_lead", "no_days", "no_topic", "taken", "unknown"]


class Question(msgspec.Struct, frozen=True):
    """The message under which a button was pressed: where it stands, and its words without marks."""

    chat_id: int
    message_id: int
    text: str


class LoginQuestion(msgspec.Struct, frozen=True):
    """Asked of who wants to get in to the page by the bot: from which browser, when, and which number stands there."""

    login: str
    agent: str
    at: Millis
    numbers: list[int]


class BotCommand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command of somebody of our people, to be answered in the chat where it stood.

    `until` is of `mute`: when the lead's alerts ring again (0: at once). `fault` says what was wrong with the words.
    `link` stood in a client's chat `chat_title`, which was `before`'s till then (or its `topic` alone): it is answered
    where the lead's alerts go, for the client reads what is in his chat. By a button (`callback_id` is what Telegram
    wants answered) a chat that is another's is not taken from him (`taken`), and `name` answered `question`. `start`:
    the curator `name` told who he is by the code of his invitation. A button under a command tells the first 20 hex
    digits of its `digest`; of the assistant's question `name` is the option that was pressed. `named`: who
    presses (`name`) says that a name in a room of the lead is `called`, who is `side` (both empty: none of those who
    were asked about); `taken`: that stood there already, `unknown`: the question does not say what its button does.
    """

    command_id: EventId
    chat_id: str
    command: Asked | LoginCommand | CommandPress | NamePress
    ts: Millis
    lead_id: SomeLead = ""
    until: Millis = 0
    fault: Fault = ""
    chat_title: str = ""
    before: SomeLead = ""
    callback_id: str = ""
    name: str = ""
    topic: str = ""
    question: Question | None = None
    login: LoginQuestion | None = None
    digest: str = ""
    called: str = ""
    side: Literal["", "staff", "client"] = ""


class LeadRisk(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A lead's newest score, its alerts that are not resolved, and when each kind of event was last seen."""

    lead_id: LeadId
    score: Score | None = None
    alerts: list[Alert] = []
    last: dict[str, Millis] = {}


class Risks(msgspec.Struct, frozen=True, omit_defaults=True):
    """Leads, the one that needs people most first."""

    leads: list[LeadRisk] = []
