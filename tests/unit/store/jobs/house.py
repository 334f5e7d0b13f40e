"""The store's processes around chDB, and a meeting in which somebody objects."""

from types import SimpleNamespace
from typing import Any, cast

import msgspec
from msgspec.structs import replace

from processors.privacy.erasing import Denied
from schemas import events as ev
from schemas.alerts import Alert, Signal
from schemas.answers import Question
from schemas.assistant import AssistantSaid
from schemas.codec import EVENT, Codec
from schemas.commands import CommandChange
from schemas.sources import Transcript
from schemas.topics import ERASURES, LEAD_EVENTS
from streams.engine.erasures import take
from streams.engine.kafka import Output
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.quotes import Quotes
from streams.store.jobs.thoughts import Thoughts
from streams.store.jobs.unheard import Unheard
from streams.store.sinks.commands import command_rows, said_rows
from streams.store.sinks.questions import question_rows
from streams.store.sinks.rows import alert_rows, event_rows, signal_rows
from streams.store.sinks.sink import Sink, both
from streams.store.sinks.stt import TranscriptSink
from tests.unit.store.fakes import Clock, Sent
from tests.unit.store.records import NOW, record
from tests.unit.store.samples import event_of


class House:
    """The store's processes; what they send comes back by `lead.events`."""

    def __init__(self, database: Database) -> None:
        self.database, self.sent, self.quotes = database, Sent(), Quotes(database)
        self.denied = Denied()
        self.thoughts = Thoughts(database, self.sent, Clock(), self.denied.unsaid)
        self.unheard = Unheard(database, self.sent, Clock(), self.quotes, self.thoughts)
        self.told: list[ev.Event] = []
        self.outputs: list[Output] = []
        """To other topics than `lead.events`."""
        self._at = 0

    async def hears(self, *events: ev.Event) -> None:
        """One batch; then what the store says because of it, until it says nothing."""
        wanted = list(events)
        while wanted:
            notice = both(self.unheard.notice, self.thoughts.notice)
            sink = self.thoughts.behind(self.unheard.behind(Sink(self.database, EVENT, event_rows, notice)))
            assert (await sink(self._batch(map(EVENT.encode, wanted)))).rejected == []
            self.learn()
            wanted = self.sent.take()
            self.told += wanted

    def learn(self) -> None:
        """What the store said on other topics reaches who follows them."""
        mine = [output for output in self.sent if output.topic != LEAD_EVENTS.name]
        self.outputs += mine
        for one in mine:
            if one.topic == ERASURES.name:
                take(self.denied, cast("Any", SimpleNamespace(key=one.key, value=one.value, offset=0)))
            self.sent.remove(one)

    async def proposes(self, *changes: CommandChange) -> None:
        """A batch of `command.events`."""
        sink = Sink(self.database, Codec[CommandChange](CommandChange), command_rows, self.thoughts.changes)
        assert (await self.thoughts.behind(sink)(self._batch(map(msgspec.json.encode, changes)))).rejected == []
        self.learn()

    async def answers_staff(self, *lines: AssistantSaid) -> None:
        """A batch of `assistant.said`."""
        sink = Sink(self.database, Codec[AssistantSaid](AssistantSaid), said_rows, self.thoughts.lines)
        assert (await self.thoughts.behind(sink)(self._batch(map(msgspec.json.encode, lines)))).rejected == []
        self.learn()

    async def finds(self, *found: Signal | Alert) -> None:
        """A batch of a topic each."""
        for one in found:
            rows: Any = signal_rows if isinstance(one, Signal) else alert_rows
            sink: Sink[Any] = Sink(self.database, Codec(type(one)), rows, self.quotes.notice)
            assert (await self.quotes.behind(sink)(self._batch([msgspec.json.encode(one)]))).rejected == []

    async def answers(self, *asked: Question) -> None:
        """A batch of `questions`."""
        sink: Sink[Question] = Sink(self.database, Codec(Question), question_rows, self.quotes.answers)
        assert (await self.quotes.behind(sink)(self._batch(map(msgspec.json.encode, asked)))).rejected == []

    async def transcribed(self, transcript: Transcript) -> None:
        """What it cost is stored by another topic."""
        await TranscriptSink(self.database)(self._batch([msgspec.json.encode(transcript)]))

    def _batch(self, values: Any) -> Batch:
        records = [record(self._at + at, value) for at, value in enumerate(values)]
        self._at += 100
        return Batch(LEAD_EVENTS.name, 0, 1, records)

    async def stand(self, kind: str = "meeting_said") -> list[str]:
        """Ids of the rows of a kind, as their last digit."""
        rows = await self.database.read(
            f"SELECT lower(hex(event_id)) FROM events FINAL WHERE kind = '{kind}' ORDER BY 1"
        )
        return [id_[-1] for (id_,) in rows]


def said(number: int, who: str, at: int = 0, **more: Any) -> ev.MeetingSaid:
    """A turn `at` ms after the meeting's start."""
    given = {"participant": who, "name": f"имя {who}", "start_ms": NOW + at, "ts": NOW + at, "text": f"слово {who}"}
    return replace(event_of(ev.MeetingSaid), event_id=f"{number:016x}", lead_id="7", **given | more)


def room(number: int, happening: str, **more: Any) -> ev.MeetingRoom:
    return replace(
        event_of(ev.MeetingRoom), event_id=f"{number:016x}", lead_id="7", meeting_id="m1", happening=happening,
        ts=NOW + 30_000, **{"participant": "", "name": "", "recording_id": ""} | more,
    )  # fmt: skip


ANNA, BORIS = said(1, "a"), said(2, "b", 5000)
OTHER = said(3, "a", meeting_id="m2", room="lead-7-other")
OBJECTS = replace(room(0xA, "objected"), participant="a", name="имя a")
SOMEBODY = room(0xB, "objected")
DELETED = replace(room(0xD, "recording_deleted"), recording_id="aa")
