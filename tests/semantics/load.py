"""A made-up day of some clients, as it comes in through the entrances, and the oracle that says what must come out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from aiokafka import ConsumerRecord
from msgspec.structs import replace

from alerting.fold import Partition
from processors.days import local_day
from processors.rules import load
from processors.state import LeadState, decode_state
from schemas import codec
from schemas.alerts import Alert
from schemas.base import LeadEvent
from schemas.events import Baseline, DayFigures, Event, Tick
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta
from streams.engine.clock import wall_clock
from tests.installation import AT_ANY_HOUR

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

    partitions: dict[int, Partition] = field(default_factory=dict)
    alerts: dict[tuple[str, int], Alert] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)

    @property
    def states(self) -> dict[str, LeadState]:
        """Of all leads."""
        return {lead_id: state for partition in self.partitions.values() for lead_id, state in partition.leads.items()}

    def fold(self, records: Iterable[ConsumerRecord]) -> "Oracle":
        """Fold records, partition by partition in the order of offsets."""
        for record in sorted(records, key=lambda r: (r.partition, r.offset)):
            event = codec.decode(record.value)
            if not isinstance(event, codec.Rejected):
                self._step(event, Meta(LEAD_EVENTS.name, record.partition, record.offset, record.timestamp))
        return self

    def _step(self, event: Event, meta: Meta) -> None:
        self.ids.add(event.event_id)
        partition = self.partitions.get(meta.partition)
        if partition is None:
            partition = self.partitions[meta.partition] = Partition({}, load(AT_ANY_HOUR))
        if isinstance(event, Tick):
            results = [result for _, found, _ in partition.tick(event, meta) for result in found]
        else:
            results = list(partition.apply(event, meta))
        origin = (event.origin if isinstance(event, LeadEvent) else "") or meta.place
        alerts = [replace(result, origin=origin) for result in results if isinstance(result, Alert)]
        self.alerts |= {(alert.alert_id, alert.version): alert for alert in alerts}


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
