"""`out.webhooks`: events to n8n (or whoever listens), signed, each until it is taken or too old.

The receiver may get an event twice: `X-Leadpulse-Delivery` and the body's `id` are then the same.
"""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from aiokafka import ConsumerRecord
from yarl import URL

from schemas.codec import Codec, Rejected
from schemas.errors import ConfigError, RecordFault, Refused, Transient
from schemas.outlets import Webhook
from streams.engine.remote import Connect, LazySession, retry_after
from streams.engine.settle import Batch, Outcome
from streams.settings.outlets import Webhooks

log = logging.getLogger(__name__)

_WEBHOOK: Codec[Webhook] = Codec(Webhook)

CONFIGURATION_WAIT = 60.0
"""Seconds until a call is tried again that a person has to make possible."""

CONFIGURATION = frozenset({401, 403, 404, 405, 407})
"""Answers that say something of the address or the key, not of the event. n8n answers 404 ("webhook is not registered")
as long as the workflow is not active: switching it off to change it must not cost events."""

FAILED_WAIT = 30.0
"""Seconds until an event is sent again that the receiver stumbled over (500: in n8n a step of the workflow failed)."""

PASSING = frozenset({408, 425, 429})
"""With 5xx: the same event may be taken later (RFC 9110, RFC 8470, RFC 6585)."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`X-Leadpulse-Signature`: HMAC-SHA256 over the timestamp (decimal seconds), a dot and the body as it is sent."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class _Progress:
    """What of a partition was taken, None, or refused, why, by its offset: it is not sent again when its batch comes
    again, or a part of it."""

    generation: int
    seen: dict[int, Rejected | None] = field(default_factory=dict)


class WebhookSender:
    """Settle's `Process` for `out.webhooks`. `fault` is what was wrong at the last call, empty where nothing was.

    `clock` gives seconds since 1970. Raises `ConfigError` for settings that cannot work.
    """

    def __init__(
        self,
        settings: Webhooks,
        connect: Connect = aiohttp.ClientSession,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = settings.secret.get_secret_value()
        if not self._secret:
            raise ConfigError("webhooks.secret: не указан; без него наши события не отличить от чужих")
        try:
            self._url = URL(settings.url)
        except ValueError:
            self._url = URL()
        if self._url.scheme not in ("http", "https") or not self._url.host:
            raise ConfigError("webhooks.url: нужен адрес вида https://…")
        self._settings, self._clock = settings, clock
        self._http = LazySession(settings.timeout, connect)
        self._progress: dict[int, _Progress] = {}
        self.fault, self._told = "", False

    @property
    def healthy(self) -> bool:
        """Whether the last call found the receiver well; True before the first."""
        return not self.fault

    async def __call__(self, batch: Batch) -> Outcome:
        """Send the events of a batch in their order. Raises `Transient` while one is not taken and not too old."""
        outcome, seen = Outcome(), self._of(batch).seen
        for record in batch.records:
            if record.offset not in seen:
                webhook = _WEBHOOK.decode(record.value)
                seen[record.offset] = webhook if isinstance(webhook, Rejected) else await self._take(webhook, record)
            why = seen[record.offset]
            if why is not None:
                outcome.rejected.append((record, why))
        for record in batch.records:
            del seen[record.offset]
        return outcome

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    def _of(self, batch: Batch) -> _Progress:
        progress = self._progress.get(batch.partition)
        if progress is None or progress.generation != batch.generation:
            progress = self._progress[batch.partition] = _Progress(batch.generation)
        return progress

    async def _take(self, webhook: Webhook, record: ConsumerRecord[bytes, bytes]) -> Rejected | None:
        try:
            await self._post(webhook)
        except Refused as error:
            return Rejected(str(error), "Refused")
        except RecordFault:
            raise
        except Transient as fault:
            left = record.timestamp / 1000 + self._settings.give_up_hours * 3600 - self._clock()
            if left > 0:
                pause = None if fault.retry_after is None else min(fault.retry_after, left)
                raise Transient(str(fault), pause) from None
            why = f"{fault}; given up after {self._settings.give_up_hours:g} h"
            return Rejected(why, "GivenUp")
        return None

    async def _post(self, webhook: Webhook) -> None:
        what, body, timestamp = f"webhook {webhook.event}", bytes(webhook.body), str(int(self._clock()))
        headers = {
            "Content-Type": "application/json",
            "X-Leadpulse-Event": webhook.event,
            "X-Leadpulse-Delivery": webhook.id,
            "X-Leadpulse-Timestamp": timestamp,
            "X-Leadpulse-Signature": signature(self._secret, timestamp, body),
        }
        try:
            async with self._http().post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                status, wait = response.status, retry_after(response.headers.get("Retry-After", ""), self._clock())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:  # its text may hold the address, and a key in it
            self.fault = f"{what}: no answer ({type(error).__name__})"
            raise Transient(self.fault) from None
        if not 200 <= status < 300:
            self._refuse(f"{what}: {_named(status)}", status, wait)
        if self._told:
            log.info("webhooks are taken again")
        self.fault, self._told = "", False

    def _refuse(self, what: str, status: int, wait: float | None) -> None:
        if status in CONFIGURATION or status < 400:  # no redirect is followed: the words go to the address that was set
            if not self._told:
                log.error("webhooks are not taken", extra={"error": what})
            self.fault, self._told = what, True
            raise Transient(what, retry_after=CONFIGURATION_WAIT)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:  # it is there, and stumbles over this event: the others go on
            raise RecordFault(what, FAILED_WAIT if wait is None else wait)
        if status in PASSING or status > 500:
            self.fault = what
            raise Transient(what, wait)
        raise Refused(what)


def _named(status: int) -> str:
    """A status with its own name: that of the answer is the receiver's, and may hold anything."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
