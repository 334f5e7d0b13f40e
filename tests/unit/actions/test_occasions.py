"""Whether what a proposal names as its occasion has been: what stands on Kafka is found, what does not is refused."""

from collections.abc import AsyncGenerator, Iterable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.commands import signing, words
from schemas.assistant import AssistantAsked
from schemas.command_codecs import LOG
from schemas.command_defs import SigningKey
from schemas.commands import Command, Proposal, Trigger
from schemas.events import Author, MeetingSaid, Note
from schemas.topics import ASSISTANT_ASKED, LEAD_ALERTS, LEAD_EVENTS, LEAD_UNASSIGNED, TopicSpec
from streams.actions import occasions
from streams.actions.occasions import BACK_MS, Occasions
from streams.engine.kafka import partition_of
from tests.unit.actions.house import House
from tests.unit.processors.assistant.commands import alert
from tests.unit.processors.commands.office import NOON, NOTE, PRIVATE, command

LEAD = "1003"
ALERT = alert("combined_risk", alert_id="00000000000000a7")
SAID = MeetingSaid(
    event_id="00000000000000b1",
    lead_id=LEAD,
    ts=NOON,
    source="jitsi",
    meeting_id="m/1",
    room="lead-1003",
    participant="p",
    start_ms=NOON,
    end_ms=NOON + 1,
    text="пришлём акт",
    name="Анна",
)
WRITTEN = Note(
    event_id="00000000000000b2",
    lead_id=LEAD,
    ts=NOON,
    source="web",
    note_id="n",
    author=Author("olga", "Ольга"),
    text="заметка",
)
ASKED = AssistantAsked(asked_id="q1", who="web/olga", name="Ольга", text="заметка", via="page", at=NOON)
THERE: list[tuple[Trigger, TopicSpec, str, Any]] = [
    (Trigger(kind="alert", id="00000000000000a7"), LEAD_ALERTS, LEAD, ALERT),
    (Trigger(kind="silence", id="00000000000000a7"), LEAD_ALERTS, LEAD, ALERT),
    (Trigger(kind="event", id="00000000000000b2"), LEAD_EVENTS, LEAD, WRITTEN),
    (Trigger(kind="meeting", id="m/1/29933820"), LEAD_EVENTS, LEAD, SAID),
    (Trigger(kind="asked", id="q1"), ASSISTANT_ASKED, "web/olga", ASKED),
    (Trigger(kind="unassigned", id="tg_chat:5"), LEAD_UNASSIGNED, "tg_chat:5", {"any": "thing"}),
]
NAMES = [trigger.kind for trigger, *_ in THERE]


class Kafka:
    """Topics as lists. What is `late` is written while somebody waits for it."""

    def __init__(self) -> None:
        self.records: list[tuple[str, int, Any]] = []
        self.late: list[tuple[TopicSpec, str, Any]] = []
        self.looks: list[tuple[str, tuple[int, ...]]] = []
        self.paused = 0.0

    def put(self, topic: TopicSpec, key: str, value: Any, at: int = NOON) -> None:
        """One record, as the topic has it."""
        place = partition_of(topic.name, key.encode())
        record = SimpleNamespace(key=key.encode(), value=msgspec.json.encode(value), timestamp=at)
        self.records.append((topic.name, place, record))

    async def look(self, topic: TopicSpec, partitions: Iterable[int], at: int) -> AsyncGenerator[Any, None]:
        """As `Reader.read`."""
        places = tuple(partitions)
        self.looks.append((topic.name, places))
        for name, place, record in list(self.records):
            if name == topic.name and place in places and record.timestamp >= at:
                yield record

    async def pause(self, seconds: float) -> None:
        """Time passes."""
        self.paused += seconds
        for one in self.late:
            self.put(*one)
        self.late.clear()


async def exists(kafka: Kafka, *commands: Command) -> list[bool]:
    """Of each, after a look for all."""
    looked = Occasions(kafka.look, kafka.pause)
    await looked.look(commands)
    return [looked.exists(one) for one in commands]


@pytest.mark.parametrize(("trigger", "topic", "key", "value"), THERE, ids=NAMES)
async def test_what_has_been_is_found(trigger: Trigger, topic: TopicSpec, key: str, value: Any) -> None:
    """By its id, of this client, in the time of the proposal; also of a command about no client. Nothing is waited for.
    Another id, another client's, or one of long ago is none."""
    kafka, one = Kafka(), command(*NOTE, trigger=trigger)
    kafka.put(topic, key, value)
    about_nobody = command("report.send", {}, trigger=trigger, lead_id="")
    assert await exists(kafka, one, about_nobody) == [True, True] and not kafka.paused
    other = msgspec.structs.replace(trigger, id=f"0{trigger.id}")
    assert await exists(kafka, command(*NOTE, trigger=other)) == [False] and kafka.paused
    if topic in (LEAD_ALERTS, LEAD_EVENTS):
        assert await exists(kafka, command(*NOTE, trigger=trigger, lead_id="2007")) == [False]
    if topic is not LEAD_UNASSIGNED:
        assert await exists(kafka, command(*NOTE, trigger=trigger, at=NOON + BACK_MS + 1)) == [False]


@pytest.mark.parametrize(("trigger", "topic", "key", "value"), THERE, ids=NAMES)
async def test_what_comes_a_moment_late_is_waited_for(trigger: Trigger, topic: TopicSpec, key: str, value: Any) -> None:
    """Once, and no longer than `PATIENCE_S`, for all of a batch together."""
    kafka = Kafka()
    kafka.late.append((topic, key, value))
    forged = command(*NOTE, trigger=Trigger(kind="alert", id="00000000000000ff"))
    assert await exists(kafka, command(*NOTE, trigger=trigger), forged) == [True, False]
    assert kafka.paused == occasions.PATIENCE_S


@pytest.mark.parametrize(
    ("kind", "id_", "more", "there"),
    [
        ("promise", "p1", {"name": "reminder.set"}, True),
        ("promise", "p1", {}, False),
        ("person", "mcp/olga/20000", {"proposer": "mcp/olga"}, True),
        ("person", "mcp/olga/20000", {"proposer": "mcp/pavel"}, False),
        ("person", "x", {"proposer": "web/olga"}, True),
        ("person", "x", {}, False),
        ("tick", "x", {}, False),
    ],
)
async def test_what_leaves_no_trace_in_kafka(kind: Any, id_: str, more: dict[str, Any], there: bool) -> None:
    """A promise is enough for a reminder to our own people; a person speaks for himself; time alone is no occasion."""
    kafka, params = Kafka(), {"name": "note.add"} | more
    one = command(params.pop("name"), NOTE[1], trigger=Trigger(kind=kind, id=id_), **params)
    assert await exists(kafka, one) == [there] and not kafka.looks


async def test_where_nobody_can_tell_it_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """More records than can be looked through: nothing is refused for what was not seen. Fewer: it is."""
    monkeypatch.setattr(occasions, "MOST", 10)
    kafka, one = Kafka(), command(*NOTE)
    for _ in range(9):
        kafka.put(LEAD_ALERTS, LEAD, ALERT)
    assert await exists(kafka, one) == [False]
    kafka.put(LEAD_ALERTS, LEAD, ALERT)
    assert await exists(kafka, one) == [True]


async def test_the_dispatcher_looks_and_a_restart_forgets_nothing() -> None:
    """A proposal on what never was is rejected with the reason, also when the log is read again, with the copy of the
    states or without; an edit of one that waits has the occasion of that; a command's result is known to the desk."""
    kafka, house = Kafka(), House()
    kafka.put(LEAD_ALERTS, LEAD, ALERT)
    house.occasions = Occasions(kafka.look, kafka.pause)
    house.restart()
    real = Trigger(kind="alert", id=ALERT.alert_id)
    good, bad = house.propose(*NOTE, trigger=real), house.propose(*NOTE, trigger=Trigger(kind="alert", id="f" * 16))
    later = house.propose("note.add", {"text": "и ещё"}, trigger=Trigger(kind="command", id=good))
    never = house.propose("note.add", {"text": "и ещё"}, trigger=Trigger(kind="command", id="f" * 16))
    edited = house.propose("note.add", {"text": "б"}, by="web", proposer="web/olga", trigger=real, supersedes=good)
    expected = {good: "superseded", bad: "rejected", later: "asking", never: "rejected", edited: "asking"}

    async def settled() -> dict[str, str]:
        await house.settle()
        kept = house.kept()
        assert kept[bad].why == kept[never].why == words.NO_TRIGGER
        return {id_: standing.state for id_, standing in kept.items()}

    assert await settled() == expected
    looks = len(kafka.looks)
    again = house.propose("note.add", {"text": "в"}, by="web", proposer="web/olga", trigger=real, supersedes=edited)
    expected |= {edited: "superseded", again: "asking"}
    assert await settled() == expected and len(kafka.looks) == looks, "who edits is not kept waiting"
    there, kafka.records = kafka.records, []  # as after the retention of the topic
    house.restart()
    house.wait(1)
    assert await settled() == expected
    kafka.records = there
    house.states.records.clear()
    house.restart()
    house.wait(1)
    assert await settled() == expected


async def test_a_signature_is_verified_once_though_it_is_looked_at_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """For its occasion, and when it is decided; another proposal, or the same under another signature, is verified."""
    kafka, house = Kafka(), House()
    kafka.put(LEAD_ALERTS, LEAD, ALERT)
    house.occasions = Occasions(kafka.look, kafka.pause)
    house.restart()
    verified: list[bytes] = []
    real = signing.sealed

    def sealed(key: SigningKey, sig: str, message: bytes) -> bool:
        verified.append(message)
        return real(key, sig, message)

    monkeypatch.setattr(signing, "sealed", sealed)
    good = house.propose("note.add", {"text": "раз"}, trigger=Trigger(kind="alert", id=ALERT.alert_id))
    await house.settle()
    assert house.kept()[good].state == "asking" and len(verified) == 1
    said = LOG.decode(house.log.records[-1].value)
    assert isinstance(said, Proposal)
    forged = command("note.add", {"text": "два"}, trigger=Trigger(kind="alert", id=ALERT.alert_id))
    house.say(replace(signing.proposal(forged, "k1", PRIVATE), sig=said.sig))
    await house.settle()
    assert forged.command_id not in house.kept() and len(verified) == 2
