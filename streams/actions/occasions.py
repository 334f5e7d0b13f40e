"""Whether what a proposal names as its occasion has been: it is looked for in the topic where it would stand, up to the
end of that topic, before the proposal is decided. Kafka only.

A signed proposal says what made somebody propose it, and people are shown that; whoever has stolen the assistant's key
could name what never was. What was written a moment too late is looked for once more after `PATIENCE_S`. Where a topic
is too long to be looked through, or a kind leaves no trace in Kafka, nobody can tell: then it is believed, and of the
kind `promise` (months old, in the store alone) nothing but a reminder to our own people.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import Final, NamedTuple

from aiokafka import ConsumerRecord

from processors.days import HOUR_MS
from schemas.alerts import Alert
from schemas.codec import EVENT, Codec, Rejected
from schemas.command_codecs import ASKED
from schemas.commands import Command
from schemas.events import MeetingSaid
from schemas.topics import ASSISTANT_ASKED, LEAD_ALERTS, LEAD_EVENTS, LEAD_UNASSIGNED, TopicSpec
from schemas.types import Millis
from streams.engine.kafka import partition_of
from streams.engine.reader import Reader
from streams.settings import Kafka

log = logging.getLogger(__name__)

ALERT: Final[Codec[Alert]] = Codec(Alert)
BACK_MS: Final = HOUR_MS
"""By which what is looked for may have come before the time of its proposal: that is the time of its occasion."""
MOST: Final = 100_000
"""Records that are looked through at once: about a second."""
PATIENCE_S: Final = 2.0

Named = tuple[str, str, str]
"""Kind, id and lead of an occasion."""
Looking = Callable[[TopicSpec, Iterable[int], Millis], AsyncGenerator[ConsumerRecord, None]]


class Place(NamedTuple):
    """Where an occasion stands, if it does, and since when. `key`: of its record; "" where any may hold it."""

    topic: TopicSpec
    partitions: tuple[int, ...]
    key: str
    at: Millis


def looking_in(kafka: Kafka) -> Looking:
    """Partitions of a topic from a time on, up to their ends of now. Raises `Transient`."""
    return lambda topic, partitions, at: Reader(kafka, topic).read(partitions, at=at)


class Occasions:
    """What was looked for, and found. `pause`: waits so many seconds."""

    def __init__(self, looking: Looking, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._looking, self._pause = looking, pause
        self._missing: set[Named] = set()

    async def look(self, commands: Iterable[Command]) -> None:
        """Those of these that are not in Kafka are known to be missing afterwards. Raises `Transient`."""
        wanted = {_named(one): place for one in commands if (place := place_of(one)) is not None}
        missing = await self._not_there(wanted)
        if missing:
            await self._pause(PATIENCE_S)
            missing = await self._not_there({named: wanted[named] for named in missing})
        for kind, id_, lead in missing:
            log.warning("a proposal names what never was", extra={"kind": kind, "id": id_, "lead": lead})
        self._missing = missing

    def exists(self, command: Command) -> bool:
        """Of one that was looked for; where nobody can tell, True."""
        trigger, (kind, _, user) = command.trigger, command.proposer.partition("/")
        match trigger.kind:
            case "promise":
                return command.name == "reminder.set"
            case "person":
                return kind == "web" or trigger.id.startswith(f"{kind}/{user}/")
            case "tick":
                return False
            case _:
                return _named(command) not in self._missing

    async def _not_there(self, wanted: dict[Named, Place]) -> set[Named]:
        by_place: dict[tuple[str, tuple[int, ...]], dict[Named, Place]] = defaultdict(dict)
        for named, place in wanted.items():
            by_place[place.topic.name, place.partitions][named] = place
        missing = set(wanted)
        for several in by_place.values():
            missing -= await self._found(several)
        return missing

    async def _found(self, wanted: dict[Named, Place]) -> set[Named]:
        """Of several in the same partitions; all of them where there is too much to look through."""
        first, seen = next(iter(wanted.values())), 0
        left = dict(wanted)
        records = self._looking(first.topic, first.partitions, min(one.at for one in wanted.values()))
        async with contextlib.aclosing(records):
            async for record in records:
                for named in [named for named, place in left.items() if _is(record, named, place)]:
                    del left[named]
                seen += 1
                if not left or seen >= MOST:
                    break
        if left and seen >= MOST:
            log.warning("an occasion cannot be looked for", extra={"topic": first.topic.name})
            return set(wanted)
        return wanted.keys() - left.keys()


def place_of(command: Command) -> Place | None:
    """None for a kind that stands nowhere in Kafka."""
    trigger, lead, at = command.trigger, command.lead_id, max(1, command.proposed_at - BACK_MS)
    match trigger.kind:
        case "alert" | "silence":
            return _of_lead(LEAD_ALERTS, lead, at)
        case "event" | "meeting":
            return _of_lead(LEAD_EVENTS, lead, at)
        case "asked":
            return Place(ASSISTANT_ASKED, (0,), "", at)
        case "unassigned":
            return Place(LEAD_UNASSIGNED, (0,), trigger.id, 0)
        case _:
            return None


def _of_lead(topic: TopicSpec, lead: str, at: Millis) -> Place:
    """Of a command that is about no client the occasion may still be a client's."""
    partitions = (partition_of(topic.name, lead.encode()),) if lead else tuple(range(topic.partitions))
    return Place(topic, partitions, lead, at)


def _named(command: Command) -> Named:
    return command.trigger.kind, command.trigger.id, command.lead_id


def _is(record: ConsumerRecord, named: Named, place: Place) -> bool:
    kind, id_, _ = named
    if place.key and (record.key or b"") != place.key.encode():
        return False
    if kind == "unassigned":
        return True
    meant = id_.rpartition("/")[0] if kind == "meeting" else id_
    raw = record.value or b""
    return meant.encode() in raw and _id_of(kind, raw) == meant


def _id_of(kind: str, raw: bytes) -> str:
    match kind:
        case "alert" | "silence":
            alert = ALERT.decode(raw)
            return "" if isinstance(alert, Rejected) else alert.alert_id
        case "event" | "meeting":
            event = EVENT.decode(raw)
            if isinstance(event, Rejected):
                return ""
            said = event.meeting_id if isinstance(event, MeetingSaid) else ""
            return event.event_id if kind == "event" else said
        case _:
            asked = ASKED.decode(raw)
            return "" if isinstance(asked, Rejected) else asked.asked_id
