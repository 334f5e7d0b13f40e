"""All that came by a changed link moves, not only messages: meetings with their words, the CRM, topics, whole leads."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.belonging import MEETINGS, under, whose
from schemas import events as ev
from schemas.codec import EVENT, MINUTES_REQUEST, Rejected, event_id
from schemas.minutes import ChatDay
from schemas.sources import Unassigned
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.sweep import Sweep
from tests.unit.store.jobs.test_moves import Home
from tests.unit.store.records import DAY, NOW
from tests.unit.store.samples import event_of

ROOM = "lead-7-kickoff"


def of(type_: type, **fields: Any) -> Any:
    """An event of lead 7, a day and a half old."""
    told = {"lead_id": "7", "ts": NOW - DAY * 3 // 2, "event_id": event_id(type_.__name__, *fields.values())}
    return replace(event_of(type_), **told | fields)


MEETING = (
    of(ev.MeetingRecorded, recording_id="r", room=ROOM),
    of(ev.MeetingRoom, room=ROOM),
    of(ev.MeetingTranscribed, recording_id="r", room=ROOM),
    of(ev.MeetingMinutes, recording_id="r", room=ROOM),
    of(ev.PromiseMarked, recording_id="r", room=ROOM),
    of(ev.MeetingSaid, room=ROOM),
)
DEAL = tuple(
    of(type_, client="b24_deal:31") for type_ in (ev.CrmChanged, ev.Call, ev.CallTranscribed, ev.Mail, ev.Note)
)
OWN = (
    of(ev.Reservation, doc="own"),
    of(ev.ChatSummary, messages=4),
    of(ev.PromiseMarked, text="в переписке"),
    of(ev.AlertAction, alert_id="5" * 16),
    of(ev.MeetingTranscribed, recording_id="r2", room="lead-7-weekly"),
)


class House(Home):
    """A store that holds what a test puts there; what is sent comes back into it, as by Kafka and the sink."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.waits: list[Output] = []

    async def fill(self) -> None:
        """Nothing of its own."""

    async def put(self, *events: ev.Event) -> None:
        """As the sink does."""
        await self.feed(events, NOW - DAY)

    async def link(self, key: str, lead: str | None) -> None:
        """A link, and all that follows of it: what waits and is linked by now comes, too."""
        await self.moves(self.links.say(key, lead))
        sent, self.waits = [*self.waits, *self.sent], []
        self.sent.clear()
        for one in sent:
            raw = one.value or b""
            waits = msgspec.json.decode(raw, type=Unassigned) if one.topic == "lead.unassigned" else None
            event = EVENT.decode(raw if waits is None else bytes(waits.record))
            assert not isinstance(event, Rejected)
            lead = whose(event, self.links.identities)
            if lead is None:
                self.waits.append(one)
            else:
                await self.feed([under(event, lead)], NOW)

    async def held(self, lead: str) -> dict[str, int]:
        """Events of a lead by kind."""
        sql = "SELECT kind, count() FROM events FINAL WHERE lead_id = {lead:String} GROUP BY kind"
        return dict(await self.database.read(sql, {"lead": lead}))

    async def all(self) -> list[Any]:
        """Every event and every word, without when they were appended."""
        fields = "lead_id, event_id, ts, kind, qty, payload"
        rows = await self.database.read(f"SELECT {fields} FROM events FINAL ORDER BY ALL")
        said = await self.database.read("SELECT lead_id, recording_id, text FROM transcripts_current ORDER BY ALL")
        days = await self.database.read("SELECT lead_id, day, kind, action, events, qty FROM lead_days ORDER BY ALL")
        marks = await self.database.read("SELECT lead_id, promise, ts, mark FROM promise_marks FINAL ORDER BY ALL")
        columns = "lead_id, event_id, number, kind, of, text"
        passages = await self.database.read(f"SELECT {columns} FROM passages FINAL ORDER BY ALL")
        return [*rows, *said, *days, *marks, *passages]


@pytest.fixture
def house(database: Database) -> House:
    """An empty store."""
    return House(database)


KINDS = {
    "jitsi_room:lead-7-kickoff": (MEETING, set(MEETINGS)),
    "recording:r": (MEETING, set(MEETINGS) - {"meeting_room", "meeting_said"}),
    "b24_deal:31": (DEAL, {"crm_changed", "call", "call_transcribed", "mail", "note"}),
    "tg_topic:-1/5": ((of(ev.Message, topic="5"), of(ev.MessageEdited, topic="5")), {"message", "message_edited"}),
    "tg_chat:-1": ((of(ev.Message, topic="5"), of(ev.MessageDeleted)), {"message", "message_deleted"}),
}


@pytest.mark.parametrize("key", KINDS)
async def test_a_link_moves_all_that_came_by_it_and_its_end_is_exact(house: House, key: str) -> None:
    """Nothing of it stays with who had it, words in search neither, nothing else goes; and back again all is as it
    was."""
    events, kinds = KINDS[key]
    if not key.startswith(("jitsi_room", "recording")):
        house.links.say(key, "7")
    await house.put(*events, *OWN)
    before = await house.all()
    await house.link(key, "8")
    assert set(await house.held("8")) == kinds
    said = await house.database.read("SELECT DISTINCT lead_id, recording_id FROM transcripts FINAL ORDER BY ALL")
    assert list(said) == [("7", "r2"), *([("8", "r")] if events == MEETING else [])]
    await house.link(key, "7")
    assert await house.all() == before
    await house.link(key, "8")
    await house.link(key, None)
    there = await house.held("7")
    if key.startswith(("jitsi_room", "recording")):  # Jitsi's own word counts again
        assert await house.all() == before
    else:
        assert not kinds & there.keys()
        await house.link(key, "7")
        assert await house.all() == before


async def test_a_room_of_nobody_that_was_linked_waits_again(house: House) -> None:
    """With its minutes, which remember the room's name, too."""
    house.links.say("jitsi_room:romashka", "7")
    await house.put(*(replace(event, room="romashka", client="jitsi_room:romashka") for event in MEETING))
    await house.link("jitsi_room:romashka", None)
    assert await house.held("7") == {}
    assert len(house.waits) == len(MEETING)
    await house.link("jitsi_room:romashka", "9")
    assert sum((await house.held("9")).values()) == len(MEETING)


async def test_what_a_model_said_of_words_goes_with_them(house: House) -> None:
    """A verdict names the event that it is about, and no chat."""
    said = of(ev.Message)
    house.links.say("tg_chat:-1", "7")
    await house.put(said, of(ev.PhraseVerdict, about=said.event_id), of(ev.PhraseVerdict, about="b" * 16))
    before = await house.all()
    await house.link("tg_chat:-1", "8")
    assert await house.held("8") == {"message": 1, "phrase_verdict": 1}
    await house.link("tg_chat:-1", None)
    assert await house.held("8") == {}
    await house.link("tg_chat:-1", "7")
    assert [row[:6] for row in await house.all() if row[3] == "message"] == [
        row[:6] for row in before if row[3] == "message"
    ]
    assert (await house.held("7"))["phrase_verdict"] == 2


async def test_a_merged_lead_is_another_and_the_end_of_it_is_exact(house: House) -> None:
    """All links of it, and what named its number; what was pressed under its alerts stays, it is of these alerts."""
    for key in ("tg_chat:-1", "b24_deal:31"):
        house.links.say(key, "7")
    await house.put(*MEETING, *DEAL, *OWN, of(ev.Message), replace(of(ev.Message, text="B"), lead_id="8", chat_id="-2"))
    house.links.say("tg_chat:-2", "8")
    before = await house.all()
    await house.link("lead:7", "8")
    assert await house.held("7") == {"alert_action": 1}
    assert (await house.held("8"))["message"] == 2
    assert house.told[-1].whole
    assert house.told[-1].lead_id == "7"
    await house.link("tg_chat:-1", "7")
    assert (await house.held("8"))["message"] == 2, "a link to the lead that is no more is one to the other"
    await house.link("lead:7", None)
    assert await house.all() == before
    assert not house.told[-1].whole


async def test_more_than_one_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What already stands right between others neither stops nor repeats them."""
    monkeypatch.setattr("streams.store.jobs.moves.AT_ONCE", 2)
    house.links.say("tg_topic:-1/5", "7")
    await house.put(
        *(of(ev.Message, ts=NOW - DAY - n, topic="5" if n % 3 else "", message_id=str(n)) for n in range(9))
    )
    await house.link("tg_chat:-1", "8")
    assert await house.held("8") == {"message": 3}
    assert await house.held("7") == {"message": 6}


async def test_minutes_that_come_hours_after_the_link_go_after_it(house: House) -> None:
    """By the nightly look: it is done once a night, waits while the table lags, and leaves what is older alone."""
    sweep = Sweep(house.database, house.moves, "04:00", house.clock)
    await house.put(*MEETING[:3])
    await house.link("jitsi_room:lead-7-kickoff", "8")
    await house.put(MEETING[3])
    house.links.lags = True
    await sweep.look()
    assert await house.held("7") == {"meeting_minutes": 1}
    house.links.lags = False
    await sweep.look()
    assert [one.key for one in house.sent] == [b"8"]
    assert await house.held("7") == {}
    await house.put(MEETING[3])
    await sweep.look()
    assert await house.held("7") == {"meeting_minutes": 1}, "once a night"
    house.clock.now += 9 * DAY
    await sweep.look()
    assert await house.held("7") == {"meeting_minutes": 1}, "what is as old was looked at in its nights"


async def test_a_chats_summary_that_tells_of_another_clients_words_is_made_anew(house: House) -> None:
    """Of what is left; of a day on which nothing is left there is none; other days stay."""
    house.links.say("tg_chat:-1", "7")
    house.links.say("tg_chat:-2", "7")
    until = NOW - DAY // 2
    await house.put(of(ev.Message, text="чужое"), of(ev.Message, text="своё", chat_id="-2"))
    await house.put(*(of(ev.ChatSummary, ts=at, day=str(at)) for at in (until, until + DAY, until - DAY)))
    await house.link("tg_chat:-1", "8")
    [day] = [MINUTES_REQUEST.decode(one.value or b"") for one in house.asked]
    assert isinstance(day, ChatDay)
    assert (day.lead_id, day.until, [said.text for said in day.conversation.utterances]) == ("7", until, ["своё"])
    assert (await house.held("7"))["chat_summary"] == 2
    assert {moved.key for told in house.told for moved in told.events} >= {str(until)}
    house.asked.clear()
    await house.put(of(ev.ChatSummary, ts=until, day="x"))
    await house.link("tg_chat:-2", "8")
    assert not house.asked
    assert (await house.held("7"))["chat_summary"] == 2
