"""The screens of the flow and of a trace: what they show to whom, and what they write down."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from schemas.traces import Standing, Step, Trace
from streams.web.flow_edges import NODES
from tests.unit.web.flow import filled
from tests.unit.web.page import NOW, OWN, SECRET_NAME, page


async def test_the_picture_says_in_words_what_stands() -> None:
    """Every box with its name, in the drawing and in the list; red and with words where it stands; no client in it."""
    async with page() as here:
        filled(here)
        answer = await here.get("/flow", "head")
        text = await answer.text()
        assert answer.status == 200
        for node in NODES:
            assert text.count(f'data-box="{node.id}"') == 2, node.id
        assert "✗ стоит 4\u00a0мин" in text and "✗ ждут 3" in text and "обычно 12" in text
        assert SECRET_NAME not in text and 'href="/dead"' not in text, "letters are the administrator's"
        assert (await here.get("/flow", "curator")).status == 403
        assert 'href="/dead"' in await (await here.get("/flow", "admin")).text()


async def test_an_empty_board_says_that_it_looks() -> None:
    """Neither zeros nor green before the first look; a Kafka that is away is said."""
    async with page() as here:
        assert "появятся через несколько секунд" in await (await here.get("/flow", "head")).text()
        here.office.flow.fault = "Kafka не отвечает"
        assert "Kafka не отвечает" in await (await here.get("/flow", "head")).text()


async def test_the_stream_tells_everything_once_and_then_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most four kilobytes a message, and nothing but texts of boxes and arrows."""
    from streams.web import flow_board
    from streams.web.screens import flow as screen

    monkeypatch.setattr(flow_board, "PATIENCE_S", 0.05)
    monkeypatch.setattr(screen, "LONGEST_S", 0.4)
    async with page() as here:
        filled(here)
        assert (await here.get("/flow/live", "head")).headers["Location"] == "/flow", "no page of its own"
        answer = await here.get("/flow/live", "head", Accept="text/event-stream")
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        messages = [part for part in (await answer.read()).split(b"\n\n") if part]
        first = json.loads(messages[0].removeprefix(b"data: "))
        assert set(first) == {node.id for node in NODES}
        assert first["notify"][2:] == ["✗ стоит 4\u00a0мин", "bad"]
        arrows = json.loads(messages[1].removeprefix(b"data: "))
        assert arrows["alerts>notify"] == ["0", "✗ стоит", "4\u00a0мин", "bad"]
        assert max(map(len, messages)) <= 4096 and set(messages[2:]) == {b": ."}


async def test_who_watches_is_told_of_each_look_and_has_them_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody there: a look in five pauses. Somebody: one each, and he hears of it at once."""
    from streams.web import flow_board

    slow = asyncio.Event()
    monkeypatch.setattr(flow_board, "PAUSE_S", 60.0)
    monkeypatch.setattr(flow_board, "PATIENCE_S", 60.0)
    monkeypatch.setattr(flow_board, "WATCHED_S", 0.01)
    async with page() as here:
        board, looks = here.office.flow, 0

        async def look() -> None:
            nonlocal looks
            looks += 1
            if looks == 4:
                await slow.wait()

        monkeypatch.setattr(board, "_look", look)
        running = asyncio.ensure_future(board.run())
        await asyncio.sleep(0.2)
        assert looks == 1, "nobody watches"
        for expected in (2, 3):
            await asyncio.wait_for(board.looked(), 120)
            assert looks == expected
        waiting = asyncio.ensure_future(board.looked())
        await asyncio.sleep(0.1)
        assert looks == 4 and not waiting.done(), "the look is not over"
        slow.set()
        await asyncio.wait_for(waiting, 120)
        running.cancel()


def record(text: bytes) -> Any:
    """A record of a topic."""
    return SimpleNamespace(partition=0, offset=7, timestamp=NOW, value=text)


async def test_a_box_shows_places_and_its_words_only_to_the_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The head sees when and where; what is in a record only the administrator, and the access log says so."""
    async with page() as here:
        filled(here)

        async def newest(self: object, topic: object) -> list[Any]:
            return [record(f"<b>{SECRET_NAME}</b>".encode())]

        monkeypatch.setattr(type(here.office.flow), "newest", newest)
        seen = await (await here.get("/flow/alerts", "head")).text()
        assert "/trace?id=lead.alerts/0/7" in seen and SECRET_NAME not in seen
        assert (await here.get("/flow/alerts/payloads", "head")).status == 403
        shown = await (await here.get("/flow/alerts/payloads", "admin")).text()
        assert f"&lt;b&gt;{SECRET_NAME}&lt;/b&gt;" in shown
        assert [(line.action, line.object) for line in here.log()][-1] == ("payload", "alerts")
        told = await (await here.get("/flow/outbox", "head")).text()
        assert "Telegram: ждут отправки — 2" in told and "429 Too Many Requests" in told
        stands = await (await here.get("/flow/notify", "head")).text()
        assert "Тревоги: читает 0 в минуту, ждут 2, стоит 4\u00a0мин" in stands
        assert "стоит 4\u00a0мин" in stands and "/readyz" in stands and "Последние записи" not in stands
        assert (await here.get("/flow/nothing", "head")).status == 404


async def test_a_trace_in_words_and_in_the_access_log() -> None:
    """Steps with the time between, where it stands, the client with a link; who looked is written down before."""
    steps = [
        Step(stage="received", at=NOW, name="source.wms/3/41"),
        Step(stage="parsed", at=NOW + 3, what="reservation", name="0" * 16, after=0, ms=3),
        Step(stage="delivery", at=0, what="telegram", after=1, state="waiting", detail="<429>", retry_at=NOW + 12_000),
    ]
    found = Trace(
        asked="R-1",
        leads=[OWN],
        steps=steps,
        stands=Standing(state="waiting", stage="delivery", worker="telegram", detail="<429>", retry_at=NOW + 12_000),
    )
    async with page() as here:
        here.store.answers["/api/trace"] = msgspec.to_builtins(found)
        text = (await (await here.get("/trace?id=R-1", "head")).text()).replace("\u00a0", " ")
        assert "Сейчас: ждёт Telegram: &lt;429&gt;, ещё 12 с." in text
        assert "разобрано: бронь" in text and "через 3 мс" in text and f"/leads/{OWN}" in text
        assert [(line.action, line.lead, line.object) for line in here.log()] == [("view", OWN, "trace")]
        assert "Найти" in await (await here.get("/trace", "head")).text()
        here.is_kafka_away = True
        away = await here.get("/trace?id=R-1", "head")
        assert away.status == 503 and SECRET_NAME not in await away.text()
