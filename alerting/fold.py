"""The fold of one partition: its leads, the figures of all clients, and which lead's hour comes next. Pure.

`streams.pipeline` feeds it from Kafka, `leadpulse backtest` from a file, `leadpulse replay` from the store: the same
events give the same signals, alerts and scores.
"""

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import TypeAlias

from alerting import policy
from processors import lead, score
from processors.context import NO_FLEET, Context
from processors.days import next_hour
from processors.rules import Rules
from processors.signals.raising import Cleared
from processors.state import LeadState
from schemas.alerts import Alert, Signal
from schemas.events import AlertAction, Event, Fleet, Tick
from schemas.minutes import PhraseQuestion
from schemas.scores import Score
from schemas.types import LeadId, Meta, Millis

Result: TypeAlias = Signal | Alert | Score | PhraseQuestion


class Partition:
    """`leads` are changed in place. `apply` takes every event but ticks, whose work comes lead by lead (`tick`)."""

    def __init__(self, leads: dict[LeadId, LeadState], rules: Rules, fleet: Fleet = NO_FLEET) -> None:
        self.leads = leads
        self.context = Context(rules, fleet)
        self._due: dict[LeadId, Millis] = dict.fromkeys(leads, 0)  # a lead is looked at soon after a start
        self._queue = [(0, lead_id) for lead_id in leads]

    def apply(self, event: Event, meta: Meta) -> Sequence[Result]:
        """What the event means. A lead that is not known yet begins with it."""
        if isinstance(event, Fleet):
            self.context = self.context._replace(fleet=event)
            return ()
        state = self.leads.get(event.lead_id)
        if state is None:
            state = self.leads[event.lead_id] = LeadState()
            self._put_off(event.lead_id, 0)
        findings = lead.step(state, event, meta, self.context)
        if not findings:
            return ()
        results = self._say(state, (*findings, *score.look(state, event.lead_id, meta.ts, self.context, findings)))
        if results:
            self._put_off(event.lead_id, min(self._due[event.lead_id], policy.due(state.alerts)))
        return results

    def tick(self, tick: Tick, meta: Meta) -> Iterator[tuple[LeadId, Sequence[Result], bool]]:
        """Leads whose hour has come: what it means, and whether the state changed. A caller may pause in between."""
        while self._queue and self._queue[0][0] <= tick.ts:
            due, lead_id = heappop(self._queue)
            state = self.leads.get(lead_id)
            if state is None or due != self._due[lead_id]:
                continue
            if meta.offset > state.applied:
                findings = lead.evening(state, tick.ts, self.context)
                said = score.look(state, lead_id, tick.ts, self.context, findings)
                results = self._say(state, (*findings, *said))
                results += policy.expire(state.alerts, tick.ts)
                changed = lead.prune(state, tick.ts) or bool(results)
                if changed:
                    state.applied = meta.offset  # two states of a lead with the same fence are the same state
                yield lead_id, results, changed
            evening = next_hour(tick.ts, self.context.rules.alerts.evening_hour)
            self._put_off(lead_id, min(evening, policy.due(state.alerts)))

    def _put_off(self, lead_id: LeadId, due: Millis) -> None:
        if self._due.get(lead_id) != due:
            self._due[lead_id] = due
            heappush(self._queue, (due, lead_id))

    def _say(self, state: LeadState, findings: Sequence[lead.Finding | Score]) -> list[Result]:
        """Signals and scores, and what becomes of the alerts."""
        results: list[Result] = []
        for found in findings:
            alert = None
            match found:
                case Signal():
                    results.append(found)
                    alert = policy.decide(state.alerts, found)
                case Cleared():
                    alert = policy.clear(state.alerts, found)
                case AlertAction():
                    alert = policy.act(state.alerts, found)
                case Score() | PhraseQuestion():
                    results.append(found)
            if alert is not None:
                results.append(alert)
        return results
