"""Promises over the read API, on real HTTP and chDB."""

import aiohttp
import msgspec
from msgspec.structs import replace

from processors.promises import promise_id
from schemas import events as ev
from schemas.minutes import OFFLINE, UNKNOWN, Action, Minutes
from schemas.promises import Promise
from streams.store.database import Database
from tests.unit.store import fakes
from tests.unit.store.api_line import answer
from tests.unit.store.records import DAY, NOW
from tests.unit.store.samples import LEAD, event_of

CALLED = promise_id("r7", "перезвонить")


async def given(database: Database) -> None:
    """Two talks with the client, one of them with another client too."""

    def promised(talk: str, *actions: Action, **fields: object) -> ev.MeetingMinutes:
        made = Minutes("итоги", OFFLINE, 1, actions=list(actions))
        known = {"recording_id": talk, "event_id": f"{len(talk):015x}{talk[-1]}", "minutes": made} | fields
        return replace(event_of(ev.MeetingMinutes), **known)

    late = Action("прислать счёт", "Анна", "2020-01-01", "пришлю", 0)
    soon = Action("перезвонить", UNKNOWN, "2999-01-01", "перезвоню", 1)
    talks = [
        promised("r7", late, soon, client="jitsi_room:kickoff", room="kickoff"),
        promised("r8", Action("подумать", "клиент", UNKNOWN, "подумаем", 0), ts=NOW - DAY),
        promised("r9", replace(late, text="вернуть товар", due="2021-01-01"), lead_id="8"),
    ]
    await fakes.Feed(database)(talks)


async def test_a_promise_is_marked_in_the_name_of_who_asks(api: aiohttp.ClientSession, database: Database) -> None:
    """The mark is an event with the token's holder as author, whatever the body says; stored, it is the promise's
    state. It bears the names of its talk, so that a link that moves the talk moves the mark."""
    await given(database)
    _, told = await answer(api, f"/api/leads/{LEAD}/promises")
    found = {one.text: one for one in msgspec.convert(told["promises"], list[Promise])}
    assert {text: one.state for text, one in found.items()} == {
        "прислать счёт": "past",
        "перезвонить": "open",
        "подумать": "undated",
    }
    assert found["перезвонить"].promise == CALLED
    body = {"promise": CALLED, "mark": "kept", "note": "говорили утром ", "author": "Мария"}
    status, event = await answer(api, f"/api/leads/{LEAD}/promises", json=body)
    assert (status, event["type"], event["author"]) == (200, "promise_marked", "оператор")
    assert event["note"] == "говорили утром"
    assert (event["recording_id"], event["room"], event["client"]) == ("r7", "kickoff", "jitsi_room:kickoff")
    await fakes.Feed(database, 50)([msgspec.convert(event, ev.PromiseMarked)])
    _, told = await answer(api, f"/api/leads/{LEAD}/promises?state=kept")
    [one] = msgspec.convert(told["promises"], list[Promise])
    assert (one.text, one.note, one.marked_by) == ("перезвонить", "говорили утром", "оператор")
    assert one.marked_at == event["ts"]


async def test_promises_of_all_clients(api: aiohttp.ClientSession, database: Database) -> None:
    """By their day, the latest first, those without one last; in one state, and not more than is asked for."""
    await given(database)

    async def texts(query: str) -> list[str]:
        _, told = await answer(api, f"/api/promises{query}")
        return [one.text for one in msgspec.convert(told["promises"], list[Promise])]

    assert await texts("") == ["перезвонить", "вернуть товар", "прислать счёт", "подумать"]
    assert await texts("?state=past") == ["вернуть товар", "прислать счёт"]
    assert await texts("?limit=1") == ["перезвонить"]


async def test_what_is_no_mark_is_refused(api: aiohttp.ClientSession, database: Database) -> None:
    """Another client's promise, one that nobody gave, a word or a note that is none: 400 with the reason."""
    await given(database)
    right = {"promise": CALLED, "mark": "kept"}
    for lead, body, why in (
        ("8", right, "lead 8 has no promise"),
        (LEAD, right | {"promise": "0" * 16}, "has no promise"),
        (LEAD, right | {"promise": "G" * 16}, "promise"),
        (LEAD, right | {"mark": "done"}, "mark"),
        (LEAD, right | {"note": "a\nb"}, "note is a line"),
        (LEAD, right | {"note": "я" * 501}, "at most 500"),
    ):
        status, told = await answer(api, f"/api/leads/{lead}/promises", json=body)
        assert (status, why in str(told["error"])) == (400, True), (body, told)
    for path in (f"/api/leads/{LEAD}/promises?state=done", "/api/promises?limit=0"):
        assert (await answer(api, path))[0] == 400
