"""Names, profiles and conversations of the read API, over real HTTP and chDB."""

import aiohttp
import msgspec
from msgspec.structs import replace

from processors.profile import Booked
from schemas import events as ev
from schemas.minutes import OFFLINE, Fact, MeetingRequest, Minutes
from schemas.sources import Recording, Transcript
from streams.settings import Store
from streams.store.database import Database
from streams.store.read.profiles import read_profile
from streams.store.sinks.stt import TranscriptSink
from tests.unit.store import fakes
from tests.unit.store.api_line import answer
from tests.unit.store.records import DAY, NOW, batch
from tests.unit.store.samples import LEAD, event_of

START = NOW - 5000
"""When the sample meeting began."""


async def test_people(api: aiohttp.ClientSession, database: Database) -> None:
    """All names of the lead's history, the client's apart; present is who was in that room about that time."""
    room = event_of(ev.MeetingRoom)
    others = [("Иван", room.room, START), ("Пётр", "lead-9-x", START), ("Олег", room.room, START + 90 * 60_000)]
    more = [
        replace(room, event_id=f"{n:016x}", name=name, room=where, ts=ts) for n, (name, where, ts) in enumerate(others)
    ]
    card = replace(event_of(ev.CrmChanged), event_id="f" * 16, fields={"NAME": "Сидор", "ADDRESS": "Тула, Мира 5"})
    await fakes.Feed(database)([*more, card])
    status, told = await answer(api, f"/api/leads/{LEAD}/people?room={room.room}&since={START}&until={START + 60_000}")
    assert status == 200
    assert told["present"] == ["Анна", "Иван"]
    assert told["client"] == ["Анна"]
    assert set(told["names"]) >= {"Анна", "Иван", "Пётр", "Олег", "Сидор", "Тула, Мира 5"}


async def test_profile_and_its_correction(api: aiohttp.ClientSession, database: Database, store: Store) -> None:
    """Facts of the stored minutes; a correction is an event on `lead.events`, whose store it then wins in."""
    said = Minutes("", OFFLINE, 9, facts=[Fact("sells", "посуда", "продаём посуду", 2)])
    await fakes.Feed(database)([replace(event_of(ev.MeetingMinutes), event_id="e" * 16, minutes=said)])
    _, told = await answer(api, f"/api/leads/{LEAD}/profile")
    assert told["fields"]["where"] == []
    assert told["fields"]["sells"][0]["text"] == "обувь"  # the sample correction
    assert told["corrected"] == ["sells"]
    body = {"field": "sells", "text": "", "author": "Мария"}
    status, event = await answer(api, f"/api/leads/{LEAD}/profile", json=body)
    assert (status, event["type"], event["lead_id"]) == (200, "profile_corrected", LEAD)
    assert event["author"] == "оператор"  # who asks, whatever the body says
    await fakes.Feed(database)([msgspec.convert(event, ev.ProfileCorrected)], at=NOW + 1)
    _, told = await answer(api, f"/api/leads/{LEAD}/profile")
    assert told["fields"]["sells"][0]["text"] == "посуда"


async def test_one_entry_is_corrected(api: aiohttp.ClientSession, database: Database) -> None:
    """By the id that the profile gives it, in the name of the token's holder; a newer version of the minutes keeps it,
    and it can be taken back."""
    facts = [Fact("where", "Озон", "мы на Озоне", 2), Fact("where", "Москва", "сами из Москвы", 4)]
    minutes = replace(event_of(ev.MeetingMinutes), event_id="e" * 16, minutes=Minutes("", OFFLINE, 9, facts=facts))
    feed = fakes.Feed(database)
    await feed([minutes])

    async def told() -> list[tuple[str, str]]:
        _, profile = await answer(api, f"/api/leads/{LEAD}/profile")
        return [(entry["text"], entry.get("author", "")) for entry in profile["fields"]["where"]]

    _, profile = await answer(api, f"/api/leads/{LEAD}/profile")
    id_ = profile["fields"]["where"][0]["entry_id"]
    body = {"field": "where", "action": "replace", "entry_id": id_, "text": "Озон и Ламода", "author": "чужой"}
    status, event = await answer(api, f"/api/leads/{LEAD}/profile", json=body)
    assert (status, event["author"], event["was"]) == (200, "оператор", "Озон")
    await feed([msgspec.convert(event, ev.ProfileCorrected)], at=NOW + 1)
    assert await told() == [("Озон и Ламода", "оператор"), ("Москва", "")]
    newer = Minutes("", OFFLINE, 10, facts=[Fact("where", "Озон", "мы на Озоне", 7)])
    await feed([replace(minutes, event_id="d" * 16, minutes=newer)], at=NOW + 2)
    assert await told() == [("Озон и Ламода", "оператор")]
    body = {"field": "where", "action": "restore", "entry_id": id_}
    _, event = await answer(api, f"/api/leads/{LEAD}/profile", json=body)
    restored = replace(msgspec.convert(event, ev.ProfileCorrected), ts=NOW + 365 * DAY)
    await feed([restored], at=NOW + 3)
    assert await told() == [("Озон", "")]


async def test_what_was_taken_back_is_counted_apart(database: Database) -> None:
    """Of thirty days: what was reserved, whatever was cancelled or changed to less of it."""
    book = event_of(ev.Reservation)
    made = [
        replace(book, event_id=f"{n:016x}", action=action, qty=qty, ts=NOW - ago * DAY)
        for n, (action, qty, ago) in enumerate(
            [("created", 10, 1), ("created", 5, 29), ("changed", -2, 1), ("cancelled", -3, 0), ("created", 90, 31)], 1
        )
    ]
    await fakes.Feed(database)(made)
    told = await read_profile(database, book.lead_id, NOW)
    assert told.booked == Booked(30, 2, 15, 2, 5)


async def test_wrong_corrections(api: aiohttp.ClientSession) -> None:
    """Each is refused with the reason."""
    path = f"/api/leads/{LEAD}/profile"
    for body, word in (
        ({"field": "colour", "text": "x"}, "sells"),
        ({"field": "sells", "text": "x\x1b[2J"}, "control"),
        ({"field": "sells", "text": "x" * 2001}, "2000"),
        ({"field": "sells"}, "text"),
        ({"field": "sells", "action": "hide", "entry_id": "0" * 16}, "no such entry"),
        ({"field": "sells", "action": "forget", "entry_id": "0" * 16}, "action"),
    ):
        status, told = await answer(api, path, json=body)
        assert status == 400
        assert word in str(told["error"])


async def test_a_recording(api: aiohttp.ClientSession, database: Database) -> None:
    """The newest transcript with its room, its people and what is wrong with it; 404 where there is none."""
    recording = Recording("r1", "s", "f.mp4", "f.mp4", 1, "0", "room", NOW, 60_000, START, "ok", LEAD)
    told_of = [Transcript(recording, version, "vosk", "m", [], flaw=flaw) for version, flaw in ((1, "шум"), (2, "ещё"))]
    await TranscriptSink(database)(batch("source.transcripts", [msgspec.json.encode(one) for one in told_of]))
    status, told = await answer(api, "/api/recordings/r1")
    request = msgspec.convert(told, MeetingRequest)
    assert (status, request.lead_id, request.room) == (200, LEAD, "lead-12345-kickoff")
    assert [u.text for u in request.conversation.utterances] == ["добрый день", "да"]
    assert (request.conversation.started_at, request.conversation.version) == (START, 1)
    assert request.conversation.flaw == "шум"
    assert (await answer(api, "/api/recordings/nothing"))[0] == 404
