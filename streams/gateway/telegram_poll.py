"""Updates of the Bot API by long poll: no public address is needed.

A batch is on Kafka, with the broker's ack, before Telegram is told to forget it (the next `getUpdates` with a higher
offset). An offset is said once, for the batch it confirms, and then no more: after a quiet week the next update's id is
random, and one below an offset kept in mind would be forgotten unread. So whoever takes over needs to know nothing:
Telegram begins with what was never confirmed. What was on Kafka already comes again then, under the same ids.
"""

import logging
from collections import OrderedDict
from typing import Annotated, Final

import msgspec

from processors.normalize.telegram_update import ALLOWED_UPDATES
from schemas.codec import Codec, Rejected
from schemas.errors import Refused, Transient
from streams.clients.bot_calls import BotCalls, Conflict
from streams.engine.clock import Clock, wall_clock
from streams.engine.conditions import Condition
from streams.engine.retry import WORLD, Attempts, Policy, World
from streams.engine.rounds import Reports
from streams.gateway.telegram import wrap
from streams.loading import Send

log = logging.getLogger(__name__)

HOLD: Final = 25
"""Seconds for which Telegram holds an empty answer back; proxies and routers close connections from 30 on."""
MOST: Final = 100
"""Updates at once: the API's limit."""
REMEMBERED_SECONDS: Final = 25 * 3600.0
"""Telegram forgets after 24 hours, so nothing older comes again."""
REMEMBERED: Final = 200_000
"""Ids, 20 MB."""
AGAIN: Final = Policy(first=1.0, longest=30.0)
TOLD_AFTER: Final = 60.0
"""Seconds. A restart of the other one, of Telegram's server or of the proxy is nobody's work."""

_UPDATES: Codec[list[msgspec.Raw]] = Codec(list[msgspec.Raw])


class _Numbered(msgspec.Struct):
    update_id: Annotated[int, msgspec.Meta(ge=0, le=(1 << 53) - 1)]


_NUMBERED: Codec[_Numbered] = Codec(_Numbered)


class UpdatesPoll:
    """Reads one bot's updates; `bot` is its name in our events."""

    def __init__(self, bot: str, calls: BotCalls, send: Send, world: World = WORLD) -> None:
        self._bot, self._calls, self._send, self._world = bot, calls, send, world
        self._seen: OrderedDict[int, float] = OrderedDict()
        self._offset = 0
        self._trouble = "" if calls.has_token else "нет токена бота (telegram.token)"

    def condition(self) -> Condition:
        """A webhook or somebody else takes the updates, a wrong token, no connection."""
        return Condition("telegram_unread", self._bot, self.trouble, after_s=TOLD_AFTER)

    def trouble(self) -> str:
        """In Russian; nothing when all is well."""
        return self._trouble

    async def run(self, clock: Clock = wall_clock) -> None:
        """Read for ever."""
        reports = Reports(f"telegram:{self._bot}", "poll", HOLD, self._send, clock)
        attempts = Attempts(AGAIN, self._world)
        self._offset = 0  # while another process read, Telegram went on
        try:
            while True:
                try:
                    await self.round()
                except (Transient, Refused) as error:
                    log.warning("updates are read later", extra={"bot": self._bot, "error": str(error)})
                    await reports.failed(self._trouble)
                    fault = error if isinstance(error, Transient) else Transient(str(error))
                    await attempts.failed(fault)
                else:
                    attempts.well()
                    await reports.ended()
        finally:
            self._trouble = ""  # whoever reads now tells his own

    async def round(self) -> None:
        """Ask once, and put on Kafka what comes. Raises `Transient`, `Refused`: then nothing is confirmed."""
        updates = [(_number(bytes(raw)), bytes(raw)) for raw in await self._asked()]
        self._offset = 0  # the answer says that the former batch is confirmed
        numbers = [number for number, _ in updates if number is not None]
        if updates and not numbers:  # they could not be confirmed, and would come again at once, for ever
            self._trouble = "в обновлениях нет номеров: проверьте telegram.api"
            raise Transient("getUpdates: updates without numbers")
        fresh = [body for number, body in updates if number is None or number not in self._seen]
        await self._send([wrap(self._bot, body) for body in fresh])
        self._remember(numbers)
        if numbers:
            self._offset = numbers[-1] + 1

    async def _asked(self) -> list[msgspec.Raw]:
        if not self._calls.has_token:
            raise Transient("no token", retry_after=AGAIN.longest)
        body: dict[str, object] = {"timeout": HOLD, "limit": MOST, "allowed_updates": list(ALLOWED_UPDATES)}
        if self._offset:
            body["offset"] = self._offset
        try:
            answer = _UPDATES.decode(bytes(await self._calls.call("getUpdates", body, hold=HOLD)))
        except Conflict as error:
            self._trouble = _words(str(error))
            raise
        except (Transient, Refused) as error:
            self._trouble = str(error)
            raise
        if isinstance(answer, Rejected):
            self._trouble = "ответ не похож на обновления Telegram: проверьте telegram.api"
            raise Transient("getUpdates: no list of updates")
        self._trouble = ""
        return answer

    def _remember(self, numbers: list[int]) -> None:
        now, seen = self._world.clock(), self._seen
        for number in numbers:
            seen[number] = now
            seen.move_to_end(number)
        while seen and (len(seen) > REMEMBERED or next(iter(seen.values())) < now - REMEMBERED_SECONDS):
            seen.popitem(last=False)


def _number(body: bytes) -> int | None:
    numbered = _NUMBERED.decode(body)
    return None if isinstance(numbered, Rejected) else numbered.update_id


def _words(conflict: str) -> str:
    if "webhook" in conflict:
        return "у бота задан вебхук, обновления уходят туда: вызовите deleteWebhook или задайте telegram.updates"
    return "обновления этого бота читает ещё кто-то: у бота может быть только один читатель"
