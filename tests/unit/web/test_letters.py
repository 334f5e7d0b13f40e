"""The screens of dead letters: by stage and fault, one by one, dealt with as a person chooses, and written down."""

from types import SimpleNamespace
from typing import Any

import pytest

from schemas.failed import DeadLetter
from schemas.traffic import OpenHeap
from streams.engine.dead_letters import OpenLetters
from streams.engine.dealing import Dealt
from streams.engine.letters import LETTER
from tests.unit.web.flow import filled
from tests.unit.web.page import NOW, SECRET_NAME, page


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
