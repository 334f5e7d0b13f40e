"""A command's message out of the outbox: sent once. An alert in doubt is sent again under a mark; this never is.

Each call is claimed in the log of commands. A call that Telegram surely did not take frees its claim in the outbox, so
that whoever has the partition then may try again; whatever else is found without an end is settled as unknown.
"""

import logging
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from alerting.outbox import Item, begin, fail, finish, free, wait
from schemas.errors import NotYet, Refused, Transient
from streams.clients.bot_calls import ChatClosed
from streams.engine.clock import Clock
from streams.engine.remote import Uncertain
from streams.engine.retry import WORLD, World, retry
from streams.notify.handed.calls import TOO_LATE
from streams.notify.handed.log import PATIENCE, CommandLog, Outcome
from streams.notify.telegram.bot_api import BotApi
from streams.notify.telegram.shelf import Place, Shelf

log = logging.getLogger(__name__)

UNKNOWN = "связь с Telegram прервалась; дошло ли сообщение, видно только в чате"
CLOSED = "бот не может писать в этот чат"
REFUSED = "Telegram не принял сообщение"
LATER_MS = 60_000


class Once:
    """For `Sender`. `seconds`: what a call of somebody else may still take."""

    def __init__(
        self, shelf: Shelf, api: BotApi, commands: CommandLog, clock: Clock, seconds: float, world: World = WORLD
    ) -> None:
        self._shelf, self._api, self._log = shelf, api, commands
        self._clock, self._seconds, self._world = clock, seconds, world

    async def __call__(self, place: Place, key: str, chat: int) -> None:
        """Send it, or settle what became of it. Raises `Transient`; then it is still due."""
        item = self._shelf.item(place, key)
        try:
            await self._log.reach_end()
        except NotYet as fault:  # it waits aside: what else goes to this chat needs no key
            await self._record(place, key, partial(wait, why=str(fault), retry_at=self._clock() + LATER_MS))
            raise
        if self._log.is_over(item.once):
            await self._drop(place, key, "сказано в журнале команд")
        elif item.calling:  # cut off in mid-call: of a former owner, who had his time
            await self._end(place, item, "unknown", UNKNOWN)
        elif 0 < item.until <= self._clock():
            await self._end(place, item, "failed", TOO_LATE)
        elif claim := await self._log.claim(item.once, item.freed):
            await self._send(place, item, chat, claim)
        else:
            await self._leave(place, item)

    async def _send(self, place: Place, item: Item, chat: int, claim: str) -> None:
        await self._record(place, item.key, begin)
        try:
            sent = await self._api.send(chat, item.text, item.buttons)
        except Uncertain as fault:
            log.warning("command's message without an answer", extra={"key": item.key, "error": str(fault)})
            await self._end(place, item, "unknown", UNKNOWN)
        except ChatClosed as fault:
            await self._end(place, item, "failed", f"{CLOSED}: {fault}")
        except Refused as refusal:
            await self._end(place, item, "failed", f"{REFUSED}: {refusal}")
        except Transient as fault:
            retry_at = self._clock() + round(fault.retry_after * 1000) if fault.retry_after else 0
            await self._record(place, item.key, partial(free, claim=claim, why=str(fault), retry_at=retry_at))
            raise
        else:
            what = f"сообщение {sent.message_id} в чате {sent.chat}"
            await self._log.end(item.once, "done", what=what)
            await self._record(
                place, item.key, partial(finish, version=item.version, chat=sent.chat, message_id=sent.message_id)
            )
            log.info("message sent", extra={"key": item.key, "version": item.version})

    async def _leave(self, place: Place, item: Item) -> None:
        """Somebody else claimed it and is or was at it: he gets his time, then nobody knows. Raises `Transient`."""
        begun = self._log.begun(item.once)
        left = 0.0 if begun is None else begun.at / 1000 + self._seconds - self._clock() / 1000
        if left > 0:
            raise Transient("somebody else is sending this message", retry_after=min(left, self._seconds))
        await self._end(place, item, "unknown", UNKNOWN)

    async def _end(self, place: Place, item: Item, outcome: Outcome, why: str) -> None:
        """The log first: whoever finds the item then knows that it is over."""
        await self._log.end(item.once, outcome, error=why)
        await self._drop(place, item.key, why)

    async def _drop(self, place: Place, key: str, why: str) -> None:
        await self._record(place, key, partial(_given_up, why=why))

    async def _record(self, place: Place, key: str, step: Callable[[Item], Item]) -> None:
        """However long Kafka is away."""

        def told(fault: Exception) -> None:
            log.warning("outbox not written", extra={"key": key, "error": str(fault)})

        await retry(PATIENCE, lambda: self._shelf.change(place, key, step), told=told, world=self._world)


def _given_up(item: Item, why: str) -> Item:
    """Settled without having been sent; a client's message does not stay in the outbox for ever."""
    return replace(fail(item, item.version, why), text="")
