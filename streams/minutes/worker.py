"""Worker `minutes`: `minutes.requests` → minutes → `lead.events`, and copies for the outlets (`out.*`).

One request in work per partition. A request is acked when the broker has all that came of it; a killed or moved one is
done again by the next owner, and gives an event with the same id.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from alerting.webhooks import webhook_of_minutes
from processors.minutes import extract
from processors.utterances import shares
from schemas.codec import EVENT, MINUTES_REQUEST, Codec, event_id
from schemas.errors import ConfigError, RecordFault, Refused, Transient
from schemas.minutes import (
    ChatDay,
    ChatSummary,
    MeetingMinutes,
    MeetingRequest,
    Minutes,
    MinutesRequest,
    PhraseQuestion,
    PhraseVerdict,
)
from schemas.outlets import MinutesCopy
from schemas.topics import (
    CONSENTS,
    LEAD_EVENTS,
    MINUTES_REQUESTS,
    OUT_BITRIX,
    OUT_FILES,
    OUT_NOTEBOOK,
    OUT_WEBHOOKS,
)
from streams.clients.store import call
from streams.clients.webhooks import hook_output
from streams.engine.consents import KnownConsents
from streams.engine.kafka import Output
from streams.engine.reader import Reader
from streams.engine.settle import Batch, Outcome
from streams.engine.worker import Worker
from streams.llm.calls import models_of
from streams.llm.faults import LlmError, LlmFault
from streams.llm.gateway import ModelGateway
from streams.minutes.llm.verdicts import judged
from streams.minutes.llm.writer import Writer
from streams.settings import Settings

log = logging.getLogger(__name__)

_COPY: Codec[MinutesCopy] = Codec(MinutesCopy)

SOURCE = "minutes"

People = Callable[[MinutesRequest], Any]
"""Who is known of a lead, and who was in a meeting: the answer of the store's `/api/leads/{id}/people`."""


def build(settings: Settings) -> Worker:
    """The minutes worker."""
    worker = Worker("minutes", settings, jobs=True)
    consents = KnownConsents(Reader(settings.kafka, CONSENTS))
    scribe = Scribe(models_of(worker, settings, consents.closes_models), settings.llm.patience_seconds)
    minutes = MinutesOf(scribe, lambda asked: ask_people(settings, asked), targets(settings))
    worker.consume(MINUTES_REQUESTS, consents.before(minutes))
    worker.background("consents", consents.follow)
    return worker


def targets(settings: Settings) -> list[str]:
    """Topics of the outlets that are set up. Files always are."""
    found = [OUT_FILES.name]
    if settings.bitrix.enabled:
        found.append(OUT_BITRIX.name)
    if settings.notebook.enabled:
        found.append(OUT_NOTEBOOK.name)
    if settings.webhooks.enabled:
        found.append(OUT_WEBHOOKS.name)
    return found


def ask_people(settings: Settings, asked: MinutesRequest) -> Any:
    """Blocking. Raises `Transient` where the store is away or our token is wrong, `RecordFault` where it does not take
    this very question."""
    query: dict[str, object] = {}
    if isinstance(asked, MeetingRequest):
        until = asked.ts + asked.conversation.duration_ms
        query = {"room": asked.room, "since": asked.ts, "until": until, "recording": asked.recording_id}
    try:
        return call(settings.store, f"/api/leads/{asked.lead_id}/people?{urlencode(query)}")
    except ConfigError as error:
        raise Transient(str(error), retry_after=5.0) from error
    except Refused as error:
        raise RecordFault(str(error), retry_after=5.0) from error


class Scribe:
    """Minutes by a model where one is configured and allowed, else by rules. `clock` in seconds UTC, as `arrived`."""

    def __init__(self, gateway: ModelGateway, patience_s: float, clock: Callable[[], float] = time.time) -> None:
        self._gateway, self._patience_s, self._clock = gateway, patience_s, clock
        self._writer = Writer(gateway)

    async def write(self, asked: MeetingRequest | ChatDay, names: Iterable[str], arrived: float) -> Minutes:
        """Raises `Transient` while models that are away or out of limits are waited for."""
        if self._gateway.usable(asked.lead_id, "minutes"):
            try:
                if isinstance(asked, ChatDay):
                    return await self._writer.chat(asked, names=tuple(names))
                return await self._writer.minutes(asked.conversation, asked.lead_id, names=tuple(names))
            except LlmError as error:
                left = arrived + self._patience_s - self._clock()
                if isinstance(error, LlmFault) and left > 0:
                    raise
                log.warning("minutes without a model", extra={"lead": asked.lead_id, "error": str(error)})
        minutes = await asyncio.to_thread(extract, asked.conversation)
        return replace(minutes, barred=self._gateway.barred(asked.lead_id, "minutes"))

    async def judge(self, asked: PhraseQuestion, names: Iterable[str], arrived: float) -> PhraseVerdict | None:
        """A model's verdict; None without a model or where nothing it said holds. Raises `Transient` as `write`."""
        if not self._gateway.usable(asked.lead_id, "tags"):
            return None
        try:
            return await judged(self._gateway, asked, names)
        except LlmError as error:
            if isinstance(error, LlmFault) and arrived + self._patience_s > self._clock():
                raise
            log.warning("phrase without a verdict", extra={"lead": asked.lead_id, "error": str(error)})
            return None


class MinutesOf:
    """Settle's `Process`; a batch is one request."""

    def __init__(self, scribe: Scribe, people: People, outlets: list[str]) -> None:
        self._scribe, self._people, self._outlets = scribe, people, outlets

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient`."""
        outcome = Outcome()
        for record, asked in outcome.readable(batch, MINUTES_REQUEST):
            outcome.outputs += await self._settle(asked, record.timestamp / 1000)
        return outcome

    async def _settle(self, asked: MinutesRequest, arrived: float) -> list[Output]:
        known = await asyncio.to_thread(self._people, asked)
        if isinstance(asked, PhraseQuestion):
            verdict = await self._scribe.judge(asked, known["names"], arrived)
            return [_event(replace(verdict, origin=asked.origin))] if verdict is not None else []
        conversation = asked.conversation
        if isinstance(asked, MeetingRequest) and known.get("newest", 0) > conversation.version:
            log.info("minutes passed over: the meeting has a better text")  # not its id: that is a sender's word
            return []
        people = list(dict.fromkeys([*conversation.people, *known["present"]]))
        client = [name for name in dict.fromkeys([*conversation.client, *known["client"]]) if name in people]
        asked = replace(asked, conversation=replace(conversation, people=people, client=client))
        began = time.monotonic()
        minutes = await self._scribe.write(asked, [*known["names"], *people], arrived)
        seconds = round(time.monotonic() - began, 2)
        log.info("minutes made", extra={"lead": asked.lead_id, "engine": minutes.engine, "seconds": seconds})
        if isinstance(asked, ChatDay):
            return [_event(chat_summary(asked, minutes))]
        return self._of_meeting(meeting_minutes(asked, minutes), asked)

    def _of_meeting(self, event: MeetingMinutes, asked: MeetingRequest) -> list[Output]:
        copy = _COPY.encode(MinutesCopy(event, asked.conversation.utterances))
        outputs = [_event(event)]
        for topic in self._outlets:
            if topic == OUT_WEBHOOKS.name:
                outputs.append(hook_output(webhook_of_minutes(event)))
            else:
                outputs.append(Output(topic, event.lead_id.encode(), copy))
        return outputs


def meeting_minutes(asked: MeetingRequest, minutes: Minutes) -> MeetingMinutes:
    """The event of a meeting's minutes."""
    return MeetingMinutes(
        event_id=event_id(SOURCE, asked.recording_id, minutes.version),
        lead_id=asked.lead_id,
        ts=asked.ts,
        source=SOURCE,
        client=asked.client,
        origin=asked.origin,
        recording_id=asked.recording_id,
        room=asked.room,
        duration_ms=asked.conversation.duration_ms,
        people=asked.conversation.people,
        minutes=minutes,
        shares=shares(asked.conversation.utterances),
        heard_in=asked.heard_in,
        flaw=asked.conversation.flaw if asked.conversation.utterances else "",  # else the summary says it
    )


def chat_summary(asked: ChatDay, minutes: Minutes) -> ChatSummary:
    """The event of a chat day's summary."""
    return ChatSummary(
        event_id=event_id("chat", asked.lead_id, asked.until),
        lead_id=asked.lead_id,
        ts=asked.until,
        source=SOURCE,
        day=asked.day,
        messages=len(asked.conversation.utterances),
        minutes=minutes,
    )


def _event(event: MeetingMinutes | ChatSummary | PhraseVerdict) -> Output:
    return Output(LEAD_EVENTS.name, event.lead_id.encode(), EVENT.encode(event))
