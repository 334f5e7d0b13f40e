"""A meeting's tracks without those of who objected, as a recording of their own: the others did not object.

Its id and file name are made of the meeting and of whoever is left out. So what was heard and told of the former one
goes as of every recording that is objected to, and nothing of it can come back under the new one. However often it is
made, the file is the same, byte for byte.
"""

import hashlib
from pathlib import Path, PurePosixPath

from msgspec.structs import replace

from processors.tracks.entry import TRACKS, entry_id
from processors.tracks.lines import name_of
from schemas.sources import Recording
from schemas.speech import RefusedRecording
from streams.engine.cutting import copy_tracks, titles_of
from streams.engine.deleting import place_of
from streams.settings import Speech


def others_of(speech: Speech, refused: RefusedRecording) -> Recording | None:
    """It, its file written; None where it is not known which tracks are the objector's, where nobody else has one, and
    where the former file is no longer there. Blocking; raises as `copy_tracks`."""
    recording, who = refused.recording, refused.objection.participant
    kept = [number for number, those in enumerate(recording.occupants) if who not in those]
    if not who or not kept or len(kept) == len(recording.occupants):
        return None
    left_out = sorted({*recording.left_out, who})
    id_ = entry_id(recording.meeting_id, left_out)
    into = str(PurePosixPath(recording.path).with_name(id_ + TRACKS))
    former, path = place_of(speech, recording.path), place_of(speech, into)
    if former.is_file():
        if _digest(former) != recording.sha256:  # made anew, or somebody was erased from it: its tracks are others
            return None
        titles = copy_tracks(speech, recording.path, into, kept)
    elif refused.deleted_at or not path.is_file():
        return None
    else:  # killed behind the deletion: told of once more
        titles = titles_of(path)
    called = set(map(name_of, titles))
    return replace(
        recording,
        recording_id=id_,
        file=path.name,
        path=into,
        size=path.stat().st_size,
        sha256=_digest(path),
        participants=[name for name in recording.participants if name in called],
        left_out=left_out,
        occupants=[recording.occupants[number] for number in kept],
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
