"""Whom a text is about, and where its reader finds more: the client's card, a meeting, a message. Pure; HTML."""

import html
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from alerting.foreign import cut, telegram
from schemas.types import LeadId

LONGEST_NAME = 64

SUPERGROUP = "-100"
"""What the Bot API puts before a supergroup's or a channel's own number; only these have links to messages
(core.telegram.org/api/links, "Message links")."""


class Client(NamedTuple):
    """A client as people know him: `name` is empty where no source has told it. `card` is the address of his card,
    `meeting` that of a meeting with `{recording_id}` in it; empty where nobody set them, then texts are plain.
    """

    number: LeadId
    name: str = ""
    card: str = ""
    meeting: str = ""

    def title(self) -> str:
        """`Клиент 12345 (ООО «Ромашка»)`, the number a link to the card."""
        return f"Клиент {self.short()}"

    def short(self) -> str:
        """The same in a list of clients."""
        name = telegram(cut(self.name, LONGEST_NAME))
        return linked(self.number, self.card) + (f" ({name})" if name else "")

    def meeting_at(self, recording_id: str) -> str:
        """The address of a meeting, or an empty text."""
        return self.meeting.replace("{recording_id}", recording_id)


Clients: TypeAlias = Callable[[LeadId], Client]
"""Who a lead is. Where nothing but the number is known, `Client` itself."""


def linked(text: str, address: str) -> str:
    """HTML that leads to the address, where there is one."""
    return f'<a href="{html.escape(address)}">{text}</a>' if address else text


def message_at(ref: str) -> str:
    """The address of a message `chat/message`: those who are in the chat can open it; empty where it has none."""
    chat, _, message = ref.partition("/")
    number = chat.removeprefix(SUPERGROUP)
    if number == chat or not (number.isdigit() and message.isdigit()):
        return ""
    return f"https://t.me/c/{number}/{message}"
