"""A made-up day of some clients, as it comes in through the entrances, and the oracle that says what must come out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from aiokafka import ConsumerRecord

from alerting import policy
from processors import lead
from processors.days import local_day
from processors.state import LeadState, decode_state
from schemas import codec
from schemas.alerts import Alert
from schemas.events import AlertAction, Baseline, DayFigures, Event, Tick
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta
from streams.engine.clock import wall_clock
from streams.engine.kafka import partition_of

HISTORY_DAYS = 40


def history(leads: Iterable[str]) -> list[tuple[str, bytes]]:
    """A baseline per lead: two reservations of ten pieces a day."""
    today = local_day(wall_clock())
    records = []
    for lead_id in leads:
        event = Baseline(
            event_id=codec.event_id("test", "baseline", lead_id),
            lead_id=lead_id,
            ts=wall_clock(),
            source="store",
            first_day=today - HISTORY_DAYS - 1,
            last_day=today - 2,
            days=[DayFigures(day, 2, 10) for day in range(today - HISTORY_DAYS - 1, today - 1)],
        )
        records.append((lead_id, codec.encode(event)))
    return records


def reservation(lead_id: str, number: int, qty: int = 5) -> bytes:
    """A record of `source.wms`."""
    payload = {
        "id": f"{lead_id}-{number}",
        "type": "reservation_created",
        "ts": wall_clock(),
        "client": {"kind": "lead", "value": lead_id},
        "doc": {"id": f"R-{lead_id}-{number}"},
        "qty": qty,
    }
    return msgspec.json.encode({"source": "wms1", "payload": payload})


@dataclass
class Oracle:
    """The fold over the log of `lead.events`, in one process, without any fault."""

    states: dict[str, LeadState] = field(default_factory=dict)
    alerts: dict[tuple[str, int], Alert] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    def fold(self, records: Iterable[ConsumerRecord]) -> "Oracle":
        """Fold records, partition by partition in the order of offsets."""
        for record in sorted(records, key=lambda r: (r.partition, r.offset)):
            event = codec.decode(record.value)
            if not isinstance(event, codec.Rejected):
                self._step(event, Meta(LEAD_EVENTS.name, record.partition, record.offset, record.timestamp))
        return self

    def _step(self, event: Event, meta: Meta) -> None:
        self.ids.add(event.event_id)
        if isinstance(event, Tick):
            self._tick(event, meta.partition)
            return
        state = self.states.setdefault(event.lead_id, LeadState())
        for finding in lead.step(state, event, meta):
            changed = (
                policy.act(state.alerts, finding)
                if isinstance(finding, AlertAction)
                else policy.decide(state.alerts, finding)
            )
            if changed is not None:
                self.alerts[changed.alert_id, changed.version] = changed

    def _tick(self, tick: Tick, partition: int) -> None:
        for lead_id, state in self.states.items():
            if partition_of(LEAD_EVENTS.name, lead_id.encode()) != partition:
                continue
            for expired in policy.expire(state.alerts, tick.ts):
                self.alerts[expired.alert_id, expired.version] = expired
            lead.prune(state, tick.ts)


def last_states(records: Iterable[ConsumerRecord]) -> dict[str, LeadState]:
    """The newest state record of each lead, by its fence."""
    states: dict[str, LeadState] = {}
    for record in records:
        lead_id = record.key.decode()
        if "#" in lead_id:  # a chunk of event ids
            continue
        state = decode_state(record.value)
        if lead_id not in states or states[lead_id].applied <= state.applied:
            states[lead_id] = state
    return states
