"""Room names: the right lead or none, never a wrong one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.rooms import BadMetadata, Meeting, find_lead, read_file_name, read_metadata, read_room

PREFIXES = ("lead-",)
CASES = [  # room as it stands in a URL or JID, lead
    ("lead-12345-kickoff", "12345"),
    ("Lead-9-MiXed", "9"),
    ("lead-12345", "12345"),
    ("lead-12345_x", "12345"),
    ("lead-12345.x", "12345"),
    ("lead-12345%20x", "12345"),
    ("lead-123456789012", "123456789012"),
    ("lead-00012345", "00012345"),
    ("lead-12345-%d0%bf%d1%80%d0%b8%d0%b2%d0%b5%d1%82", "12345"),
    ("lead-12345-%d0%bf%d1%8", "12345"),
    ("lead%e2%80%9312345-x", "12345"),
    ("lead%e2%80%9412345", "12345"),
    ("lead%e2%88%9212345", "12345"),
    ("lead-%ef%bc%91%ef%bc%92", "12"),
    ("https://meet.example/acme/lead-888-kickoff", "888"),
    ("[acme]lead-888-kickoff@conference.meet.example", "888"),
    ("https://meet.example/lead-7/", "7"),
    ("lead%2012345", None),
    ("lead_12345", None),
    ("lead--12345", None),
    ("lead-12345kickoff", None),
    ("lead-1234567890123", None),
    ("lead-", None),
    ("leads-12345", None),
    ("x-lead-12345", None),
    ("standup", None),
    ("", None),
    ("%d0%bb%d0%b8%d0%b4-12345", None),
    ("l%d0%b5ad-12345", None),
    ("lead%252d12345", None),
    ("lead-%d9%a1%d9%a2", None),
    ("https://meet.example/lead-1/standup", None),
]


@pytest.mark.parametrize(("name", "lead"), CASES)
def test_lead_of_room(name: str, lead: str | None) -> None:
    """The table of the research: strict prefix, ASCII digits, one decoding, no guess."""
    assert find_lead(read_room(name), PREFIXES) == lead


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
