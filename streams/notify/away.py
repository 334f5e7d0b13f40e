"""Kafka or Telegram away: the two troubles that the usual way of a notice, Kafka to Telegram, cannot carry while they
last. Kafka's is told to Telegram directly, from memory; Telegram's by mail, and where there is none when it is back,
and until then in the log.
"""

import logging
from collections.abc import Awaitable, Callable

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from alerting.notices import render_notice
from schemas.errors import LeadpulseError
from schemas.notices import OpsNotice
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.connect import client_options, reachable
from streams.engine.notices import Notices
from streams.engine.retry import WORLD, World
from streams.notify.telegram.bot_api import BotApi, Sent
from streams.settings import Kafka, Telegram

log = logging.getLogger(__name__)

AWAY_MS = 120_000
"""Away for so long and it is told: a restart takes less."""
LOOK_SECONDS = 15.0
PROBE_MS = 10_000


class Outage:
    """One system: `look` is told whether it is there, `over` gives since when it was away, once it is back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: Millis | None = None
        self._ended: Millis | None = None

    def look(self, there: bool) -> None:
        """One look."""
        self._ended = None
        if not there:
            self._since = self._clock() if self._since is None else self._since
        elif self._since is not None:
            self._ended, self._since = (self._since if self._long(self._since) else None), None

    @property
    def lasting(self) -> Millis | None:
        """Since when it has been away, if that is long enough to be told."""
        return self._since if self._since is not None and self._long(self._since) else None

    @property
    def over(self) -> Millis | None:
        """Since when it had been away, if the last look has seen the end of it."""
        return self._ended

    def _long(self, since: Millis) -> bool:
        return self._clock() - since >= AWAY_MS


class AwayWatch:
    """Looks at both for ever. `answers` says whether Kafka does. `mailed`: ops have a mail box, too."""

    def __init__(
        self,
        telegram: Telegram,
        api: BotApi,
        answers: Callable[[], Awaitable[bool]],
        notices: Notices,
        clock: Clock,
        world: World = WORLD,
        *,
        mailed: bool = False,
    ) -> None:
        self._chat = telegram.chat_of("ops")
        self._api, self._answers, self._notices, self._clock, self._world = api, answers, notices, clock, world
        self._kafka, self._telegram, self._mailed = Outage(clock), Outage(clock), mailed
        self._sent: Sent | None = None

    async def run(self) -> None:
        """The background task."""
        while True:
            await self.look()
            await self._world.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look at both."""
        self._kafka.look(await self._answers())
        await self._tell_kafka()
        there = self._api.reachable or not self._api.has_token
        self._telegram.look(there)
        if self._telegram.lasting is not None:
            log.warning("Telegram is away: messages wait in the outbox")
            if self._mailed:
                self._notices.begins("telegram_away", "Telegram")
        if self._mailed:
            if there:  # whoever told it: a process before this one, too
                self._notices.ends("telegram_away", "Telegram")
        elif self._telegram.over is not None:
            self._notices.was("telegram_away", "Telegram", self._telegram.over)

    async def _tell_kafka(self) -> None:
        lasting, over = self._kafka.lasting, self._kafka.over
        if lasting is not None:
            log.error("Kafka is away", extra={"since": lasting})
            if self._sent is None:
                self._sent = await self._say(self._text(lasting, over=False))
        if over is not None:
            sent, self._sent = self._sent, None
            if sent is None or not await self._change(sent, self._text(over, over=True)):
                self._notices.was("kafka_away", "Kafka", over)

    def _text(self, since: Millis, *, over: bool) -> str:
        return render_notice(OpsNotice("", self._clock(), "kafka_away", "Kafka", over=over, since=since))

    async def _say(self, text: str) -> Sent | None:
        if not self._chat or not self._api.has_token:
            return None
        try:
            return await self._api.send(self._chat, text, ())
        except LeadpulseError as error:
            log.warning("ops not told that Kafka is away", extra={"error": str(error)})
            return None

    async def _change(self, sent: Sent, text: str) -> bool:
        try:
            await self._api.edit(sent.chat, sent.message_id, text, ())
        except LeadpulseError:
            return False
        return True


async def kafka_answers(kafka: Kafka) -> bool:
    """Whether any of the brokers does, over a connection of its own. Never raises for the broker's sake."""
    options = client_options(kafka) | {"request_timeout_ms": PROBE_MS}
    client = AIOKafkaClient(**options, client_id="leadpulse-notify-probe")
    try:
        await reachable(kafka)  # first, for aiokafka calls every refused connection an ERROR in the log
        await client.bootstrap()
    except (KafkaError, OSError):
        return False
    finally:
        await client.close()
    return True
