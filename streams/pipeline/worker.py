"""Worker `pipeline`: `source.*` → normalize → `lead.events` → fold → `lead.state`, `lead.signals`, `lead.alerts`.

It touches Kafka only. `processors/` decides what a record means, `alerting/policy.py` what becomes of a signal.
"""

from functools import partial

import msgspec

from alerting import policy
from processors import lead
from processors.normalize import NORMALIZERS, Normalizer, Options
from processors.state import LeadState
from schemas.alerts import Alert, Signal
from schemas.codec import EVENT, MINUTES_REQUEST, Codec, Rejected
from schemas.errors import NotYet
from schemas.events import AlertAction, Event, Tick
from schemas.minutes import MeetingRequest
from schemas.sources import Unassigned
from schemas.topics import (
    BITRIX,
    IDENTITIES,
    LEAD_ALERTS,
    LEAD_EVENTS,
    LEAD_SIGNALS,
    LEAD_STATE,
    LEAD_UNASSIGNED,
    MINUTES_REQUESTS,
    TELEGRAM,
    TOPICS,
    WMS,
)
from schemas.types import Meta
from streams.engine import metrics
from streams.engine.ends import Ends
from streams.engine.kafka import Output, Reader
from streams.engine.parking import origin
from streams.engine.settle import Batch, Outcome
from streams.engine.state import LeadStates
from streams.engine.worker import Worker
from streams.pipeline.identities import KnownIdentities
from streams.pipeline.relink import Recheck, Relink, needed
from streams.settings import Settings

_UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)
_SIGNAL: Codec[Signal] = Codec(Signal)
_ALERT: Codec[Alert] = Codec(Alert)


HOOKS = (TELEGRAM, BITRIX, WMS)
"""Topics of what others send us by the gateway: a sender of too much that is bad is parked."""


def build(settings: Settings) -> Worker:
    """The pipeline worker."""
    worker = Worker("pipeline", settings, wait_empty=True)
    ends = Ends(settings.kafka)
    known = KnownIdentities(Reader(settings.kafka, IDENTITIES), ends)
    options = Options(
        staff=frozenset(map(str, settings.telegram.staff)),
        room_prefixes=settings.pipeline.room_prefixes,
        curator_chats=frozenset(map(str, {settings.telegram.curator_chat, *settings.telegram.curators.values()})),
    )
    for topic in TOPICS:
        if topic.name in NORMALIZERS:
            normalize = Normalize(NORMALIZERS[topic.name], known, options)
            worker.consume(topic, normalize, origin=origin if topic in HOOKS else None)
    states = LeadStates(Reader(settings.kafka, LEAD_STATE), ends)
    worker.consume(LEAD_EVENTS, Fold(states), discard=states.discard)
    worker.consume(IDENTITIES, Relink(Reader(settings.kafka, LEAD_UNASSIGNED), worker.outputs))
    worker.consume(LEAD_UNASSIGNED, Recheck(known))
    worker.background("identities", known.follow)
    worker.on_close(ends.stop)
    worker.needs["identities"] = known.loaded.is_set
    return worker


class Normalize:
    """Raw source records to lead events, or to `lead.unassigned` when nobody knows the client."""

    def __init__(self, normalize: Normalizer, known: KnownIdentities, options: Options) -> None:
        self._normalize, self._known, self._options = normalize, known, options

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        if not self._known.loaded.is_set():
            raise NotYet("identities are not loaded yet", retry_after=0.2)
        await self._known.reach(needed(batch.records))
        outcome = Outcome()
        for record in batch.records:
            found = self._normalize(batch.meta(record), record.value or b"", self._known.identities, self._options)
            if isinstance(found, Rejected):
                outcome.rejected.append((record, found))
                continue
            outcome.outputs += [_output(meaning, record.key) for meaning in found]
        return outcome


class Fold:
    """Lead events into states, signals and alerts."""

    def __init__(self, states: LeadStates) -> None:
        self._states = states

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`. When a record breaks the fold, the partition is read again before the next attempt."""
        states = await self._states.open(batch.partition, batch.generation)
        try:
            return self._fold(batch, states)
        except Exception:
            self._states.discard(batch.partition)
            raise

    def _fold(self, batch: Batch, states: dict[str, LeadState]) -> Outcome:
        outcome = Outcome(placed=partial(self._states.placed, batch.partition))
        touched: dict[str, None] = {}
        decode = EVENT.decode
        for record in batch.records:
            event = decode(record.value)
            if isinstance(event, Rejected):
                outcome.rejected.append((record, event))
                continue
            if isinstance(event, Tick):
                self._tick(event, batch.meta(record), states, touched, outcome)
                continue
            state = states.get(event.lead_id)
            if state is None:
                state = states[event.lead_id] = LeadState()
            if record.offset > state.applied:
                touched[event.lead_id] = None
            for finding in lead.step(state, event, batch.meta(record)):
                self._finding(finding, state, batch.partition, outcome)
        outcome.state += self._states.records(batch.partition, touched)
        return outcome

    def _tick(
        self, tick: Tick, meta: Meta, states: dict[str, LeadState], touched: dict[str, None], outcome: Outcome
    ) -> None:
        for lead_id, state in states.items():
            if meta.offset <= state.applied:
                continue
            expired = list(policy.expire(state.alerts, tick.ts))
            for alert in expired:
                self._alert(alert, meta.partition, outcome)
            if lead.prune(state, tick.ts) or expired:
                state.applied = meta.offset  # two states of a lead with the same fence are the same state
                touched[lead_id] = None
        metrics.LEADS.labels(meta.partition).set(len(states))

    def _finding(self, finding: lead.Finding, state: LeadState, partition: int, outcome: Outcome) -> None:
        if isinstance(finding, AlertAction):
            self._alert(policy.act(state.alerts, finding), partition, outcome)
            return
        metrics.SIGNALS.labels(finding.rule, finding.severity).inc()
        outcome.outputs.append(Output(LEAD_SIGNALS.name, finding.lead_id.encode(), _SIGNAL.encode(finding), partition))
        self._alert(policy.decide(state.alerts, finding), partition, outcome)

    def _alert(self, alert: Alert | None, partition: int, outcome: Outcome) -> None:
        if alert is not None:
            metrics.ALERTS.labels(alert.rule, alert.status).inc()
            outcome.outputs.append(Output(LEAD_ALERTS.name, alert.lead_id.encode(), _ALERT.encode(alert), partition))


def _output(found: Event | Unassigned | MeetingRequest, key: bytes | None) -> Output:
    match found:
        case Unassigned():
            client = f"{found.client.kind}:{found.client.value}"
            kept = msgspec.structs.replace(found, key=(key or b"").decode(errors="replace"))
            return Output(LEAD_UNASSIGNED.name, client.encode(), _UNASSIGNED.encode(kept))
        case MeetingRequest():
            return Output(MINUTES_REQUESTS.name, found.lead_id.encode(), MINUTES_REQUEST.encode(found))
        case _:
            return Output(LEAD_EVENTS.name, found.lead_id.encode(), EVENT.encode(found))
