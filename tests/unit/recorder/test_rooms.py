"""Room names: the right lead or none, never a wrong one."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.rooms import BadMetadata, Meeting, find_lead, read_file_name, read_metadata, read_room

PREFIXES = ("lead-",)
TABLE = json.loads((Path(__file__).parents[2] / "fixtures" / "rooms.json").read_text())
"""The one that drives the tests of the Prosody module and of `processors/room_names.py` too."""
CASES = [
    pytest.param(group["prefixes"], name, told.get("id"), id=ascii(name))
    for group in TABLE
    for name, told in group["rooms"].items()
]


@pytest.mark.parametrize(("prefixes", "name", "lead"), CASES)
def test_lead_of_room(prefixes: list[str], name: str, lead: str | None) -> None:
    """The common table: a good name gives its lead, a near miss and any other name gives none, so it is unassigned."""
    assert find_lead(read_room(name), prefixes) == lead


@pytest.mark.parametrize(("prefixes", "name", "lead"), CASES)
def test_lead_of_metadata(prefixes: list[str], name: str, lead: str | None) -> None:
    """The same from Jibri's `metadata.json` when the start request carried no lead id."""
    told = json.dumps({"meeting_url": name}).encode()
    assert read_metadata(told, prefixes).lead_id == lead


def test_several_prefixes() -> None:
    """Every configured prefix counts, in any case, and none is a pattern."""
    assert find_lead(read_room("%d0%9b%d0%98%d0%94-5"), ("lead-", "Лид-")) == "5"
    assert find_lead("leadx5", ("lead.",)) is None


@given(st.text(max_size=80))
def test_any_text(name: str) -> None:
    """No text raises, and what is found is 1 to 12 ASCII digits."""
    lead = find_lead(read_room(name), PREFIXES)
    assert lead is None or (lead.isascii() and lead.isdecimal() and len(lead) <= 12)


def test_metadata_lead_wins() -> None:
    """The lead id that the Prosody module put into the start request counts more than the room name."""
    told = {
        "meeting_url": "https://m/lead-1-x",
        "lead_id": "22",
        "participants": [{"user": {"id": "u", "name": "Анна"}}],
    }
    assert read_metadata(json.dumps(told).encode(), PREFIXES) == Meeting("22", "lead-1-x", ("Анна",))


def test_number_of_no_lead() -> None:
    """The room's name holds a number that is no lead's, as the Prosody module was told: the name says nothing."""
    told = {"meeting_url": "https://m/lead-123452", "lead_known": False}
    assert read_metadata(json.dumps(told).encode(), PREFIXES) == Meeting(None, "lead-123452", (), lead_known=False)
    assert read_metadata(json.dumps(told | {"lead_id": "7"}).encode(), PREFIXES).lead_id == "7"


@pytest.mark.parametrize("lead_known", [True, None, 0, "", "false"])
def test_strange_lead_known(lead_known: object) -> None:
    """Only a plain `false` takes the room's name its word."""
    told = {"meeting_url": "https://m/lead-7", "lead_known": lead_known}
    assert read_metadata(json.dumps(told).encode(), PREFIXES) == Meeting("7", "lead-7")


@pytest.mark.parametrize("lead", ["abc", "", "1234567890123", None, 1.5, ["1"], "١٢", "1\n", True])
def test_strange_lead(lead: object) -> None:
    """A lead id that is none is passed over for the room name."""
    told = {"meeting_url": "https://m/lead-7", "lead_id": lead}
    assert read_metadata(json.dumps(told).encode(), PREFIXES).lead_id == "7"


@pytest.mark.parametrize("field", [{"participants": 5}, {"participants": [1, {"user": 2}, {}]}, {"meeting_url": []}])
def test_strange_fields(field: dict[str, object]) -> None:
    """A field of the wrong type costs that field only."""
    assert read_metadata(json.dumps({"lead_id": 12} | field).encode(), PREFIXES) == Meeting("12")


@pytest.mark.parametrize("text", [b"", b'{"meeting_url": "https://m/le', b"[1]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_broken_metadata(text: bytes) -> None:
    """A file that is no JSON object is `BadMetadata`, whatever is wrong with it."""
    with pytest.raises(BadMetadata):
        read_metadata(text, PREFIXES)


@given(st.binary(max_size=200))
def test_any_metadata(text: bytes) -> None:
    """No bytes raise anything but `BadMetadata`."""
    try:
        read_metadata(text, PREFIXES)
    except BadMetadata:
        return


@pytest.mark.parametrize(
    ("stem", "meeting"),
    [
        ("lead-12345-kickoff_2026-08-20-12-00-00", Meeting("12345", "lead-12345-kickoff")),
        ("lead-5-%d0%bf%d1%8_2026-08-20-12-00-00", Meeting("5", "lead-5-п\ufffd%8")),
        ("standup_2026-08-20-12-00-00", Meeting(None, "standup")),
        ("lead-5", Meeting("5", "lead-5")),
    ],
)
def test_file_name(stem: str, meeting: Meeting) -> None:
    """Without metadata the file name tells the room, also when it was cut inside an escape."""
    assert read_file_name(stem, PREFIXES) == meeting
