"""What a changed link moves in the store, on real chDB: own ids and times, in order, and back again."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.identity import Identities
from schemas import events as ev
from schemas.codec import EVENT, Codec, event_id
from schemas.errors import NotYet
from schemas.sources import Identity, Unassigned
from streams.engine.kafka import Output
from streams.engine.settle import Batch
from streams.store.database import Database
from streams.store.jobs.baselines import Baselines
from streams.store.jobs.chats import Chats
from streams.store.jobs.moves import READ_MS, Moves
from tests.unit.store.fakes import Clock, Feed, Lag, Sent
from tests.unit.store.records import DAY, NOW, record
from tests.unit.store.samples import event_of

UNASSIGNED: Codec[Unassigned] = Codec(Unassigned)


class Links(list[Any]):
    """The topic `identities`, followed to its end unless `lags`."""

    def __init__(self) -> None:
        super().__init__()
        self.identities, self.lags = Identities(), False

    def say(self, key: str, lead: str | None, was: str = "") -> Batch:
        """A record, and the batch of it; without a lead its end."""
        kind, _, value = key.partition(":")
        told = msgspec.json.encode(Identity(kind, value, lead or None, was=was, refused=lead is None))
        self.append(SimpleNamespace(key=key.encode(), value=told, timestamp=NOW - READ_MS, offset=len(self)))
        self.identities.apply(key, msgspec.json.decode(told, type=Identity))
        return Batch("identities", 0, 1, [self[-1]])

    async def catch_up(self) -> int:
        """As `KnownIdentities.catch_up`."""
        await self.reach(len(self))
        return len(self)

    async def reach(self, offset: int) -> None:
        """As `KnownIdentities.reach`."""
        if self.lags or offset > len(self):
            raise NotYet("not followed to their end")


class Home:
    """A store with five messages of a chat and two bookings of a customer under lead 7, and others' events."""

    def __init__(self, database: Database) -> None:
        self.database, self.links, self.sent, self.days = database, Links(), Sent(), Sent()
        self.clock, self.feed = Clock(), Feed(database)
        self.asked = Sent()
        self.chats = Chats(database, Lag(), self.asked, "19:45", self.clock)
        baselines = Baselines(database, Lag(), self.days, 0, "04:00", self.clock)
        self.moves = Moves(database, self.links, self._send, Lag().caught_up, baselines, self.chats, self.clock)  # type: ignore[arg-type]
        self.told: list[ev.EventsMoved] = []

    async def _send(self, outputs: Iterable[Output]) -> None:
        """`told` are the leads that lost events, `sent` is where these go."""
        sent = Sent()
        await sent(outputs)
        for one in sent:
            event = EVENT.decode(one.value or b"")
            if isinstance(event, ev.EventsMoved):
                self.told.append(event)
            else:
                self.sent.append(one)

    async def fill(self) -> None:
        """As the sinks do."""
        said = replace(event_of(ev.Message), lead_id="7", chat_id="-1")
        told = [replace(said, event_id=event_id("m", n), ts=NOW - 9 * DAY + n, text=f"{n}") for n in range(5)]
        booked = replace(event_of(ev.Reservation), lead_id="7", client="wms_customer:1066")
        await self.feed([*told, replace(said, event_id=event_id("o"), chat_id="-2")])
        await self.feed([replace(booked, event_id=event_id("b", n)) for n in range(2)])
        await self.feed([replace(booked, event_id=event_id("b", 9), client="")])

    async def leads(self, of: str) -> dict[str, int]:
        """Events of a kind by lead."""
        sql = "SELECT lead_id, count() FROM events FINAL WHERE kind = {kind:String} GROUP BY lead_id"
        return dict(await self.database.read(sql, {"kind": of}))


@pytest.fixture
async def home(database: Database) -> Home:
    """Filled."""
    found = Home(database)
    await found.fill()
    return found


async def test_a_chat_of_another_lead_goes_to_it(home: Home) -> None:
    """Its messages in order, with their ids and times; other chats stay; the days of who lost them are counted anew."""
    await home.moves(home.links.say("tg_chat:-1", "7"))
    assert not home.sent, "a link that changes nothing moves nothing"
    await home.moves(home.links.say("tg_chat:-1", "8"))
    moved = [EVENT.decode(one.value) for one in home.sent]
    assert [(one.topic, one.key) for one in home.sent] == [("lead.events", b"8")] * 5
    assert [(event.text, event.lead_id, event.ts) for event in moved] == [  # type: ignore[union-attr]
        (f"{n}", "8", NOW - 9 * DAY + n) for n in range(5)
    ]
    assert await home.leads("message") == {"7": 1}
    [baseline] = home.days.take()
    assert isinstance(baseline, ev.Baseline)
    assert baseline.lead_id == "7"
    assert all(day.messages == 0 for day in baseline.days)
    home.sent.clear()
    await home.moves(home.links.say("tg_chat:-1", "8"))
    assert not home.sent, "done once more, there is nothing left to do"


async def test_the_end_of_a_link_is_undone_exactly(home: Home) -> None:
    """The events wait again as themselves, and a new link to the old lead gives the rows that there were."""
    query = "SELECT lead_id, event_id, ts, payload FROM events FINAL WHERE kind = 'message' ORDER BY ts, event_id"
    before = await home.database.read(query)
    home.links.say("tg_chat:-1", "7")
    await home.moves(home.links.say("tg_chat:-1", None))
    assert await home.leads("message") == {"7": 1}
    assert [one.topic for one in home.sent] == ["lead.unassigned"] * 5
    waits = [msgspec.json.decode(one.value or b"", type=Unassigned) for one in home.sent]
    assert {one.client.value for one in waits} == {"-1"}
    back = [EVENT.decode(bytes(one.record)) for one in waits]
    await home.feed(back, NOW + 60_000)  # type: ignore[arg-type]
    assert await home.database.read(query) == before


async def test_a_customer_of_a_warehouse(home: Home) -> None:
    """By the name under which his lead was found; what the warehouse gave to the lead itself stays."""
    await home.moves(home.links.say("wms_customer:1066", "8"))
    assert len(home.sent) == 2
    assert await home.leads("reservation") == {"7": 1}


async def test_a_chat_is_linked_under_all_its_numbers(home: Home) -> None:
    """The group became a supergroup, and the link of its new number moves what was said under the old one."""
    home.links.say("tg_moved:-1001", "", was="-1")
    await home.moves(home.links.say("tg_chat:-1001", "8"))
    assert len(home.sent) == 5


async def test_what_may_be_on_its_way_is_waited_for(home: Home) -> None:
    """Just after the link, and while `lead.events` is not stored to its end, nothing is judged."""
    batch = home.links.say("tg_chat:-1", "8")
    home.links[-1] = record(0, home.links[-1].value, NOW)
    with pytest.raises(NotYet):
        await home.moves(Batch("identities", 0, 1, [home.links[-1]]))

    async def behind(_: float) -> bool:
        return False

    home.moves._stored = behind
    with pytest.raises(NotYet):
        await home.moves(batch)
    assert not home.sent


async def test_a_table_that_lags_behind_judges_nothing(home: Home) -> None:
    """It would say of the batch's own clients what was true before."""
    batch = home.links.say("tg_chat:-1", "8")
    home.links.lags = True
    with pytest.raises(NotYet):
        await home.moves(batch)
    assert (len(home.sent), await home.leads("message")) == (0, {"7": 6})
