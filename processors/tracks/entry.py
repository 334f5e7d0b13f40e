"""One meeting is one entry of the history, whoever recorded it: whose id it has, and which of its texts is the better.

A text's version says both: who made it, then the how manieth it is. So whatever comes first is shown, the better one
replaces it, and a worse one that comes late does not.
"""

from collections.abc import Iterable

from processors.tracks.lines import is_whole
from schemas.codec import event_id
from schemas.sources import Recording, Transcript

TRACKS = ".mka"
"""Ending of a file with a track for each participant."""
STEP = 10
"""More versions than a recording ever gets (`speech.upgrade_attempts`)."""
GAPPED, MIXED, FILLED, WHOLE = 0, 1, 2, 3
"""Tracks with gaps, Jibri's mixed sound, tracks whose gaps are filled from it, tracks of the whole meeting."""


def entry_id(meeting_id: str, left_out: Iterable[str] = ()) -> str:
    """The recording id of a meeting's tracks, and of its entry. Without the tracks of those who are `left_out` it is
    another one: what was made of theirs goes under the former id, wherever it stands."""
    return event_id("tracks", meeting_id, *sorted(left_out))


def is_of_all(recording: Recording) -> bool:
    """Whether it is tracks that are as good as the meeting itself."""
    return bool(recording.meeting_id) and is_whole(recording.gaps, recording.duration_ms)


def version_of(transcript: Transcript) -> int:
    """Of the transcript of a meeting that has tracks."""
    recording, version = transcript.recording, min(transcript.version, STEP - 1)
    if not recording.meeting_id:
        return MIXED * STEP + version
    if is_of_all(recording):
        return WHOLE * STEP + version
    return (FILLED if transcript.filled else GAPPED) * STEP + version
