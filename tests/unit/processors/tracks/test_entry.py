"""One meeting, one entry: the better text has the higher version, whatever came first."""

from itertools import permutations
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from processors.identity import Identities
from processors.normalize import Options
from processors.normalize.recordings import normalize as recorded
from processors.normalize.transcripts import normalize as transcribed
from processors.tracks.entry import entry_id, version_of
from schemas.events import MeetingRecorded, MeetingTranscribed
from schemas.minutes import MeetingRequest
from schemas.sources import Identity, Recording, RoomReport, Transcript, Word
from schemas.types import Meta
from tests.golden.examples import accepted

META = Meta("source.transcripts", 0, 0, 0)
ENTRY = entry_id("m1")
JIBRI = Recording("aa", "s1", "a.mp4", "7/a.mp4", 1, "0" * 64, "lead-7", 60_000, 60_000, 0, "ok")
TRACKS = replace(JIBRI, recording_id=ENTRY, session_id="", path="7/t.mka", meeting_id="m1", sessions=["s1"])
GAPPED = replace(TRACKS, gaps=[(0, 20_000)])
OPTIONS = Options(entry={"s1": ENTRY}.get)  # type: ignore[arg-type]


def text(recording: Recording, version: int = 1, **more: bool) -> Transcript:
    return Transcript(recording, version, "vosk", "m", [Word("да", 0, 900, 1.0)], **more)  # type: ignore[arg-type]


def events(told: Transcript, options: Options = OPTIONS) -> list[Any]:
    return accepted(transcribed(META, msgspec.json.encode(told), Identities(), options))


def test_the_better_text_is_the_higher_version() -> None:
    """Tracks with gaps < the mixed sound < filled tracks < tracks of the whole meeting; each improves in itself."""
    order = [text(GAPPED), text(GAPPED, 2), text(JIBRI), text(JIBRI, 4), text(GAPPED, 2, filled=True), text(TRACKS)]
    versions = [version_of(one) for one in order]
    assert versions == sorted(set(versions))


def test_all_that_is_made_of_a_meeting_is_one_entry() -> None:
    """In whatever order: recordings, words, minutes asked for."""
    for order in permutations([text(JIBRI), text(TRACKS), text(GAPPED, filled=True)]):
        found = [one for each in order for one in events(each)]
        said = [one for one in found if isinstance(one, MeetingTranscribed)]
        asked = [one for one in found if isinstance(one, MeetingRequest)]
        assert {one.recording_id for one in said} == {one.recording_id for one in asked} == {ENTRY}
        assert len({one.event_id for one in said}) == 3
        assert max(one.version for one in said) == version_of(text(TRACKS))
        assert sorted(one.version for one in said) == sorted(one.conversation.version for one in asked)
    for recording in (JIBRI, TRACKS):
        [event] = accepted(recorded(META, msgspec.json.encode(recording), Identities(), OPTIONS))
        assert isinstance(event, MeetingRecorded)
        assert (event.recording_id, event.path) == (ENTRY, recording.path)


@pytest.mark.parametrize(
    ("told", "heard_in"),
    [
        (text(JIBRI), ["aa"]),
        (text(TRACKS), []),
        (replace(text(GAPPED, filled=True), filled_from=["aa", "bb"]), ["aa", "bb"]),
    ],
)
def test_words_say_which_recording_they_are_of(told: Transcript, heard_in: list[str]) -> None:
    """The entry's id does not; by this they are found when that recording is deleted."""
    assert [one.heard_in for one in events(told)] == [heard_in, heard_in]


def test_what_is_told_of_a_recording_goes_where_its_entry_is_linked() -> None:
    """That it was deleted, too: its words stand there."""
    identities = Identities()
    identities.apply(f"recording:{ENTRY}", Identity("recording", ENTRY, "8"))
    report = RoomReport("aa/deleted", "recording_deleted", 1, "lead-7", "m1", "7", session_id="s1", recording_id="aa")
    for told, normalize in ((text(JIBRI), transcribed), (JIBRI, recorded), (report, recorded)):
        found = accepted(normalize(META, msgspec.json.encode(told), identities, OPTIONS))
        assert {one.lead_id for one in found} == {"8"}


def test_a_meeting_without_tracks_is_as_it_was() -> None:
    """Its own id, its own version."""
    [said, asked] = events(text(JIBRI, 2), Options())
    assert isinstance(said, MeetingTranscribed) and isinstance(asked, MeetingRequest)
    assert (said.recording_id, said.version, asked.conversation.version, said.heard_in) == ("aa", 2, 2, [])
