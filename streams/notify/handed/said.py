"""`assistant.said`: what the assistant says to who spoke to it in Telegram."""

from collections.abc import Iterable

from alerting.commands import render_said
from alerting.outbox import Wish
from schemas.assistant import AssistantSaid
from schemas.command_codecs import SAID
from streams.notify.telling import Known, Record, Telling

WAITING = 16
"""Answers of a chat that the outbox remembers: it keeps a key for ever, and an answer is read once."""


class Said(Telling[AssistantSaid]):
    """One message a line; none for who spoke on the page."""

    codec = SAID

    def wishes(self, record: Record, value: AssistantSaid, known: Known) -> Iterable[Wish]:
        if value.chat_id and value.text.strip():
            key = f"said:{value.chat_id}/{record.offset % WAITING}"
            at = (record.offset + 1, record.offset, record.timestamp)
            yield Wish(key, f"chat:{value.chat_id}", *at, render_said(value), rings=True)
