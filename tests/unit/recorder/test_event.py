"""The wire: the agent's own JSON against the codec of the main installation."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder import event
from recorder.event import LATEST_MS, Media, dead_letter, folder_of, is_about, note_of, recording
from recorder.jobs import Probe
from recorder.rooms import Meeting
from schemas.codec import Codec, event_id
from schemas.failed import DeadLetter
from schemas.sources import Recording
from schemas.topics import DEAD_LETTERS, RECORDINGS

RECORDING: Codec[Recording] = Codec(Recording)
LETTER: Codec[DeadLetter] = Codec(DeadLetter)
MEDIA = Media("381ca070", "lead-1_2026.mp4", 10, 1_790_000_060_500)

texts = st.text(max_size=30)
medias = st.builds(Media, texts, texts, st.integers(0, 1 << 50), st.integers(-(1 << 40), 1 << 45))
probes = st.builds(Probe, st.sampled_from(["ok", "damaged", "empty", "too_short"]), st.integers(0, 1 << 40), texts)
leads = st.none() | st.from_regex(r"[0-9]{1,12}", fullmatch=True)
meetings = st.builds(Meeting, leads, texts, st.lists(texts, max_size=3).map(tuple), st.booleans())


@given(medias, probes, meetings, texts, texts)
def test_same_bytes(media: Media, verdict: Probe, meeting: Meeting, path: str, host: str) -> None:
    """The codec takes the record, and what it would write itself is the same to the byte."""
    written = recording(media, verdict, meeting, path, "ab" * 32, host)
    read = RECORDING.decode(written)
    assert isinstance(read, Recording)
    assert RECORDING.encode(read) == written
    assert read.recording_id == event_id("recording", media.session_id, media.file)


def test_times() -> None:
    """The end is the last write, the start is the end less the length; both in ms UTC."""
    read = RECORDING.decode(recording(MEDIA, Probe("ok", 60_000), Meeting("1"), "p", "ab", "h"))
    assert isinstance(read, Recording)
    assert (read.started_at, read.ended_at, read.duration_ms) == (1_790_000_000_500, 1_790_000_060_500, 60_000)


@given(texts, st.integers(-1, 1 << 50), texts, texts, st.binary(max_size=100))
def test_same_dead_letter(key: str, ts: int, error_class: str, error: str, payload: bytes) -> None:
    """The same for a dead letter, with its bytes as msgspec writes them."""
    written = dead_letter(key, ts, error_class, error, payload)
    read = LETTER.decode(written)
    assert isinstance(read, DeadLetter)
    assert LETTER.encode(read) == written
    assert (read.topic, read.payload, read.key) == ("spool", payload, key.encode())


def test_topics() -> None:
    """The topic names are those of the main list."""
    assert (RECORDINGS.name, DEAD_LETTERS.name) == (event.RECORDINGS, event.DEAD_LETTERS)


@pytest.mark.parametrize(
    ("lead", "folder"), [("7", "7/2026/09/21/381ca070"), (None, "_unassigned/2026/09/21/381ca070")]
)
def test_folder(lead: str | None, folder: str) -> None:
    """A recording lies under its lead and the UTC day of its start; one without a lead has its own branch."""
    assert folder_of(MEDIA, Probe("ok", 60_000), lead) == folder


@given(st.integers(-(1 << 62), 1 << 62))
def test_any_clock(ended_at: int) -> None:
    """A file from 1901 or 2500 still gets a folder."""
    assert folder_of(Media("s", "f", 1, ended_at), Probe("ok", 60_000), "1")[:2] == "1/"


def test_is_about() -> None:
    """A note speaks for a file only as long as size and time are the same; a broken one for none.

    What was published may have another size: the file to use may be the repaired one.
    """
    note = note_of(recording(replace(MEDIA, size=9), Probe("ok"), Meeting(), "p", "ab", "h"), MEDIA)
    assert is_about(note, MEDIA)
    assert not is_about(note, replace(MEDIA, size=11))
    assert not is_about(note, replace(MEDIA, ended_at=LATEST_MS))
    assert not is_about(b"{", MEDIA)
    assert not is_about(None, MEDIA)
