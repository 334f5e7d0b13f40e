"""What became of clients over the read API, on real HTTP and chDB."""

import aiohttp
import msgspec
from msgspec.structs import replace

from schemas import events as ev
from schemas.codec import Codec
from schemas.outcomes import ClientOutcome, Said
from schemas.scores import Score
from streams.store.database import Database
from streams.store.read.risks import top
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import Sink
from tests.unit.store import fakes
from tests.unit.store.api_line import answer
from tests.unit.store.records import NOW, batch
from tests.unit.store.samples import LEAD, event_of


async def test_a_word_is_in_the_name_of_who_asks(api: aiohttp.ClientSession, database: Database) -> None:
    """Whatever the body says; stored, it is the client's last word, and all of them are told, the newest first."""
    body = {"outcome": "left", "since": "2020-02-29", "reason": " свой склад ", "author": "Мария"}
    status, event = await answer(api, f"/api/leads/{LEAD}/outcome", json=body)
    assert (status, event["type"], event["author"]) == (200, "client_outcome", "оператор")
    assert event["reason"] == "свой склад"
    await fakes.Feed(database, 50)([msgspec.convert(event, ClientOutcome)])
    _, told = await answer(api, f"/api/leads/{LEAD}/outcome")
    assert [(one["outcome"], one["since"]) for one in told["said"]] == [
        ("left", "2020-02-29"),
        ("stays", "2026-11-20"),
    ]
    _, every = await answer(api, "/api/outcomes?outcome=left")
    assert [one.author for one in msgspec.convert(every["outcomes"], list[Said])] == ["Мария", "оператор"]
    assert (await answer(api, "/api/outcomes?outcome=stays"))[1] == {"outcomes": []}


async def test_what_is_no_word_is_refused(api: aiohttp.ClientSession) -> None:
    """A word that is none, a day that is none, is long gone or to come, a reason of two lines."""
    for body, why in (
        ({"outcome": "dead"}, "outcome"),
        ({"outcome": "left", "since": "2026-02-30"}, "day is"),
        ({"outcome": "left", "since": "1999-12-31"}, "since is a day"),
        ({"outcome": "left", "since": "2999-01-01"}, "since is a day"),
        ({"outcome": "left", "reason": "a\nb"}, "reason is a line"),
    ):
        status, told = await answer(api, f"/api/leads/{LEAD}/outcome", json=body)
        assert (status, why in str(told["error"])) == (400, True), (body, told)
    assert (await answer(api, "/api/outcomes?outcome=dead"))[0] == 400


async def test_the_portals_hint_stands_until_a_person_speaks(api: aiohttp.ClientSession, database: Database) -> None:
    """It is told beside what people said, and no more once one has spoken after it."""
    change = event_of(ev.CrmChanged)
    junk = replace(change, event_id="a" * 16, entity="lead", entity_id=LEAD, fields={"stageId": "JUNK"}, ts=NOW)
    won = replace(change, event_id="b" * 16, fields={"stageId": "WON"}, ts=NOW - 9)
    await fakes.Feed(database, 50)([won, junk])
    _, told = await answer(api, f"/api/leads/{LEAD}/outcome")
    assert told["hint"] == {"lead_id": LEAD, "entity": "lead", "entity_id": LEAD, "stage": "JUNK", "ts": NOW}
    word = replace(event_of(ev.ClientOutcome), event_id="c" * 16, ts=NOW + 1)
    await fakes.Feed(database, 60)([word])
    assert (await answer(api, f"/api/leads/{LEAD}/outcome"))[1]["hint"] is None


async def test_who_has_left_is_not_at_the_top(database: Database) -> None:
    """Of risks: he is gone, others are not."""
    red = Score(score_id="1" * 16, lead_id="1", version=1, ts=NOW, points=90.0, level="red", parts=[])
    scores = [red, replace(red, score_id="2" * 16, lead_id="2")]
    await Sink(database, Codec[Score](Score), score_rows)(batch("lead.scores", map(msgspec.json.encode, scores)))
    await fakes.Feed(database)([replace(event_of(ev.ClientOutcome), lead_id="1", outcome="left")])
    assert [one.lead_id for one in (await top(database)).leads] == ["2"]
