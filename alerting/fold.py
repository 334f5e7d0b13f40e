"""The fold of one partition: its leads, the figures of all clients, and which lead's hour comes next. Pure.

`streams.pipeline` feeds it from Kafka, `leadpulse backtest` from a file, `leadpulse replay` from the store: the same
events give the same signals, alerts and scores.
"""

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias
from zlib import crc32

from msgspec.structs import replace

from alerting import hours, policy
from alerting.bell import LOOKED, NEVER, Moment
from processors import lead, score
from processors.context import NO_FLEET, Context, Desk, shared
from processors.days import DAY_MS, next_hour
from processors.rules import Rules
from processors.signals.combined_risk import RULE as COMBINED
from processors.signals.raising import Cleared, Fresh, Withdrawn
from processors.state import Became, LeadState
from schemas.alerts import Alert, Signal
from schemas.events import AlertAction, AlertsMuted, ClientOutcome, Event, Fleet, Tick
from schemas.minutes import PhraseQuestion
from schemas.scores import Score
from schemas.types import LeadId, Meta, Millis

Result: TypeAlias = Signal | Alert | Score | PhraseQuestion


WISHES = frozenset({AlertsMuted, ClientOutcome})
"""A person says whether he wants to be rung for the lead."""

LOOKED_BACK_MS = 7 * DAY_MS
"""After a longer stop the hours before it are passed over: the store makes up a week of ticks."""


class Partition:
    """`leads` are changed in place. `apply` takes every event but ticks, whose work comes lead by lead (`tick`).

    A lead has hours of its own: its evening, and what its alerts wait for. What an hour means is found before the
    lead's next event that was appended after it, or by the first tick after it, whichever comes first, and bears the
    hour's time: so it does not matter which tick brings it, nor when. `ticked`: the last tick that was folded.
    """

    def __init__(
        self,
        leads: dict[LeadId, LeadState],
        rules: Rules,
        fleet: Fleet = NO_FLEET,
        ticked: Millis = 0,
        curator: Desk = shared,
    ) -> None:
        self.leads = leads
        self.context = Context(rules, fleet, curator)
        self._due = {lead_id: self._first(lead_id, state, max(state.at, ticked)) for lead_id, state in leads.items()}
        self._queue = [(due, lead_id) for lead_id, due in self._due.items()]
        heapify(self._queue)

    def apply(self, event: Event, meta: Meta) -> Sequence[Result]:
        """What the event means. A lead that is not known yet begins with it."""
        if type(event) is Fleet:  # `isinstance` asks the metaclass of a struct: 80 ns for each that an event is not
            self.context = replace(self.context, fleet=event)
            return ()
        lead_id = event.lead_id
        state = self.leads.get(lead_id)
        if state is None:
            state = self.leads[lead_id] = LeadState()
            self._put_off(lead_id, self._evening(lead_id, meta.ts))
        elif meta.offset <= state.applied:
            return ()
        due, before = self._due[lead_id], state.became
        results = self._wake(lead_id, state, due, meta.ts)[0] if due <= meta.ts else []
        if findings := lead.step(state, event, meta, self.context):
            found = (*findings, *score.look(state, lead_id, meta.ts, self.context, findings))
            results += self._say(state, found, self._moment(lead_id, state, meta.ts, event.source))
        if wish := type(event) in WISHES:
            if _is_back(before, state.became):
                results += policy.close(state.alerts, meta.ts)
            # what was silent for a wish that is taken back rings now
            results += policy.expire(state.alerts, self._moment(lead_id, state, meta.ts))
        if results or wish:
            self._put_off(lead_id, self._first(lead_id, state, meta.ts))
        return results

    def tick(self, tick: Tick, meta: Meta) -> Iterator[tuple[LeadId, Sequence[Result], bool]]:
        """Leads whose hour has come: what it means, and whether the state changed. A caller may pause in between."""
        applied: list[tuple[Millis, LeadId]] = []
        while self._queue and self._queue[0][0] <= tick.ts:
            due, lead_id = heappop(self._queue)
            state = self.leads.get(lead_id)
            if state is None or due != self._due[lead_id]:
                continue
            if meta.offset <= state.applied:  # the tick comes again: the lead is further
                applied.append((due, lead_id))
                continue
            results, changed = self._wake(lead_id, state, due, tick.ts)
            if changed:
                state.applied = meta.offset  # two states of a lead with the same fence are the same state
            yield lead_id, results, changed
        for later in applied:
            heappush(self._queue, later)

    def _wake(self, lead_id: LeadId, state: LeadState, due: Millis, until: Millis) -> tuple[list[Result], bool]:
        """The lead's hours from `due` to `until`, each in turn: what they mean, and whether the state changed."""
        if due < until - LOOKED_BACK_MS:
            due = self._next(lead_id, state, until - LOOKED_BACK_MS)
        results: list[Result] = []
        pruned = False
        while due <= until:
            said = len(results)
            if due == self._evening(lead_id, due - 1):
                findings = lead.evening(state, due, self.context, lead_id)
                found = (*findings, *score.look(state, lead_id, due, self.context, findings))
                if found:
                    results += self._say(state, found, self._moment(lead_id, state, due, LOOKED))
                pruned |= lead.unburden(state, due)
            if state.alerts:
                results += policy.expire(state.alerts, self._moment(lead_id, state, due))
            if len(results) > said:
                state.at = max(state.at, due)
            due = self._next(lead_id, state, due)
        self._put_off(lead_id, due)
        return results, pruned or bool(results)

    def _first(self, lead_id: LeadId, state: LeadState, after: Millis) -> Millis:
        """The lead's next hour. What an alert has waited for already is due at once, and not again in the past: the
        evenings since then have been looked at."""
        return min(self._evening(lead_id, after), max(self._alarm(state), after + 1))

    def _next(self, lead_id: LeadId, state: LeadState, after: Millis) -> Millis:
        """The lead's first hour after `after`."""
        evening, alarm = self._evening(lead_id, after), self._alarm(state)
        return alarm if after < alarm < evening else evening

    def _alarm(self, state: LeadState) -> Millis:
        if not state.alerts:
            return NEVER
        return hours.due(state.alerts, self.context.rules.alerts, _muted_until(state))

    def _evening(self, lead_id: LeadId, after: Millis) -> Millis:
        """The lead's first evening after `after`. Leads are spread over some hours, so that no tick has them all."""
        alerts = self.context.rules.alerts
        return next_hour(after, alerts.evening_hour - crc32(lead_id.encode()) % alerts.evening_hours)

    def _put_off(self, lead_id: LeadId, due: Millis) -> None:
        if self._due.get(lead_id) != due:
            self._due[lead_id] = due
            heappush(self._queue, (due, lead_id))

    def _moment(self, lead_id: LeadId, state: LeadState, now: Millis, source: str = "") -> Moment:
        context = self.context
        desk = context.curator(lead_id)
        return Moment(now, context.rules.alerts, context.fleet, desk, _muted_until(state), source)

    def _say(self, state: LeadState, findings: Sequence[lead.Finding | Score], moment: Moment) -> list[Result]:
        """Signals and scores, and what becomes of the alerts. What tells of others goes first."""
        results: list[Result] = []
        for found in sorted(findings, key=_parts_last):
            match found:
                case Signal():
                    changed = policy.decide(state.alerts, found, moment)
                    results += (replace(found, alert_id=policy.living(state.alerts, found.rule)), *changed)
                case Fresh():
                    results += policy.refresh(state.alerts, found.signal)
                case Cleared():
                    results += policy.clear(state.alerts, found)
                case Withdrawn():
                    results += policy.withdraw(state.alerts, found, moment.now)
                case AlertAction():
                    results += policy.act(state.alerts, found)
                case Score() | PhraseQuestion():
                    results.append(found)
        return results


def _is_back(before: Became | None, now: Became | None) -> bool:
    return before is not None and before.outcome == "left" and now is not None and now.outcome == "returned"


def _muted_until(state: LeadState) -> Millis:
    return NEVER if state.left else state.muted_until


def _parts_last(found: lead.Finding | Score) -> bool:
    return not (isinstance(found, Signal | Cleared) and found.rule == COMBINED)
