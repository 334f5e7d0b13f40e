"""`out.telegram`: approved messages into the outbox, which sends them (`once`); reports are asked of the store."""

import html
from collections.abc import Callable

from alerting.outbox import Wish
from alerting.render import Rendered
from schemas.command_codecs import HANDED
from schemas.commands import Handed
from streams.engine.clock import Clock
from streams.engine.process import Batch, Outcome, Record
from streams.notify.handed.calls import TOO_LATE, Calls
from streams.notify.handed.log import CommandLog
from streams.notify.handed.once import UNKNOWN
from streams.notify.telegram.shelf import Place, Shelf

NO_TOKEN = "бот не настроен: нет telegram.token"
NO_CHAT = "не задан чат, куда писать"
NO_WORDS = "в сообщении нет текста"


class Messages:
    """Settle's `Process`. `calls` does what is no message; `chat_of` as the sender's."""

    def __init__(
        self,
        shelf: Shelf,
        commands: CommandLog,
        calls: Calls,
        chat_of: Callable[[str], int],
        clock: Clock,
        *,
        token: bool,
    ) -> None:
        self._shelf, self._log, self._calls = shelf, commands, calls
        self._chat_of, self._clock, self._has_token = chat_of, clock, token

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient` while the outbox or the log is not to be had."""
        place, outcome = Place(batch.topic, batch.partition), Outcome()
        await self._shelf.open([place], batch.generation)
        for record, handed in outcome.readable(batch, HANDED):
            if handed.handler == "telegram.send":
                await self._take(place, record, handed)
            else:
                await self._calls.settle(handed)
        return outcome

    async def _take(self, place: Place, record: Record, handed: Handed) -> None:
        id_, key = handed.command_id, key_of(handed.command_id)
        if self._shelf.knows(place, key):
            return
        await self._log.reach_end()
        if self._log.is_over(id_):
            return
        if self._log.begun(id_) is not None:  # and the outbox knows nothing of it
            await self._log.end(id_, "unknown", error=UNKNOWN)
        elif objection := self._objection(handed):
            await self._log.end(id_, "failed", error=objection)
        else:
            text = Rendered(html.escape(handed.text, quote=False))
            wish = Wish(
                key, handed.to, 1, record.offset, record.timestamp, text, rings=True, once=id_, until=handed.expires_at
            )
            await self._shelf.put(place, [wish])

    def _objection(self, handed: Handed) -> str:
        if not self._has_token:
            return NO_TOKEN
        if not handed.text.strip():
            return NO_WORDS
        if 0 < handed.expires_at <= self._clock():
            return TOO_LATE
        return "" if self._chat_of(handed.to) else NO_CHAT


def key_of(command_id: str) -> str:
    """The outbox's key of a command's message."""
    return f"c/{command_id}"
