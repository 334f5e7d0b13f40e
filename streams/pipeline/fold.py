"""Lead events into states, signals, alerts and scores: `alerting.fold` between `lead.events` and its outputs."""

import asyncio
import time
from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace

from alerting.common import common_alerts
from alerting.fold import Partition, Result
from processors.context import Desk, shared
from processors.rules import Rules
from schemas.alerts import Alert, CommonAlert, Signal
from schemas.base import LeadEvent
from schemas.codec import EVENT, MINUTES_REQUEST, Codec, Rejected
from schemas.events import Fleet, Tick
from schemas.minutes import PhraseQuestion
from schemas.scores import Score
from schemas.topics import FLEET_ALERTS, LEAD_ALERTS, LEAD_SCORES, LEAD_SIGNALS, MINUTES_REQUESTS
from schemas.types import LeadId
from streams.engine import metrics, trace
from streams.engine.kafka import Output
from streams.engine.settle import Batch, Outcome
from streams.engine.state import LeadStates

SLICE_SECONDS = 0.04
"""After so much of a tick's work the events of other partitions have their turn: 50 ms with the lead that is looked at
just then, and with what else the loop does (`bench.ticks`)."""

AT_ONCE = 250
"""States that are written down in one go: some milliseconds."""

_SIGNAL: Codec[Signal] = Codec(Signal)
_ALERT: Codec[Alert] = Codec(Alert)
_COMMON: Codec[CommonAlert] = Codec(CommonAlert)
_SCORE: Codec[Score] = Codec(Score)


class Fold:
    """Settle's `Process` for `lead.events`."""

    def __init__(
        self, states: LeadStates, rules: Rules, curator: Desk = shared, slice_seconds: float = SLICE_SECONDS
    ) -> None:
        self._states, self._rules, self._curator, self._slice = states, rules, curator, slice_seconds
        self._partitions: dict[int, Partition] = {}

    async def __call__(self, batch: Batch) -> Outcome:
        """When a record breaks the fold, the partition is read again before the next attempt."""
        states = await self._states.open(batch.partition, batch.generation)
        fold = self._partitions.get(batch.partition)
        if fold is None or fold.leads is not states:
            self._partitions = {mine: kept for mine, kept in self._partitions.items() if mine in self._states}
            beside = self._states.beside(batch.partition)
            fold = Partition(states, self._rules, beside.fleet, beside.ticked, self._curator)
            self._partitions[batch.partition] = fold
        try:
            return await self._fold(batch, fold)
        except BaseException:  # cut off in the middle too: what is half changed must not be gone on from
            self.discard(batch.partition)
            raise

    def discard(self, partition: int) -> None:
        """Forget a partition whose states may be half changed."""
        self._states.discard(partition)
        self._partitions.pop(partition, None)

    async def _fold(self, batch: Batch, fold: Partition) -> Outcome:
        outcome = Outcome(placed=partial(self._states.placed, batch.partition))
        touched: dict[LeadId, None] = {}
        beside, news = self._states.beside(batch.partition), False
        for record in batch.records:
            event = EVENT.decode(record.value)
            if isinstance(event, Rejected):
                outcome.rejected.append((record, event))
                continue
            if isinstance(event, Tick):
                began, meta = time.monotonic(), batch.meta(record)
                place = meta.place
                for lead_id, results, changed in fold.tick(event, meta):
                    if changed:
                        touched[lead_id] = None
                    outcome.outputs += _outputs(results, batch.partition, place)
                    if time.monotonic() - began > self._slice:
                        await asyncio.sleep(0)
                        began = time.monotonic()
                await asyncio.sleep(0)  # what it changed is still to be written down
                metrics.LEADS.labels(batch.partition).set(len(fold.leads))
                news |= beside.take(event, record.offset)
                continue
            if isinstance(event, Fleet) and batch.partition == 0:  # it comes to every partition
                outcome.outputs += map(_common, common_alerts(event, self._rules.alerts))
            meta = batch.meta(record)
            origin = (event.origin if isinstance(event, LeadEvent) else "") or meta.place
            trace.enter(origin)
            outcome.outputs += _outputs(fold.apply(event, meta), batch.partition, origin)
            state = fold.leads.get(event.lead_id)
            if state is None:  # of no lead
                news |= beside.take(event, record.offset)
            elif state.applied == record.offset:
                touched[event.lead_id] = None
        leads = list(touched)
        while len(leads) > AT_ONCE:
            outcome.state += self._states.records(batch.partition, leads[:AT_ONCE])
            del leads[:AT_ONCE]
            await asyncio.sleep(0)
        outcome.state += self._states.records(batch.partition, leads, beside=news)
        return outcome


def _common(alert: CommonAlert) -> Output:
    return Output(FLEET_ALERTS.name, alert.common_id.encode(), _COMMON.encode(alert))


def _outputs(results: Iterable[Result], partition: int, origin: str) -> Iterable[Output]:
    for result in results:
        key = result.lead_id.encode()
        match result:
            case Signal():
                metrics.SIGNALS.labels(result.rule, result.severity).inc()
                yield Output(LEAD_SIGNALS.name, key, _SIGNAL.encode(replace(result, origin=origin)), partition)
            case Alert():
                metrics.ALERTS.labels(result.rule, result.status).inc()
                yield Output(LEAD_ALERTS.name, key, _ALERT.encode(replace(result, origin=origin)), partition)
            case Score():
                yield Output(LEAD_SCORES.name, key, _SCORE.encode(result), partition)
            case PhraseQuestion():
                yield Output(MINUTES_REQUESTS.name, key, MINUTES_REQUEST.encode(replace(result, origin=origin)))
