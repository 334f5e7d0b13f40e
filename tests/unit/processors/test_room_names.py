"""Tests of `processors.room_names`: the table that the Lua module answers too, and any text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.room_names import RoomName, read_room_name

TABLES = json.loads((Path(__file__).parents[2] / "fixtures" / "rooms.json").read_text())
CASES = [(name, table["prefixes"], wanted) for table in TABLES for name, wanted in table["rooms"].items()]
LEAD = ["lead-"]


@pytest.mark.parametrize(("name", "prefixes", "wanted"), CASES, ids=[ascii(case[0]) for case in CASES])
def test_room_name(name: str, prefixes: list[str], wanted: dict[str, str]) -> None:
    """Each name of the table means what the table says."""
    room = read_room_name(name, prefixes)
    assert (room.kind, room.lead_id) == (wanted["kind"], wanted.get("id"))


def test_table_is_large_enough() -> None:
    """All three kinds are in the table, and at least 60 names."""
    kinds = [wanted["kind"] for _, _, wanted in CASES]
    assert len(kinds) >= 60
    assert all(kinds.count(kind) >= 20 for kind in ("lead", "near_miss", "other"))


@given(st.text())
def test_any_text_is_read(name: str) -> None:
    """No text raises, and an id is 1 to 12 ASCII digits that are there only for a lead."""
    room = read_room_name(name, LEAD)
    assert (room.lead_id is not None) == (room.kind == "lead")
    assert room.lead_id is None or (room.lead_id.isascii() and room.lead_id.isdigit() and len(room.lead_id) <= 12)


@given(st.from_regex(r"[0-9]{1,12}", fullmatch=True), st.sampled_from(["", "-тема", "_x", ".", " 7"]))
def test_every_id_is_found(id_: str, rest: str) -> None:
    """Any id behind the prefix is found as it is, whatever comes after a boundary."""
    assert read_room_name(f"lead-{id_}{rest}", LEAD) == RoomName("lead", id_)


def test_a_prefix_is_no_pattern() -> None:
    """Signs that mean something in a regular expression stand for themselves; an empty prefix matches nothing."""
    assert read_room_name("leadx5", ["lead."]) == RoomName("other")
    assert read_room_name("5", [""]) == RoomName("other")
