"""What is heard of a meeting that goes on, and what of it stays when its transcript is there."""

import time

import aiohttp
import msgspec
from msgspec.structs import replace

from schemas import events as ev
from schemas.codec import event_id
from schemas.talks import Talk
from streams.store.database import Database
from tests.unit.store import fakes
from tests.unit.store.api_line import answer
from tests.unit.store.samples import LEAD, event_of

MINUTE = 60_000
NOW = int(time.time() * 1000)


def said(text: str, at: int, meeting: str = "m1", **fields: object) -> ev.MeetingSaid:
    made = {"text": text, "ts": at, "start_ms": at, "end_ms": at + 2000, "meeting_id": meeting, "lead_id": LEAD}
    return replace(event_of(ev.MeetingSaid), event_id=event_id("t", text, at), **(made | fields))


async def talk_of(api: aiohttp.ClientSession) -> Talk:
    status, told = await answer(api, f"/api/leads/{LEAD}/talk")
    assert status == 200
    return msgspec.convert(told, Talk)


async def test_the_latest_meeting_is_told_in_order_until_it_is_over(
    api: aiohttp.ClientSession, database: Database
) -> None:
    assert await talk_of(api) == Talk(LEAD)
    feed = fakes.Feed(database)
    before = said("вчерашнее", NOW - 9 * 60 * MINUTE, meeting="m0")
    late, first = said("второе", NOW - MINUTE, name="Олег Ким", called="Олег"), said("первое", NOW - 2 * MINUTE)
    await feed([before, late, first, said("чужое", NOW - MINUTE, lead_id="8")])
    told = await talk_of(api)
    assert [turn.text for turn in told.turns] == ["первое", "второе"]
    assert (told.meeting_id, told.running, told.since, told.turns[1].name) == ("m1", True, first.ts, "Олег")
    await feed(
        [
            replace(
                event_of(ev.MeetingRoom),
                lead_id=LEAD,
                ts=NOW,
                meeting_id="m1",
                happening="meeting_ended",
                event_id="00000000000000ed",
            )
        ]
    )
    assert not (await talk_of(api)).running


async def test_the_transcript_replaces_in_the_history_what_was_heard(
    api: aiohttp.ClientSession, database: Database
) -> None:
    feed = fakes.Feed(database)
    of_another = said("другая встреча", NOW - 300 * MINUTE)
    await feed([said("на встрече", NOW - 50 * MINUTE), of_another])

    async def heard() -> set[str]:
        _, told = await answer(api, f"/api/leads/{LEAD}/history?limit=100")
        return {event["payload"]["text"] for event in told["events"] if event["kind"] == "meeting_said"}

    assert await heard() == {"на встрече", "другая встреча"}
    whole = replace(event_of(ev.MeetingTranscribed), lead_id=LEAD, ts=NOW - 60 * MINUTE, duration_ms=30 * MINUTE)
    await feed([whole])
    assert await heard() == {"другая встреча"}
