"""A recorded meeting: what was said, by whom and for how long, and what came of it."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from processors.pages import Meeting, Sound, Speaker
from processors.tracks.entry import TRACKS
from schemas.events import MeetingMinutes, MeetingRecorded
from schemas.meetings import Utterance
from schemas.types import LeadId
from streams.store.database import Database
from streams.store.read.pages.known import Known
from streams.store.read.pages.participants import participants
from streams.store.read.speakers import called, named, renamed

_PARTS = """
SELECT payload FROM events FINAL
WHERE lead_id = {lead:String} AND kind IN ('meeting_recorded', 'meeting_minutes')
    AND JSONExtractString(payload, 'recording_id') = {recording:String}"""

_RECORDING = """
SELECT version, toUnixTimestamp64Milli(ts), engine, duration_ms, degraded FROM recordings FINAL
WHERE recording_id = {recording:String} AND lead_id = {lead:String}"""

_UTTERANCES = """
SELECT start_ms, end_ms, text, speaker, confidence FROM transcripts_current
WHERE lead_id = {lead:String} AND recording_id = {recording:String} AND version = {version:UInt32} ORDER BY number"""

_PART = msgspec.json.Decoder(MeetingRecorded | MeetingMinutes)


async def meeting(database: Database, known: Known, lead: LeadId, recording: str) -> Meeting | None:
    """A lead's meeting; None where it is not his, or not there. Everybody is called as people say today: an answer that
    came later, or was taken back, holds for it too. Raises `Transient`, `StatementFailed`."""
    asked = {"lead": lead, "recording": recording}
    parts = [_PART.decode(payload) for (payload,) in await database.read(_PARTS, asked)]
    heard = await database.read(_RECORDING, asked)
    if not parts and not heard:
        return None
    recorded = _played(parts)
    minutes = max(
        (part for part in parts if isinstance(part, MeetingMinutes)),
        key=lambda part: (part.minutes.version, part.ts),
        default=None,
    )
    version, ts, engine, duration, degraded = heard[0] if heard else (0, parts[0].ts, "", parts[0].duration_ms, False)
    said = await database.read(_UTTERANCES, asked | {"version": version}) if heard else []
    room = known.room(lead)
    own_names = (await called(database, [(lead, recording)])).get((lead, recording), {})
    people = (recorded.participants if recorded else []) or (minutes.people if minutes else [])
    own = [own_names.get(name, name) for name in [*people, *(speaker for *_, speaker, _ in said if speaker)]]
    now = named(known.identities, lead, own_names)
    utterances = [Utterance(start, end, text, now(speaker) or None, sure) for start, end, text, speaker, sure in said]
    return Meeting(
        lead,
        recording,
        (recorded or minutes).room if recorded or minutes else "",  # type: ignore[union-attr]
        ts,
        duration,
        list(dict.fromkeys(map(now, people))),
        engine,
        version,
        degraded,
        minutes.flaw if minutes else "",
        renamed(minutes.minutes, now) if minutes else None,
        utterances,
        speakers(utterances),
        recorded.path if recorded else "",
        recorded.status if recorded else "",
        recorded.ts - ts if recorded else 0,
        await participants(database, room, lead, own),
    )


async def sound(database: Database, lead: LeadId, recording: str) -> Sound | None:
    """Where the recording of a lead's meeting is; None where it is not his. Raises as `meeting`."""
    parts = [_PART.decode(of) for (of,) in await database.read(_PARTS, {"lead": lead, "recording": recording})]
    recorded = _played(parts)
    return Sound(recorded.path, recorded.status) if recorded else None


def _played(parts: Sequence[MeetingRecorded | MeetingMinutes]) -> MeetingRecorded | None:
    """What a player is given: Jibri's first file, for of tracks it plays one only."""
    recorded = (part for part in parts if isinstance(part, MeetingRecorded))
    return min(recorded, key=lambda part: (part.path.endswith(TRACKS), part.ts), default=None)


def speakers(utterances: Sequence[Utterance]) -> list[Speaker]:
    """Who spoke how long, the longest first; nothing where the sound does not tell who speaks."""
    spoken: dict[str, list[int]] = defaultdict(list)
    for one in utterances:
        if one.speaker:
            spoken[one.speaker].append(one.end_ms - one.start_ms)
    found = [Speaker(name, sum(lengths), len(lengths)) for name, lengths in spoken.items()]
    return sorted(found, key=lambda one: (-one.spoken_ms, one.name))
