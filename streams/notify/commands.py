"""Our people's commands to the bot, answered from the store.

A person waits: a store that is away gets one try, and the answer says so. The answer is owed like any message: it is in
the outbox before the command is acked.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
from aiokafka import ConsumerRecord

from alerting import replies
from alerting.clients import Clients
from alerting.commands import PRESSES
from alerting.login import render_login
from alerting.outbox import Wish
from alerting.render import Rendered
from schemas.bot import BotCommand, LeadRisk, Risks
from schemas.codec import Codec, Rejected
from schemas.errors import LeadpulseError
from streams.clients.store import call
from streams.engine.settle import Batch, Outcome
from streams.notify.telegram.shelf import Place, Shelf
from streams.settings import Store

T = TypeVar("T")

_COMMAND: Codec[BotCommand] = Codec(BotCommand)

PATIENCE = 10.0
"""Seconds that the store may take for an answer."""

WAITING = 16
"""Answers of a chat that the outbox remembers: it keeps a key for ever, and an answer is read once."""


class Commands:
    """Settle's `Process`. `asked`: what a message reads under whose button somebody pressed, where it asks for a reason
    or does so no more."""

    def __init__(
        self,
        shelf: Shelf,
        store: Store,
        clients: Clients,
        press: Callable[[str, str], None] = lambda _, __: None,
        asked: Callable[[BotCommand], Rendered | None] = lambda _: None,
    ) -> None:
        self._shelf, self._store, self._clients, self._press = shelf, store, clients, press
        self._asked = asked

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient` while the outbox cannot be read or written."""
        place = Place(batch.topic, batch.partition)
        await self._shelf.open([place], batch.generation)
        outcome = Outcome()
        wishes: list[Wish] = []
        pressed: list[BotCommand] = []
        for record in batch.records:
            command = _COMMAND.decode(record.value)
            if isinstance(command, Rejected):
                outcome.rejected.append((record, command))
                continue
            key = f"bot:{command.chat_id}/{record.offset % WAITING}"
            text, to = await self._said(command), _receiver(command)
            if text is not None:
                wishes.append(Wish(key, to, record.offset + 1, record.offset, record.timestamp, text, rings=True))
            pressed += [command] if command.callback_id else []
            wishes += self._answered(command, record)
        await self._shelf.put(place, wishes)
        for command in pressed:
            self._press(command.callback_id, replies.pressed(command, self._clients))
        return outcome

    async def _said(self, command: BotCommand) -> Rendered | None:
        """A message of its own; None where the changed question says it all."""
        match command.command:
            case "login":
                return render_login(command.login) if command.login is not None else None
            case "login_sent" | "login_denied" | "named":
                return None
            case pressed if pressed in PRESSES:
                return None
            case _:
                return Rendered(await self._answer(command))

    def _answered(self, command: BotCommand, record: ConsumerRecord[bytes, bytes]) -> Iterable[Wish]:
        """The question loses its buttons: a second answer would be refused."""
        text = replies.answered(command, self._clients) or self._asked(command)
        if command.question is not None and text is not None:
            stands = command.question.chat_id, command.question.message_id
            key = key_of_answered(*stands)
            yield Wish(key, "shared", record.offset + 1, record.offset, record.timestamp, text, stands=stands)

    async def _answer(self, command: BotCommand) -> str:
        if command.fault and command.fault not in ("taken", "unknown"):
            return replies.fault(command)
        match command.command:
            case "help":
                return replies.HELP
            case "mute":
                return replies.muted(command, self._clients)
            case "start":
                return replies.introduced(command)
            case "link":
                return replies.linked(command, self._clients)
            case _:
                try:
                    return await self._ask(command)
                except LeadpulseError:
                    return replies.UNKNOWN_NOW

    async def _ask(self, command: BotCommand) -> str:
        match command.command:
            case "risk":
                found = await self._read(f"/api/leads/{command.lead_id}/risk", LeadRisk)
                return replies.risk(found, self._clients(found.lead_id))
            case "silent":
                return replies.silent(await self._read("/api/risks/silent", Risks), self._clients)
            case _:
                return replies.top(await self._read("/api/risks/top", Risks), self._clients)

    async def _read(self, path: str, type_: type[T]) -> T:
        """Raises `LeadpulseError`."""
        answer = await asyncio.to_thread(call, self._store, path, None, PATIENCE)
        return msgspec.convert(answer, type_)


def key_of_answered(chat: int, message_id: int) -> str:
    """Of a message that was changed because somebody pressed its button."""
    return f"answered:{chat}/{message_id}"


def _receiver(command: BotCommand) -> str:
    """The chat where it was asked; not a client's own."""
    if command.command != "link":
        return f"chat:{command.chat_id}"
    return f"lead:{command.lead_id}" if command.lead_id else "shared"
