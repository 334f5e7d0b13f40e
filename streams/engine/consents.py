"""Who agreed to what, followed by every worker that must ask: the topic `consents` as a table."""

import logging
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial

from aiokafka import ConsumerRecord

from processors.days import local_time
from processors.privacy.register import Register
from schemas.codec import Codec, Rejected
from schemas.errors import NotYet
from schemas.privacy import Consent
from schemas.topics import CONSENTS
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock, wall_clock
from streams.engine.followed import Followed, read_through
from streams.engine.reader import Reader
from streams.settings import Kafka

log = logging.getLogger(__name__)

CONSENT: Codec[Consent] = Codec(Consent)

ClosesModels = Callable[[LeadId], bool]
"""Whether no model outside may read a client's words, for a person's sake."""


class KnownConsents(Followed):
    """The whole topic, kept up with. `clock` in ms UTC: what is noted holds by local days."""

    def __init__(self, reader: Reader, clock: Clock = wall_clock) -> None:
        super().__init__(reader)
        self._clock, self.register = clock, Register()

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        apply(self.register, record)

    def closes_models(self, lead: LeadId) -> bool:
        """As `Register.closes_models`, today. Until the topic is read, everything is closed."""
        return not self.loaded.is_set() or self.register.closes_models(lead, _day(self._clock()))

    def closes_meeting(self, lead: LeadId, present: Iterable[str]) -> bool:
        """As `Register.closes_meeting`, today. Raises `NotYet` until the topic is read."""
        if not self.loaded.is_set():
            raise NotYet("consents are not read yet", retry_after=0.2)
        return self.register.closes_meeting(lead, present, _day(self._clock()))


async def read_register(kafka: Kafka) -> Register:
    """The table as it is now, for a command. Raises `Transient`."""
    register = Register()
    await read_through(kafka, CONSENTS, partial(apply, register))
    return register


def apply(register: Register, record: ConsumerRecord) -> None:
    """A record of the topic. One that cannot be read is told and changes nothing."""
    consent = None if record.value is None else CONSENT.decode(record.value)
    if isinstance(consent, Rejected):
        log.error("consent unreadable", extra={"offset": record.offset, "error": consent.reason})
        return
    register.apply((record.key or b"").decode(errors="replace"), consent)


def _day(now: Millis) -> date:
    return local_time(now).date()
