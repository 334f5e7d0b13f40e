"""The screens of the flow, a trace and dead letters: what they show to whom, and what they write down."""

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
    """At most four kilobytes a message, and nothing but texts of boxes."""
    from streams.web.screens import flow as screen

    monkeypatch.setattr(screen, "FRESH_S", 0.05)
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
        assert max(map(len, messages)) <= 4096 and set(messages[1:]) == {b": ."}


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
            self.letters.add(SimpleNamespace(offset=number, value=LETTER.encode(letter), timestamp=NOW))  # type: ignore[arg-type]

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
