"""The store worker on real Kafka, with chDB in its own process."""

import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest_asyncio

from schemas.codec import EVENT, Rejected, encode, event_id
from schemas.events import Author, Baseline, Event, MeetingMinutes, Message, Pick, Tick
from schemas.failed import DeadLetter
from schemas.minutes import OFFLINE, Action, Minutes
from schemas.reports import DailyReport
from schemas.scores import Score
from schemas.topics import DEAD_LETTERS, LEAD_EVENTS, LEAD_PARTITIONS, REPORTS
from streams.engine import landlock
from tests.installation import Installation, until

NOW = int(time.time() * 1000)
DAY = 86_400_000
QUICK = {"LEADPULSE_STORE__BASELINE_SECONDS": "0.5", "LEADPULSE_STORE__API_TOKEN": "secret"}
PATIENCE = 60.0


@pytest_asyncio.fixture
async def home(bootstrap: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics and folders of one test."""
    async with Installation(bootstrap, tmp_path, QUICK) as installation:
        yield installation


def pick(n: int, **fields: object) -> Event:
    """A pick of one piece, now, of one of five leads."""
    given = {"event_id": event_id("p", n), "lead_id": str(n % 5), "ts": NOW, "source": "t", "doc": "P", "qty": 1}
    return msgspec.convert(given | fields, Pick)


async def send(home: Installation, *events: Event) -> None:
    """Put events on `lead.events`."""
    await home.produce(LEAD_EVENTS, [(event.lead_id, encode(event)) for event in events])


async def on_the_wire(home: Installation) -> list[Event]:
    """What stands on `lead.events`."""
    found = [EVENT.decode(record.value) for record in await home.read(LEAD_EVENTS)]
    return [event for event in found if not isinstance(event, Rejected)]


async def ask(home: Installation, path: str, body: dict[str, Any] | None = None) -> Any:
    """The API's answer; None while there is no good one."""
    url = f"http://127.0.0.1:{home.settings.store.api_port}{path}"
    try:
        async with (
            aiohttp.ClientSession(headers={"Authorization": "Bearer secret"}) as session,
            session.request("GET" if body is None else "POST", url, json=body) as response,
        ):
            return await response.json() if response.status == 200 else None
    except aiohttp.ClientError:
        return None


async def value(home: Installation, query: str) -> Any:
    """The one value of a query; None while there is no answer."""
    told = await ask(home, "/api/sql", {"query": query})
    return told["rows"][0][0] if told else None


async def becomes(home: Installation, query: str, expected: int) -> None:
    """Wait until the query's value is `expected`."""

    async def true() -> bool:
        return bool(await value(home, query) == expected)

    await until(true, PATIENCE, f"{query} = {expected}")


async def test_everything_once(home: Installation) -> None:
    """Live events, history and a bad record go in; rows, ticks, baselines, a report come out; SIGTERM ends it."""
    process = home.worker("store", fresh=True)
    live = [pick(n) for n in range(100)]
    history = [pick(1000 + n, ts=NOW - (3 + n) * DAY, lead_id="77", backfill=True) for n in range(30)]
    await send(home, *live, *history)
    await home.produce(LEAD_EVENTS, [("1", b"{broken")])
    await becomes(home, "SELECT count() FROM events FINAL WHERE kind = 'pick'", 130)
    assert b"API_TOKEN=secret" not in Path(f"/proc/{process.pid}/environ").read_bytes()
    assert landlock.abi() == 0 or "NoNewPrivs:\t1" in Path(f"/proc/{process.pid}/status").read_text()

    async def baselines() -> list[Baseline]:
        found = [event for event in await on_the_wire(home) if isinstance(event, Baseline)]
        return [baseline for baseline in found if baseline.lead_id == "77" and len(baseline.days) == 30]

    async def published() -> bool:
        return bool(await baselines())

    await until(published, PATIENCE, "the baseline of the history")
    assert all(day.picks == day.picked_qty == 1 for baseline in await baselines() for day in baseline.days)
    ticks = {event.event_id for event in await on_the_wire(home) if isinstance(event, Tick)}
    assert len(ticks) == LEAD_PARTITIONS
    await becomes(home, "SELECT count() FROM failures FINAL", 1)
    report = msgspec.convert(await ask(home, "/api/reports", {}), DailyReport)
    [sent] = [json.loads(record.value or b"") for record in await home.read(REPORTS)]
    assert (sent["report_id"], report.dead_letters) == (report.report_id, 1)
    status = await ask(home, "/api/status")
    assert status["rows"]["reports"] == 1
    assert home.end(process, signal.SIGTERM) == 0


async def test_a_clients_score_can_be_asked_for(home: Installation) -> None:
    """From words on `lead.events` through the fold and `lead.scores` to the API: the level, and what made it."""
    home.worker("store")
    home.worker("pipeline")
    said = Author("7", "Анна")
    words = "Мы уходим от вас на другой склад"
    given = {"event_id": event_id("m", 1), "lead_id": "9", "ts": NOW, "source": "t", "author": said, "text": words}
    await send(home, Message(chat_id="-1", message_id="1", **given))  # type: ignore[arg-type]
    told: list[dict[str, Any]] = []

    async def scored() -> bool:
        told[:] = (await ask(home, "/api/leads/9/scores") or {}).get("scores", [])
        return bool(told)

    await until(scored, PATIENCE, "the score of lead 9")
    score = msgspec.convert(told[0] | {"lead_id": "9"}, Score)
    assert (score.version, score.level, [part.rule for part in score.parts]) == (1, "red", ["leaving_phrase"])
    assert await value(home, "SELECT level FROM scores_current WHERE lead_id = '9'") == "red"


async def test_what_people_say_became_of_things(home: Installation) -> None:
    """Through the API to Kafka and back: a promise is kept, and the client has left, so that his next words ring
    nobody."""
    home.worker("store")
    home.worker("pipeline")
    made = Minutes("итоги", OFFLINE, 1, actions=[Action("прислать счёт", "Анна", "2020-01-01", "пришлю", 0)])
    common = {"lead_id": "9", "ts": NOW, "source": "minutes"}
    talk = {"recording_id": "r", "room": "lead-9", "duration_ms": 1, "people": [], "minutes": made}
    await send(home, MeetingMinutes(event_id=event_id("mm", 1), **common, **talk))  # type: ignore[arg-type]
    told: dict[str, Any] = {}

    async def promised(state: str) -> bool:
        told.update(await ask(home, f"/api/leads/9/promises?state={state}") or {"promises": []})
        return bool(told["promises"])

    await until(lambda: promised("past"), PATIENCE, "the promise of lead 9")
    body = {"promise": told["promises"][0]["promise"], "mark": "kept"}
    assert (await ask(home, "/api/leads/9/promises", body))["author"] == "оператор"
    await until(lambda: promised("kept"), PATIENCE, "the mark of the promise")
    assert (await ask(home, "/api/leads/9/outcome", {"outcome": "left"}))["outcome"] == "left"
    words = {"author": Author("7", "Анна"), "text": "Мы уходим на другой склад", "chat_id": "-1", "message_id": "1"}
    await send(home, Message(event_id=event_id("m", 2), **(common | {"source": "t"}), **words))  # type: ignore[arg-type]
    held: list[str] = []

    async def alerted() -> bool:
        held[:] = [alert["held"] for alert in (await ask(home, "/api/alerts") or {"alerts": []})["alerts"]]
        return bool(held)

    await until(alerted, PATIENCE, "the alert of lead 9")
    assert set(held) == {"left"}
    await becomes(home, "SELECT count() FROM leads WHERE lead_id = '9' AND outcome = 'left'", 1)


async def test_killed_while_storing(home: Installation) -> None:
    """SIGKILL in mid-load, twice: after the restart everything is there once, and nothing became a dead letter."""
    total = 0
    for _ in range(2):
        process = home.worker("store")

        async def answers() -> bool:
            return bool(await ask(home, "/api/status"))

        await until(answers, PATIENCE, "the API answers")
        for _ in range(10):
            await send(home, *(pick(total + n, ts=NOW - n) for n in range(500)))
            total += 500
        home.end(process)
    process = home.worker("store")
    await becomes(home, "SELECT count() FROM events FINAL WHERE kind = 'pick'", total)
    assert await value(home, "SELECT uniqExact(event_id) FROM events WHERE kind = 'pick'") == total
    assert not await home.read(DEAD_LETTERS)
    assert home.end(process, signal.SIGTERM) == 0


async def test_dead_letters_do_not_breed(home: Installation) -> None:
    """A dead letter that is unreadable itself does not become another one."""
    letter = DeadLetter("source.wms", 0, 1, NOW, "a", "E", "e", b"x")
    await home.produce(DEAD_LETTERS, [("k", text) for text in (b"{", msgspec.json.encode(letter), b"null")])
    home.worker("store")
    await becomes(home, "SELECT count() FROM failures FINAL", 1)
    await home.settled("store", DEAD_LETTERS, PATIENCE)
    assert len(await home.read(DEAD_LETTERS)) == 3
