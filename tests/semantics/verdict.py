"""What must have come of a chaos: everything once, against an oracle that folded the same log without any fault."""

import asyncio
import time
from collections import Counter

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from processors.days import local_day
from processors.identity import Identities
from processors.normalize import NORMALIZERS, Options
from schemas import topics
from schemas.alerts import Alert
from schemas.codec import EVENT, Rejected
from schemas.events import Event, MeetingMinutes, MeetingTranscribed
from schemas.sources import Identity, Unassigned
from schemas.types import Meta
from streams.engine.clock import wall_clock
from tests.installation import BUSY, Installation
from tests.semantics.chaos_load import CHATS, QTY, Plan, Sender
from tests.semantics.load import Oracle, last_states
from tests.semantics.store_load import ask
from tests.semantics.test_kill_transcribe import recording

CONSUMED = {
    "pipeline": (
        topics.WMS,
        topics.TELEGRAM,
        topics.RECORDINGS,
        topics.TRANSCRIPTS,
        topics.IDENTITIES,
        topics.LEAD_UNASSIGNED,
        topics.LEAD_EVENTS,
    ),
    "transcribe": (topics.RECORDINGS,),
    "minutes": (topics.MINUTES_REQUESTS,),
    "store": (
        topics.LEAD_EVENTS,
        topics.LEAD_SIGNALS,
        topics.LEAD_ALERTS,
        topics.LEAD_SCORES,
        topics.LEAD_UNASSIGNED,
        topics.TRANSCRIPTS,
    ),
    "notify": (topics.LEAD_ALERTS, topics.RECORDINGS, topics.OUT_FILES),
}
"""What has to be worked off at the end."""


async def lag(here: Installation) -> Counter[str]:
    """Records that a worker has not committed, by `worker:topic`."""
    bootstrap = here.settings.kafka.bootstrap
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await consumer.start()
    await admin.start()
    found: Counter[str] = Counter()
    try:
        for worker, consumed in CONSUMED.items():
            offsets = await admin.list_consumer_group_offsets(f"{here.prefix}leadpulse-{worker}")
            for topic in consumed:
                tps = [TopicPartition(here.prefix + topic.name, p) for p in range(topic.partitions)]
                ends = await consumer.end_offsets(tps)
                behind = sum(end - (offsets[tp].offset if tp in offsets else 0) for tp, end in ends.items())
                found[f"{worker}:{topic.name}"] = behind
    finally:
        await consumer.stop()
        await admin.close()
    return +found


async def seconds_to_no_lag(here: Installation, most: float) -> float:
    """Wait until nothing is owed, in two looks one after the other. Raises AssertionError with what still is after
    `most` seconds of a quiet machine."""
    began, looks = time.monotonic(), 0
    owed: Counter[str] = Counter()
    while looks < 2:
        try:
            owed = await lag(here)
            looks = looks + 1 if not owed else 0
        except KafkaError:
            looks = 0
        took = time.monotonic() - began
        assert took < most * BUSY, f"after {took:.0f} s still owed: {dict(owed)}"
        await asyncio.sleep(0.5)
    return round(took, 1)


async def judge(here: Installation, sender: Sender, plan: Plan) -> dict[str, int]:
    """Compare the log, the states, the alerts and the store with the oracle. Returns the counts."""
    log = await here.read(topics.LEAD_EVENTS)
    events = [event for record in log if not isinstance(event := EVENT.decode(record.value), Rejected)]
    by_id = {event.event_id: event for event in events}
    said = expected_messages(sender)
    made = {id_ for id_, event in by_id.items() if event.source.startswith(("wms", "telegram"))}
    wanted = said | set(sender.reservations)
    assert made == wanted, f"lost {len(wanted - made)}, made up {len(made - wanted)}"
    for kind in (MeetingTranscribed, MeetingMinutes):
        heard = Counter(event.recording_id for event in by_id.values() if isinstance(event, kind))
        assert heard == Counter(recording(name).recording_id for name in plan.recordings), kind.__name__

    oracle = Oracle().fold(log)
    assert oracle.alerts, "the load must raise alerts, or this proves nothing"
    sent = [msgspec.json.decode(record.value, type=Alert) for record in await here.read(topics.LEAD_ALERTS)]
    assert {(alert.alert_id, alert.version): alert for alert in sent} == oracle.alerts
    states = last_states(await here.read(topics.LEAD_STATE))
    differ = {lead: (states.get(lead), state) for lead, state in oracle.states.items() if states.get(lead) != state}
    assert not differ, f"states differ from the oracle's: {differ}"
    assert states.keys() == oracle.states.keys()
    pieces = Counter({lead: QTY * n for lead, n in Counter(sender.reservations.values()).items()})
    since = local_day(wall_clock()) - 1
    in_state = {lead: state.days.since(state.days.reserved_qty, since) for lead, state in states.items()}
    assert {lead: qty for lead, qty in in_state.items() if qty} == dict(pieces)
    assert await here.count(topics.DEAD_LETTERS) == 0
    await _store(here, events, pieces, oracle)
    return {
        "requests": sender.requests,
        "events": len(by_id),
        "alerts": len({alert.alert_id for alert in oracle.alerts.values() if alert.rings}),
        "versions of alerts": len(oracle.alerts),
        "repeats on the log": len(events) - len(by_id),
    }


async def _store(here: Installation, events: list[Event], pieces: Counter[str], oracle: Oracle) -> None:
    ids = {event.event_id for event in events}
    assert await ask(here, "SELECT count(), uniqExact(event_id) FROM events FINAL") == [[len(ids), len(ids)]]
    rows = await ask(here, "SELECT toString(lead_id), sum(qty) FROM events FINAL WHERE kind = 'reservation' GROUP BY 1")
    assert {str(lead): qty for lead, qty in rows} == dict(pieces)
    stored = await ask(here, "SELECT leftPad(lower(hex(alert_id)), 16, '0'), version FROM alerts FINAL")
    assert {(str(alert), version) for alert, version in stored} == set(oracle.alerts)


def expected_messages(sender: Sender) -> set[str]:
    """Event ids of what was said, by the normaliser itself, with everybody known."""
    known = Identities()
    for chat, lead in CHATS.items():
        known.apply(f"tg_chat:{chat}", Identity("tg_chat", str(chat), lead, "test"))
    ids: set[str] = set()
    for number, update in enumerate(sender.updates):
        record = msgspec.json.encode({"source": "bot", "payload": update})
        meta = Meta(topics.TELEGRAM.name, 0, number, wall_clock())
        found = NORMALIZERS[topics.TELEGRAM.name](meta, record, known, Options())
        assert not isinstance(found, Rejected)
        ids |= {event.event_id for event in found if not isinstance(event, Unassigned) and hasattr(event, "event_id")}
    return ids
