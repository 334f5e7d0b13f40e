"""A line to the assistant on the page, its answers, and what it remembers."""

from pathlib import Path
from typing import Any

import msgspec

from processors.assistant.memory import key_of
from schemas.assistant import AssistantAsked, Remembered
from schemas.command_codecs import ASKED
from schemas.told_commands import Line, Lines
from schemas.topics import ASSISTANT_ASKED, ASSISTANT_MEMORY
from tests.unit.web.commanding import House, commanding
from tests.unit.web.page import NOW, OTHER, OWN

ME = "web/ucurator"


def talk(house: House, *lines: Line) -> None:
    """What the store tells, the newest first."""
    house.here.store.answers["/api/assistant/lines"] = msgspec.to_builtins(Lines(list(lines)))


def line(number: int, side: Any, text: str, **more: Any) -> Line:
    """Of the curator's talk."""
    return Line(person=ME, at=NOW + number, side=side, line_id=f"l{number}", text=text, **more)


def asked(house: House) -> list[AssistantAsked]:
    """What was said to it."""
    outputs = [one for one in house.here.sent if one.topic == ASSISTANT_ASKED.name]
    assert {one.key for one in outputs} <= {ME.encode()}
    return [ASKED.decode(one.value or b"") for one in outputs]  # type: ignore[misc]


async def test_what_is_no_line_to_it(tmp_path: Path) -> None:
    """Neither an empty one, nor an endless one, nor about another's client."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        talk(house)
        for form in ({"text": " "}, {"text": "я" * 1001}, {"text": "да", "lead": "x"}):
            assert (await house.here.post("/assistant", "curator", form)).status == 400
        assert (await house.here.post("/assistant", "curator", {"text": "да", "lead": OTHER})).status == 403
        assert asked(house) == []


async def test_who_said_it_and_about_whom(tmp_path: Path, monkeypatch: Any) -> None:
    """A press of an option is an answer to its question."""
    monkeypatch.setattr("streams.web.asking.PATIENCE_S", 0.1)
    async with commanding(tmp_path) as house:
        house.user("curator")
        talk(house)
        form = {"text": "поставь задачу", "lead": OWN, "name": "Чужой", "who": "web/other"}
        answer = await house.here.post("/assistant", "curator", form)
        assert answer.headers["Location"] == f"/assistant?lead={OWN}#end"
        await house.here.post("/assistant", "curator", {"text": "мне", "answers": "s1", "choice": "1"})
        first, second = asked(house)
        assert (first.who, first.name, first.via, first.lead_id) == (ME, "Ольга Петрова", "page", OWN)
        assert (second.answers, second.choice, second.lead_id) == ("s1", 1, "")
        assert [entry.lead for entry in house.here.log() if entry.action == "ask"] == [OWN, ""]


async def test_its_answers_and_its_question(tmp_path: Path) -> None:
    """The newest last; a question has its options until it is answered; what it proposed can be opened."""
    async with commanding(tmp_path) as house:
        house.user("curator")
        standing = house.proposed()
        question = line(3, "said", "Кому поручить?", question=True, options=["мне", "Олегу"], of="l2")
        talk(house, question, line(2, "asked", "поставь задачу"))
        seen = await (await house.here.get("/assistant", "curator")).text()
        assert seen.index("поставь задачу") < seen.index("Кому поручить?") < seen.index("Олегу")
        assert "hx-get" not in seen.partition('id="talk"')[2].partition(">")[0]
        answered = line(5, "said", "Предлагаю задачу", command=standing.command_id, of="l4")
        talk(house, answered, line(4, "asked", "мне", of="l3", choice=0), question, line(2, "asked", "поставь"))
        seen = await (await house.here.get("/assistant", "curator")).text()
        assert f"/commands/{standing.command_id}" in seen and "Олегу" not in seen
        talk(house, line(6, "asked", "а теперь?"))
        seen = await (await house.here.get("/assistant/talk", "curator")).text()
        assert "думает" in seen and 'hx-get="/assistant/talk"' in seen and "<html" not in seen


async def test_what_it_remembers_can_be_put_right_and_forgotten(tmp_path: Path, monkeypatch: Any) -> None:
    """Of oneself, and of a client of one's own; of others neither seen nor changed."""
    monkeypatch.setattr("streams.web.asking.PATIENCE_S", 0.1)
    async with commanding(tmp_path) as house:
        house.user("curator", telegram_id=55)
        wish = Remembered(memory_id="1", about=f"who/{ME}", kind="wish", text="Не звонить в выходные", at=NOW)
        spoken = Remembered(memory_id="2", about="who/tg:55", kind="wish", text="Коротко", at=NOW)
        his = Remembered(memory_id="3", about=f"lead/{OWN}", kind="refusal", text="Рано", at=NOW, by="Ольга Петрова")
        others = Remembered(memory_id="4", about=f"lead/{OTHER}", kind="result", text="Тайное", at=NOW)
        strangers = Remembered(memory_id="5", about="who/web/x", kind="wish", text="Чужое", at=NOW)
        memory = house.commands.memory.memory
        for one in (wish, spoken, his, others, strangers):
            memory.take(key_of(one), one)
        seen = await (await house.here.get(f"/assistant/memory?lead={OWN}", "curator")).text()
        assert all(words in seen for words in ("Не звонить в выходные", "Коротко", "Рано"))
        assert "Тайное" not in seen and "Чужое" not in seen
        assert (await house.here.get(f"/assistant/memory?lead={OTHER}", "curator")).status == 403
        for one in (others, strangers):
            form = {"about": one.about, "do": "forget"}
            assert (await house.here.post(f"/assistant/memory/{one.memory_id}", "curator", form)).status == 403
        await house.here.post("/assistant/memory/1", "curator", {"about": wish.about, "do": "save", "text": "Звонить"})
        await house.here.post("/assistant/memory/3", "curator", {"about": his.about, "do": "forget"})
        saved, gone = [one for one in house.here.sent if one.topic == ASSISTANT_MEMORY.name]
        kept = msgspec.json.decode(saved.value or b"", type=Remembered)
        assert (kept.text, kept.by, saved.key) == ("Звонить", "Ольга Петрова", f"who/{ME}/1".encode())
        assert (gone.key, gone.value) == (f"lead/{OWN}/3".encode(), None)
