"""Jibri's recordings of meetings whose participants have tracks: where those are the whole meeting, nobody pays for the
mixed sound a second time.
"""

from collections.abc import Awaitable, Callable

from processors.tracks.entry import is_of_all
from schemas.codec import Codec
from schemas.sources import FromJitsi, Recording
from schemas.topics import RECORDINGS
from streams.engine.kafka import partition_of
from streams.engine.meetings import KnownMeetings
from streams.engine.reader import Reader

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)

Tracked = Callable[[Recording], Awaitable[bool]]
"""Whether tracks tell the whole of its meeting. Raises `Transient`."""


async def nothing_tracked(_recording: Recording) -> bool:
    """Where there are no tracks: `Tracked`."""
    return False


def tracked_by(meetings: KnownMeetings, recordings: Reader) -> Tracked:
    """By the tracks' own recording, which stands on `source.recordings` before anybody has its words."""

    async def tracked(recording: Recording) -> bool:
        entry = "" if recording.meeting_id else meetings.entry(recording.session_id)
        if not entry:
            return False
        newest: Recording | None = None
        async for record in recordings.read([partition_of(RECORDINGS.name, entry.encode())]):
            if record.key == entry.encode():
                found = _FROM_JITSI.decode(record.value)
                newest = found if isinstance(found, Recording) else newest
        return newest is not None and is_of_all(newest)

    return tracked
