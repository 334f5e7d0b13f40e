"""`minutes` and `profile`: from a file, from a recording, in both forms, and what they say of wrong input."""

import json
from pathlib import Path

import msgspec
import pytest

from processors.corrections import Entry
from processors.profile import Booked, Profile
from schemas.meetings import Utterance
from schemas.minutes import Conversation, MeetingRequest, Minutes
from tests.unit.cli.conftest import Line, StoreApi

TALK = """Анна: добрый день, что по приёмке
Сергей: договорились, приёмка будет за один день
Сергей: я пришлю новый договор до пятницы
"""
KEYS = {
    *("summary", "topics", "decisions", "actions", "pains", "conflicts", "competitors", "open_questions"),
    *("engine", "version"),
}


@pytest.fixture
def talk(tmp_path: Path) -> str:
    """A plain text on the disk."""
    path = tmp_path / "встреча.txt"
    path.write_text(TALK)
    return str(path)


def test_json_of_a_text(line: Line, talk: str) -> None:
    """The agreed keys; the promise with its owner and day as said, every quote verbatim from its line."""
    found = json.loads(line("minutes", talk, "--offline", "--json").stdout)
    assert set(found) >= KEYS
    assert found["engine"] == "offline"
    lines = [said.partition(": ")[2] for said in TALK.splitlines()]
    [promise] = found["actions"]
    assert (promise["owner"], promise["due"], promise["segment"]) == ("Сергей", "до пятницы", 2)
    for item in [*found["actions"], *found["decisions"]]:
        assert item["quote"] in lines[item["segment"]]
    msgspec.convert(found, Minutes)


def test_without_a_model_nothing_else_is_needed(line: Line, talk: str) -> None:
    """No model is set up, so the rules do it, and the text says so."""
    shown = line("minutes", talk).stdout
    assert "без модели" in shown
    assert "Сергей" in shown


def test_a_recording(line: Line, store: StoreApi) -> None:
    """By its id, from the store; the day of a promise is a date then."""
    said = [Utterance(0, 3000, "я пришлю новый договор завтра", "Сергей")]
    asked = MeetingRequest("7", "r1", "lead-7-x", 1_795_165_391_000, Conversation(said, 2, 1_795_165_391_000, 3000))
    store.answers["/api/recordings/r1"] = msgspec.to_builtins(asked)
    found = json.loads(line("minutes", "r1", "--json").stdout)
    assert found["version"] == 2
    assert found["actions"][0]["due"] == "2026-11-21"
    assert line("minutes", "r2").exit_code == 1


@pytest.mark.parametrize(("content", "word"), [(b"\xff", "UTF-8"), (b"", "реплики"), (b'{"words": 1}', "реплики")])
def test_a_file_that_is_no_transcript(line: Line, tmp_path: Path, content: bytes, word: str) -> None:
    """One line with the reason, exit code 1."""
    path = tmp_path / "x.txt"
    path.write_bytes(content)
    result = line("minutes", str(path))
    assert result.exit_code == 1
    assert word in result.stderr


def test_a_missing_file(line: Line) -> None:
    """A name with a suffix is a file, not a recording: the store is not asked."""
    result = line("minutes", "нет.txt")
    assert (result.exit_code, result.stderr) == (1, "Ошибка: нет файла нет.txt\n")


def test_profile(line: Line, store: StoreApi) -> None:
    """Every entry with its source; what a person corrected is marked."""
    fields = {
        "sells": [Entry("обувь и сумки", "Мария", 1_795_165_391_000)],
        "pains": [Entry("долгая приёмка", "r1", 1_795_165_391_000, "принимаете по три дня", 4)],
        "where": [],
    }
    store.answers["/api/leads/7/profile"] = msgspec.to_builtins(
        Profile("7", fields, ["sells"], Booked(30, 46, 45_000, 15, 30_000))
    )
    shown = line("profile", "7").stdout
    assert "Склад за 30\u00a0дней: 46\u00a0броней на 45\u00a0000\u00a0шт., снято 15 на 30\u00a0000\u00a0шт." in shown
    assert "Продаёт (исправлено человеком)" in shown
    assert "долгая приёмка — «принимаете по три дня» [r1, 20\u00a0ноября]" in shown
    assert "Где" not in shown
    line("profile", "7", "--set", "sells=обувь")
    assert store.asked[-1] == ("POST", "/api/leads/7/profile", {"field": "sells", "text": "обувь"})


@pytest.mark.parametrize("wrong", [("--set", "sells"), ("--set", "a=b"), ("--set", "sells=x", "--author", "М")])
def test_a_wrong_correction_is_usage(line: Line, wrong: tuple[str, ...]) -> None:
    """Nothing is posted."""
    assert line("profile", "7", *wrong).exit_code == 2
