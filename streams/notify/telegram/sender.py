"""Works the outbox off: one task per chat, so a chat that is limited or gone holds up nobody else."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator
from functools import partial

from alerting.outbox import Item, begin, clear, fail, finish, text_of, wait
from schemas.errors import LeadpulseError, Refused, Transient
from schemas.failed import DeadLetter
from schemas.topics import OUTBOX
from streams.clients.bot_calls import ChatClosed
from streams.engine import metrics
from streams.engine.clock import Clock, wall_clock
from streams.engine.dead_letters import history_header
from streams.engine.health import Check
from streams.engine.kafka import Output
from streams.engine.letters import letter_output
from streams.engine.notices import Notices
from streams.engine.remote import Uncertain
from streams.engine.retry import WORLD, Attempts, Policy, World, retry
from streams.notify.telegram.bot_api import BotApi
from streams.notify.telegram.limits import Limits
from streams.notify.telegram.shelf import ITEM, Place, Shelf
from streams.settings import Telegram

log = logging.getLogger(__name__)

PATIENCE = Policy(first=0.5, longest=30.0)
"""Pauses after a passing fault without `retry_after`."""

ANSWERING = Policy(first=0.5, longest=5.0, total=30.0)
"""How long the waiting sign on a pressed button is tried to be ended: later nobody looks, and Telegram forgets it."""

LAST_CALL = 5.0
"""Seconds that a call in work may still take when the worker stops: cut off, it would be repeated under the mark."""

MOST_ANSWERS = 100
"""Answers to button presses in work at once; more than that is no person pressing."""


async def _nobody(_place: Place, _key: str, _chat: int) -> None:
    raise Transient("nobody here sends the messages of commands", retry_after=60.0)


class Sender:
    """Sends what is due and ours. `places` says which places are this worker's now; `once` sends commands' messages."""

    def __init__(
        self,
        telegram: Telegram,
        shelf: Shelf,
        api: BotApi,
        limits: Limits,
        places: Callable[[], Collection[Place]],
        notices: Notices,
        world: World = WORLD,
        chat_of: Callable[[str], int] | None = None,
        clock: Clock = wall_clock,
        once: Callable[[Place, str, int], Awaitable[None]] = _nobody,
    ) -> None:
        self._clock, self._once = clock, once
        self._chat_of = chat_of or telegram.chat_of
        self._telegram, self._shelf, self._api, self._limits = telegram, shelf, api, limits
        self._places, self._notices, self._world = places, notices, world
        self._closed: set[int] = set()
        self._stopping = False
        self._lanes: dict[int, asyncio.Task[None]] = {}
        self._calling: set[int] = set()
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled; a call in work is brought to its end."""
        if not self._api.has_token:
            log.warning("no Telegram token: alerts and reports wait in the outbox")
            await asyncio.Event().wait()
        self._notices.only("chat_closed", {str(chat) for chat in self._telegram.chats()})
        if not self._telegram.curator_chat:
            log.warning("no curator_chat in the settings: alerts of leads without a chat of their own wait")
        try:
            while True:
                self._shelf.changed.clear()
                for chat in {self._chat(item) for _, item in self._due()} - self._lanes.keys():
                    if chat:
                        self._lanes[chat] = asyncio.create_task(self._lane(chat))
                await self._wait()
                for chat in [chat for chat, lane in self._lanes.items() if lane.done()]:
                    self._lanes.pop(chat).result()
        finally:
            await self._stop()

    def closed(self) -> Check:
        """A need for `/readyz`: the bot may write wherever it has to."""
        return ", ".join(f"бот не может писать в чат {chat}" for chat in sorted(self._closed)) or True

    def answer(self, callback_id: str, text: str) -> None:
        """Answer a button press, as long as it can be. An old press cannot be answered, and that is no fault."""
        if not callback_id or not self._api.has_token or len(self._answers) >= MOST_ANSWERS:
            return
        task = asyncio.create_task(self._answer(callback_id, text))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, callback_id: str, text: str) -> None:
        async def attempt() -> None:
            await self._limits.take_any()
            await self._api.answer(callback_id, text)

        try:
            await retry(ANSWERING, attempt, world=self._world)
        except LeadpulseError as error:
            log.info("button press not answered", extra={"error": str(error)})

    async def _wait(self) -> None:
        """Until there is news, a lane has ended, or a second has passed (a partition may have become ours)."""
        news = asyncio.create_task(self._shelf.changed.wait())
        try:
            await asyncio.wait({news, *self._lanes.values()}, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()

    async def _stop(self) -> None:
        self._stopping = True
        last = [lane for chat, lane in self._lanes.items() if chat in self._calling]
        if last:
            await asyncio.wait(last, timeout=LAST_CALL)
        rest = [*self._lanes.values(), *self._answers]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        self._lanes.clear()

    async def _lane(self, chat: int) -> None:
        """Everything that is due in one chat, in order."""
        attempts = Attempts(PATIENCE, self._world)
        while (found := self._next(chat)) is not None:
            try:
                await self._deliver(*found, chat)
            except Transient as fault:
                log.warning("message waits", extra={"error": str(fault)})
                await attempts.failed(fault)
            else:
                attempts.well()

    def _next(self, chat: int) -> tuple[Place, str] | None:
        return next(((place, item.key) for place, item in self._due() if self._chat(item) == chat), None)

    def _due(self) -> Iterator[tuple[Place, Item]]:
        """A command's message that waits for its time lets others by: it may be the only one that cannot go."""
        places, now = () if self._stopping else self._places(), self._clock()
        due = ((place, item) for place, item in self._shelf.due() if place in places)
        return ((place, item) for place, item in due if not (item.once and item.retry_at > now))

    async def _deliver(self, place: Place, key: str, chat: int) -> None:
        await self._limits.take(chat)
        if place not in self._places():
            return
        self._calling.add(chat)
        try:
            item = self._shelf.item(place, key)
            if item.once:
                await self._once(place, key, chat)
                return
            await (self._edit(place, item) if item.message_id else self._send(place, key, chat))
            self._closed.discard(chat)
            self._notices.ends("chat_closed", str(chat))
        except ChatClosed as fault:
            self._closed.add(chat)
            self._notices.begins("chat_closed", str(chat), str(fault))
            raise
        finally:
            self._calling.discard(chat)

    async def _send(self, place: Place, key: str, chat: int) -> None:
        item = await self._shelf.change(place, key, begin)
        try:
            sent = await self._api.send(chat, text_of(item), item.buttons)
        except Uncertain:
            raise  # stays `calling`: nobody knows
        except Transient as fault:
            await self._record(place, key, self._waiting(fault))
            raise
        except Refused as error:
            await self._give_up(place, item, str(error))
            return
        await self._record(place, key, lambda now: finish(now, item.version, sent.chat, sent.message_id))
        log.info("message sent", extra=_of(item) | {"marked": item.doubt})

    async def _edit(self, place: Place, item: Item) -> None:
        try:
            await self._api.edit(item.chat, item.message_id, item.text, item.buttons)
        except Transient as fault:
            if item.waits != str(fault):  # an edit has no record of its attempts: one of each reason is enough
                await self._record(place, item.key, self._waiting(fault))
            raise
        except Refused as error:
            await self._give_up(place, item, str(error))
            return
        await self._record(place, item.key, lambda now: finish(now, item.version, item.chat, item.message_id))
        log.info("message edited", extra=_of(item))

    async def _give_up(self, place: Place, item: Item, why: str) -> None:
        """Telegram will not have it. It becomes a dead letter whose replay puts it into the outbox again.

        One record may want several messages, and what is put back stands for the same record: so each letter says which
        message it is about, and after which replay.
        """
        log.error("message refused", extra=_of(item) | {"error": why})
        letter = DeadLetter(
            topic=OUTBOX.name,
            partition=place.partition,
            offset=item.offset,
            ts=item.ts,
            agent="notify.sender",
            error_class="Refused",
            error=why,
            payload=ITEM.encode(clear(item)),
            key=item.key.encode(),
            headers=[history_header(item.before)] if item.before else [],
            item="/".join([item.key, *(str(attempt.number) for attempt in item.before[-1:])]),
        )
        await self._record(place, item.key, lambda now: fail(now, item.version, why), letter_output(letter))
        metrics.dead(OUTBOX.name, 1)

    async def _record(self, place: Place, key: str, step: Callable[[Item], Item], *also: Output) -> None:
        """Write down what Telegram said, however long Kafka is away: forgotten, it would be said twice."""

        def told(fault: Exception) -> None:
            log.warning("outbox not written", extra={"key": key, "error": str(fault)})

        await retry(PATIENCE, lambda: self._shelf.change(place, key, step, also), told=told, world=self._world)

    def _waiting(self, fault: Transient) -> Callable[[Item], Item]:
        """The step of an item that Telegram did not take now; it may have named a time."""
        retry_at = self._clock() + round(fault.retry_after * 1000) if fault.retry_after else 0
        return partial(wait, why=str(fault), retry_at=retry_at)

    def _chat(self, item: Item) -> int:
        """Where the item goes; 0 when the settings name no chat: then it waits."""
        return item.chat or self._chat_of(item.to)


def _of(item: Item) -> dict[str, object]:
    """What a line about a message says: which one, and of which raw record."""
    return {"key": item.key, "version": item.version} | ({"origin": item.origin} if item.origin else {})
