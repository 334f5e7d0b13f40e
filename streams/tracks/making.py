"""A meeting's sound on the topic → its file in the recordings' folder → a recording on `source.recordings`.

In this order: file, recording, mark. Killed in between, the next one makes the same file again and tells the same.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from processors.privacy.erasing import Denied
from processors.russian.system import os_reason
from processors.tracks.ending import WHOLE_MS, Heard
from processors.tracks.entry import TRACKS, entry_id
from schemas.audio import AUDIO_RECORD
from schemas.codec import Codec, Rejected
from schemas.errors import Transient
from schemas.notices import Trouble
from schemas.sources import FromJitsi, Recording
from schemas.topics import DAY_MS, RECORDINGS
from schemas.tracks import MeetingTracks
from schemas.types import LeadId, Millis
from streams.engine.conditions import Condition
from streams.engine.kafka import Output
from streams.engine.looking import looking
from streams.engine.places import look_at_share
from streams.engine.reader import Reader
from streams.engine.workplace import workplace
from streams.settings import Speech, Tracks
from streams.tracks.arrange import Arranged, arrange
from streams.tracks.matroska import write
from streams.tracks.owed import Owed, Send
from streams.tracks.room import EVERYBODY, Told
from streams.tracks.spool import Sound

log = logging.getLogger(__name__)

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)

LOOK_S = 5.0
"""Between two looks for meetings that are over."""
FIRST_ASK_MS = 60_000
"""After a meeting's beginning the room is asked for Jibri's sessions; then after twice as long each time."""
KEPT_MS = 400 * DAY_MS
"""A mark says, too, of which meeting a recording of Jibri is, and texts may be made or stored anew a year later."""

Ask = Callable[[str, str], Awaitable[Told]]
"""What the room told, by meeting id and room. Raises `Transient`."""


class _Made(NamedTuple):
    """`before`: the file holds everything before this offset."""

    recording: Recording | None
    before: int


class Making:
    """Looks for meetings that are over, and makes their files one by one, for ever; of `owned` partitions only.

    `words`: why a file cannot be written, for people. `denied`: clients who were erased, and people of clients.
    """

    def __init__(
        self,
        speech: Speech,
        tracks: Tracks,
        owed: Owed,
        sound: Reader,
        ask: Ask,
        send: Send,
        denied: Denied,
        told: Callable[[Trouble, str, str], None],
        *,
        owned: Callable[[], set[int]],
        clock: Callable[[], Millis],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speech, self._tracks, self._owed, self._sound = speech, tracks, owed, sound
        self._ask, self._send, self._denied, self._told = ask, send, denied, told
        self._owned, self._clock, self._pause = owned, clock, pause
        self._asked: dict[str, tuple[Millis, int]] = {}
        self.words = ""

    def condition(self) -> Condition:
        """The recordings' folder is there and takes the files."""
        share = look_at_share(self._speech.recordings, self._speech.recordings_mount)

        def look() -> str:
            words = share() or self.words
            return words and f"{words} (speech.recordings)"

        return Condition("recordings_missing", str(self._speech.recordings), look)

    async def run(self) -> None:
        """The background task."""
        await looking(self.look, lambda: self._pause(LOOK_S), "meetings that are over not looked for")

    async def look(self) -> list[str]:
        """Make the files of all meetings that are over; their ids. Raises `Transient`."""
        now, owned, done, faults = self._clock(), self._owned(), [], []
        for partition, mark, heard in await self._owed.meetings(owned):
            room = await self._over(mark, heard, now)
            if room is None:
                await self._link(partition, mark, heard, now)
                continue
            mark = replace(mark, room=room.room, lead_id=room.lead_id, sessions=_all(mark, room))
            await self._owed.note(partition, mark)  # before anybody meets Jibri's recording of it
            try:
                made = await self._make(partition, mark, room)
            except OSError as fault:
                faults.append(os_reason(fault))
                log.warning("tracks not written", extra={"meeting": mark.meeting_id, "error": os_reason(fault)})
                continue
            if made.recording is not None:
                key = made.recording.recording_id.encode()
                await self._send([Output(RECORDINGS.name, key, _FROM_JITSI.encode(made.recording))])
            await self._owed.made(partition, mark, made.before)
            self._asked.pop(mark.meeting_id, None)
            done.append(mark.meeting_id)
        self.words = faults[0] if faults else ""
        await self._owed.drop(owned, now - KEPT_MS)
        return done

    async def _over(self, mark: MeetingTracks, heard: Heard, now: Millis) -> Told | None:
        """What the room told of a meeting that is over; None while it goes on."""
        quiet_ms = round(self._tracks.quiet_minutes * 60_000)
        over = heard.is_over(now) or heard.is_left(now, quiet_ms) or now - mark.at >= WHOLE_MS
        if not over and not heard.may_be_over(now):
            return None
        told = await self._ask(mark.meeting_id, heard.room or mark.room)
        return told if over or told.ended_at else None

    async def _link(self, partition: int, mark: MeetingTracks, heard: Heard, now: Millis) -> None:
        """Note which sessions of Jibri are in a meeting that goes on: their file may come before ours is made."""
        due, pause = self._asked.get(mark.meeting_id, (mark.at + FIRST_ASK_MS, FIRST_ASK_MS))
        if mark.sessions or now < due:
            return
        self._asked[mark.meeting_id] = (now + 2 * pause, 2 * pause)
        room = await self._ask(mark.meeting_id, heard.room or mark.room)
        if room.sessions:
            await self._owed.note(partition, replace(mark, lead_id=room.lead_id, sessions=_all(mark, room)))

    async def _make(self, partition: int, mark: MeetingTracks, room: Told) -> _Made:
        """Raises `OSError`, `Transient`."""
        if away := await asyncio.to_thread(look_at_share(self._speech.recordings, self._speech.recordings_mount)):
            raise Transient(f"{self._speech.recordings}: {away} (speech.recordings)")
        with workplace(self._tracks.spool) as folder:
            sound = Sound(folder)
            before = await self._read(partition, mark, sound)
            if self._refused(room):
                log.info("tracks not made: not to be kept", extra={"meeting": mark.meeting_id})
                return _Made(None, before)
            arranged = await asyncio.to_thread(
                arrange, sound, room.names, room.present, self._excluded(room), room.ended_at
            )
            if arranged is None:
                log.info("tracks not made: nobody spoke", extra={"meeting": mark.meeting_id})
                return _Made(None, before)
            id_ = entry_id(mark.meeting_id, room.objected)
            relative = _place(id_, room.lead_id, arranged.started_at)
            root = self._speech.recordings.resolve()
            size, digest = await asyncio.to_thread(write, root / relative, arranged.titles, sound)
        log.info(
            "tracks made",
            extra={"meeting": mark.meeting_id, "tracks": len(arranged.titles), "gaps": len(arranged.gaps)},
        )
        return _Made(recording_of(mark.meeting_id, id_, relative, arranged, room, size, digest), before)

    async def _read(self, partition: int, mark: MeetingTracks, sound: Sound) -> int:
        """All records of the meeting into the spool; the offset behind the last of them."""
        wanted, before = mark.meeting_id.encode(), mark.since
        async for record in self._sound.read([partition], since=mark.since):
            if record.key != wanted:
                continue
            value = AUDIO_RECORD.decode(record.value)
            if not isinstance(value, Rejected):
                sound.take(value)
            before = record.offset + 1
        return before

    def _refused(self, room: Told) -> bool:
        erased = room.lead_id is not None and self._denied.lead(room.lead_id)
        return erased or EVERYBODY in room.objected

    def _excluded(self, room: Told) -> set[str]:
        """Occupants of whom no track is kept: who objected, and who was erased of a client that stays."""
        part = self._denied.part(room.lead_id)
        return {*room.objected, *(who for who, name in room.names.items() if part is not None and part.called(name))}


def recording_of(
    meeting: str, id_: str, relative: str, arranged: Arranged, room: Told, size: int, digest: str
) -> Recording:
    """As the recorder agent tells of a file of Jibri's."""
    return Recording(
        recording_id=id_,
        session_id="",
        file=Path(relative).name,
        path=relative,
        size=size,
        sha256=digest,
        room=room.room,
        ended_at=arranged.started_at + arranged.duration_ms,
        duration_ms=arranged.duration_ms,
        started_at=arranged.started_at,
        status="ok",
        lead_id=room.lead_id,
        participants=arranged.people,
        lead_known=room.lead_known,
        meeting_id=meeting,
        sessions=list(room.sessions),
        gaps=[(gap.since, gap.until) for gap in arranged.gaps],
        left_out=sorted(room.objected),
        occupants=arranged.occupants,
    )


def _place(id_: str, lead: LeadId | None, started_at: Millis) -> str:
    """As the recorder agent lays files: by lead and UTC day."""
    day = datetime.fromtimestamp(started_at / 1000, UTC)
    return f"{lead or '_unassigned'}/{day:%Y/%m/%d}/{id_}{TRACKS}"


def _all(mark: MeetingTracks, room: Told) -> list[str]:
    return list(dict.fromkeys([*mark.sessions, *room.sessions]))
