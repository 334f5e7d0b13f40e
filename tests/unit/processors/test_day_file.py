"""The day's messages as a file: what Excel shows, what a program reads, what must never be run."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from processors.day_file import day_file, defused
from schemas.exports import DayMessage

NAMES = {"12345": "=ООО «Ромашка»"}
ONE = DayMessage("12345", 1_795_165_391_000, "-1001", "57", "501", "Пётр", "client", "где\nтовар; «весь»?")


def name_of(lead: str) -> str:
    """Also a name may begin like a formula."""
    return NAMES.get(lead, "")


def cells(messages: list[DayMessage], **options: Any) -> list[list[str]]:
    """The rows under the head, as a table processor reads them."""
    text = day_file(messages, "csv", name_of, **options).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]


def test_excel_shows_every_cell() -> None:
    """With the sign of UTF-8, semicolons, Moscow time; line breaks and quotes stay within their cell."""
    file = day_file([replace(ONE, edited_at=1_795_165_400_000, deleted=True)], "csv", name_of)
    assert file.startswith("\ufeffВремя (мск);Лид;Клиент;Чат;".encode())
    assert day_file([], "csv", name_of, bom=False).startswith("Время".encode())
    [row] = cells([replace(ONE, edited_at=1_795_165_400_000, deleted=True)])
    said = ["12345", "'=ООО «Ромашка»", "-1001", "57", "клиент", "Пётр", "501", "где\nтовар; «весь»?", "", ""]
    assert row == ["20.11.2026 12:03:11", *said, "20.11.2026 12:03:20", "да"]


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x")', "+7 916", "-1+2", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=cmd|'/C calc'!A0", "-"],
)
def test_a_formula_is_a_text(text: str) -> None:
    """An apostrophe stands before it, also in a name that a client chose."""
    [row] = cells([replace(ONE, text=text, author=text)])
    assert row[8] == row[6] == f"'{text}"


@given(st.text())
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """Whatever was written; and nothing of it is lost."""
    cell = defused(text)
    assert cell.removeprefix("'") == text.removeprefix("'") if cell == text else cell[1:] == text
    assert not cell.lstrip().startswith(("=", "+", "@", "＝", "＋", "－", "＠"))
    assert not cell.startswith("-") or cell[1:].isdigit()


def test_numbers_stay_numbers() -> None:
    """The id of a group begins with a minus."""
    assert cells([ONE])[0][3] == "-1001"


def test_a_program_gets_a_line_a_message() -> None:
    """All fields, the time with its zone, no sign before the first."""
    first, second = day_file([ONE, replace(ONE, text="=1")], "jsonl", name_of).splitlines()
    told = json.loads(first)
    assert (told["time"], told["ts"], told["text"]) == ("2026-11-20T12:03:11+03:00", ONE.ts, ONE.text)
    assert json.loads(second)["text"] == "=1"


def test_half_a_character_loses_no_file() -> None:
    """A lone surrogate came with a text."""
    assert "?" in day_file([replace(ONE, text="a\ud83d")], "csv", name_of).decode()


def test_an_album_is_one_message_for_people() -> None:
    """Its words and how many of what; another album, another person's, and the lines for programs stay as they are."""
    parts = [
        replace(ONE, message_id=str(n), text="накладные" if n == 2 else "", content="photo", album="a", deleted=n == 1)
        for n in range(1, 4)
    ]
    file = replace(ONE, message_id="4", text="", content="document", album="a")
    others = [replace(ONE, message_id="5", album="b"), replace(ONE, message_id="6", album="a", author_id="7"), ONE]
    rows = cells([*parts, file, *others])
    assert [(row[4], row[8], row[9], row[12]) for row in rows] == [
        ("1", "накладные", "фото ×3, файл", ""),
        *(((one.message_id), ONE.text, "", "") for one in others),
    ]
    assert len(day_file([*parts, file], "jsonl", name_of).splitlines()) == 4
