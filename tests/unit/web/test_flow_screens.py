"""The screens of the flow, a trace and dead letters: what they show to whom, and what they write down."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from schemas.failed import DeadLetter
from schemas.traces import Standing, Step, Trace
from schemas.traffic import FlowFigures, OpenHeap, Waiting
from streams.engine.dead_letters import OpenLetters
from streams.engine.dealing import Dealt
from streams.engine.letters import LETTER
from streams.web.flow_edges import NODES
from streams.web.flow_figures import Sample
from tests.unit.web.page import NOW, OWN, SECRET_NAME, Page, page

ALERTS = ("lead.alerts", 3)


def filled(here: Page) -> None:
    """A board on which the notify worker stands, and a store that knows of letters and of Telegram's reason."""
    for seconds in range(0, 245, 5):
        at = NOW + seconds * 1000
        here.office.flow.history.add(Sample(at, {ALERTS: 3}, {"notify": {ALERTS: 1}}))
    here.office.flow.figures = FlowFigures(
        at=NOW,
        minutes=[],
        usual={"wms:main": 12.0},
        letters=[OpenHeap("pipeline.source.wms", "Invalid", 3, NOW)],
        waiting=[Waiting("telegram", 2, NOW, "429 Too Many Requests")],
    )


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
            await asyncio.wait_for(board.looked(), 20)
            assert looks == expected
        waiting = asyncio.ensure_future(board.looked())
        await asyncio.sleep(0.1)
        assert looks == 4 and not waiting.done(), "the look is not over"
        slow.set()
        await asyncio.wait_for(waiting, 20)
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


class Letters:
    """A desk with two kinds of letters, in memory."""

    def __init__(self) -> None:
        self.letters, self.dealt = OpenLetters(), [Dealt()]
        self.asked: list[tuple[list[int], str]] = []
        for number in range(3):
            error = "KeyError" if number == 2 else "Invalid"
            letter = DeadLetter(
                "source.wms", 0, number, NOW + number, "pipeline.source.wms", error, f"no qty in <{number}>",
                f'{{"who": "{SECRET_NAME}"}}'.encode(),
            )  # fmt: skip
            self.letters.add(SimpleNamespace(offset=number, value=LETTER.encode(letter), timestamp=NOW))

    async def look(self) -> OpenLetters:
        return self.letters

    async def deal(self, found: Any, how: str) -> Dealt:
        self.asked.append(([one.number for one in found], how))
        return Dealt(done=self.asked[-1][0])

    async def close(self) -> None:
        pass


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    """On every page of the test."""
    desk = Letters()
    monkeypatch.setattr("streams.web.flow_board.FlowBoard.desk", lambda self, by: desk)
    return desk


async def test_letters_by_stage_and_fault(letters: Letters) -> None:
    """Counts, a sample, the letters of a group; a letter's record; all of it written down."""
    async with page() as here:
        text = await (await here.get("/dead", "admin")).text()
        assert text.index("pipeline.source.wms: Invalid") < text.index("pipeline.source.wms: KeyError")
        assert "Открыто: 2" in text and SECRET_NAME not in text
        group = await (await here.get("/dead?agent=pipeline.source.wms&error=Invalid", "admin")).text()
        assert "no qty in &lt;0&gt;" in group and "no qty in &lt;2&gt;" not in group
        one = await (await here.get("/dead/2", "admin")).text()
        assert SECRET_NAME in one and "/trace?id=source.wms/0/2" in one
        assert [(line.action, line.object) for line in here.log()][-1] == ("payload", "2")
        assert (await here.get("/dead/99", "admin")).status == 404
        assert (await here.get("/dead", "head")).status == 403


async def test_letters_go_back_one_or_a_group_and_never_all_by_mistake(letters: Letters) -> None:
    """What is chosen is dealt with; a form without a choice, or with another word, does nothing."""
    async with page() as here:
        group = {"do": "replay", "agent": "pipeline.source.wms", "error": "Invalid"}
        answer = await here.post("/dead", "admin", group)
        assert answer.status == 303
        assert (
            "Возвращено в работу: 2\u00a0записи." in await (await here.get(answer.headers["Location"], "admin")).text()
        )
        await here.post("/dead", "admin", {"do": "drop", "number": "2"})
        assert letters.asked == [([0, 1], "replayed"), ([2], "dropped")]
        for form in ({"do": "replay"}, {"do": "replay", "agent": "x"}, {"number": "1"}, {"do": "erase", "number": "1"}):
            assert (await here.post("/dead", "admin", form)).status == 400
        assert (await here.post("/dead", "admin", {"do": "drop", "number": "77"})).status == 404
        assert len(letters.asked) == 2
        forged = await (await here.get("/dead?how=<b>&done=1e9&first=<script>", "admin")).text()
        assert "<script>" not in forged.split("</head>")[1] and "Закрыто: 0" in forged


async def test_letters_that_somebody_knows_of_are_quiet_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a reason and his name, on the page and on the topic; others stay red; it comes back by itself, or sooner."""
    letter = DeadLetter("source.wms", 1, 7, NOW, "pipeline.source.wms", "Invalid", "no qty", b"{}")
    letters = OpenLetters()
    letters.add(SimpleNamespace(offset=0, timestamp=NOW, value=LETTER.encode(letter)))

    async def look(self: object) -> OpenLetters:
        return letters

    async def newest(self: object, topic: object) -> list[Any]:
        return []

    monkeypatch.setattr("streams.engine.dealing.Desk.look", look)
    monkeypatch.setattr("streams.web.flow_board.FlowBoard.newest", newest)
    heap = {"agent": "pipeline.source.wms", "error": "Invalid"}
    known = heap | {"do": "mute", "hours": "4", "reason": "  чинят   у отправителя "}
    async with page() as here:
        filled(here)

        def state() -> tuple[str, str]:
            return here.office.flow.told()["dead"][2:]

        assert (await here.post("/dead", "head", known)).status == 403
        for wrong in ({"hours": "5000"}, {"reason": " "}, {"error": ""}):
            assert (await here.post("/dead", "admin", known | wrong)).status == 400
        assert state() == ("ждут 3", "bad")
        answer = await here.post("/dead", "admin", known)
        assert (answer.status, answer.headers["Location"]) == (303, "/dead?how=muted")
        assert state() == ("известны 3", "warn")
        for path, role in (("/dead?how=muted", "admin"), ("/flow/dead", "head")):
            text = await (await here.get(path, role)).text()  # type: ignore[arg-type]
            assert "чинят у отправителя (Анна Админова" in text, path
        here.office.flow.figures.letters.append(OpenHeap("pipeline.source.wms", "Other", 2, NOW))  # type: ignore[union-attr]
        assert state() == ("ждут 2", "bad")
        here.now += 4 * 3_600_000
        assert state() == ("ждут 5", "bad")
        await here.post("/dead", "admin", known)
        assert (await here.post("/dead", "admin", heap | {"do": "unmute"})).headers["Location"] == "/dead?how=unmuted"
        assert state() == ("ждут 5", "bad")
        sent = [one for one in here.sent if one.topic == "dead.mutes"]
        assert [one.key for one in sent] == [b"pipeline.source.wms/Invalid"] * 3 and sent[-1].value is None
