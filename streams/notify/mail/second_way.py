"""News that Telegram has not taken for some minutes goes by mail as well, once; Telegram still gets it when it can.

What is owed stands in the outbox (`alerting.outbox.unheard`), and so does that it was mailed, so a restart neither
forgets a letter nor repeats one. Only the owner of an item's partition looks at it, as with Telegram.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from alerting.letters import render_letter
from alerting.outbox import Item, mail, unheard
from processors.days import DAY_MS
from schemas.codec import EVENT, event_id
from schemas.errors import Transient
from schemas.events import AlertMailed
from schemas.topics import ASSISTANT_SAID, BOT_COMMANDS, COMMAND_EVENTS, LEAD_ALERTS, LEAD_EVENTS, OUT_TELEGRAM
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.notices import Notices
from streams.engine.retry import WORLD, Policy, World, retry
from streams.notify.mail.smtp import LetterRefused, Post
from streams.notify.telegram.shelf import Place, Shelf
from streams.settings import Mail, Telegram

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
GRACE_SECONDS = 30.0
"""An item that is old when we first see it (this process was down) gets so long: Telegram may be there and take it."""
OLDEST_MS = 3 * DAY_MS
"""News that is older, when mail is set up or comes back after a week-end, is for the report and the history."""
IN_TELEGRAM = frozenset(topic.name for topic in (BOT_COMMANDS, ASSISTANT_SAID, COMMAND_EVENTS, OUT_TELEGRAM))
"""Who asks the bot or the assistant something has Telegram before him; commands are signed there or on the page."""
REFUSED_SECONDS = 60.0
"""Until a server, or an address, that refused a letter is tried again: a person has to change something."""
PATIENCE = Policy(first=0.5, longest=30.0)
"""Pauses while Kafka does not take the mark."""


@dataclass(slots=True)
class _Waits:
    """What of time this process knows, by its own clock in seconds: nothing of it is owed to anybody."""

    seen: dict[tuple[Place, str, int], float] = field(default_factory=dict)
    not_before: dict[str, float] = field(default_factory=dict)


class SecondWay:
    """The background task. `clock` in ms UTC, `now` in seconds."""

    def __init__(
        self,
        settings: Mail,
        telegram: Telegram,
        shelf: Shelf,
        post: Post,
        places: Callable[[], Collection[Place]],
        notices: Notices,
        clock: Clock,
        now: Callable[[], float] = time.monotonic,
        world: World = WORLD,
    ) -> None:
        self._settings, self._telegram, self._shelf, self._post = settings, telegram, shelf, post
        self._places, self._notices, self._clock, self._now, self._world = places, notices, clock, now, world
        self._after: Millis = round(settings.after_minutes * 60_000)
        self._grace = min(GRACE_SECONDS, settings.after_minutes * 60)
        self._waits = _Waits()

    async def run(self) -> None:
        """Look for ever."""
        mail = self._settings
        self._notices.only("mail_refused", {mail.server, mail.head, mail.ops, *mail.chats.values()})
        while True:
            await self.look()
            await self._world.sleep(min(LOOK_SECONDS, self._grace / 2))

    async def look(self) -> None:
        """Mail what has waited long enough."""
        server = self._settings.server
        for place, item, address in list(self._owed()):
            if max(self._waits.not_before.get(server, 0.0), self._waits.not_before.get(address, 0.0)) > self._now():
                continue
            if place not in self._places() or not unheard(self._shelf.item(place, item.key)):
                continue  # it was sent while we wrote another letter
            try:
                await self._mail(place, item, address)
            except Transient as fault:
                refuses = address if isinstance(fault, LetterRefused) else server
                self._waits.not_before[refuses] = self._now() + REFUSED_SECONDS
                self._notices.begins("mail_refused", refuses, str(fault))
            else:
                self._notices.ends("mail_refused", server)
                self._notices.ends("mail_refused", address)

    def _owed(self) -> Iterator[tuple[Place, Item, str]]:
        """With the address; each seen waiting for the grace, and its news old enough."""
        places, seen, now = self._places(), self._waits.seen, self._now()
        self._waits.seen = {}
        for place, item in self._shelf.unheard():
            if place not in places or item.topic in IN_TELEGRAM:
                continue
            name = place, item.key, item.news
            first = self._waits.seen[name] = seen.get(name, now)
            address = self._settings.address(item.to, item.chat or self._telegram.chat_of(item.to))
            age = self._clock() - item.news_at
            if address and now - first >= self._grace and self._after <= age <= OLDEST_MS:
                yield place, item, address

    async def _mail(self, place: Place, item: Item, address: str) -> None:
        waited = self._clock() - item.news_at
        letter = render_letter(item.text, waited, buttons=bool(item.buttons), refused=bool(item.failed))
        letter_id = event_id("mail", place.topic, item.key, item.news)
        await self._post.send(address, letter, letter_id, self._clock(), item.origin)
        log.info("letter sent", extra={"key": item.key, "version": item.version})

        def told(fault: Exception) -> None:
            log.warning("outbox not written", extra={"key": item.key, "error": str(fault)})

        marks = list(self._marks(place, item, address, letter_id))
        await retry(
            PATIENCE,
            lambda: self._shelf.change(place, item.key, lambda known: mail(known, item.version), marks),
            told=told,
            world=self._world,
        )

    def _marks(self, place: Place, item: Item, address: str, letter_id: str) -> Iterator[Output]:
        """What the lead's history says of it."""
        kind, _, lead_id = item.to.partition(":")
        if kind == "lead" and place.topic == LEAD_ALERTS.name:
            event = AlertMailed(
                event_id=letter_id,
                lead_id=lead_id,
                ts=self._clock(),
                source="notify",
                origin=item.origin,
                alert_id=item.key,
                version=item.version,
                address=address,
            )
            yield Output(LEAD_EVENTS.name, lead_id.encode(), EVENT.encode(event))
