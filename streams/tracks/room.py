"""What a room told of a meeting: names, who objected, whose lead it is, whether it is over. Pure, but for reading."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from processors.talk import Roster
from processors.tracks.lines import Span
from schemas.codec import Codec
from schemas.sources import FromJitsi, RoomReport
from schemas.topics import OBJECTIONS, RECORDINGS
from schemas.types import LeadId, Millis
from streams.engine.kafka import partition_of
from streams.engine.reader import Reader

_FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)

EVERYBODY = ""
"""Among those who objected: nobody can say whose track it is."""


@dataclass(frozen=True, slots=True)
class Told:
    """`present`: when an occupant was in the room; `objected`: occupants whose track is not kept;
    `ended_at`: when all had left, 0 where it goes on."""

    room: str
    names: dict[str, str]
    present: dict[str, Span]
    objected: frozenset[str]
    sessions: tuple[str, ...]
    lead_id: LeadId | None
    lead_known: bool
    ended_at: Millis


def told(reports: Iterable[RoomReport], meeting: str, room: str = "") -> Told:
    """From all reports of the meeting, in any order, each as often as it came."""
    roster = Roster()
    came: dict[str, Millis] = {}
    left: dict[str, Millis] = {}
    objected: set[str] = set()
    sessions: dict[str, None] = {}
    lead: LeadId | None = None
    known, ended_at = True, 0
    for report in sorted(reports, key=lambda one: (one.ts, one.id)):
        if report.meeting_id != meeting:
            continue
        room = report.room or room
        lead, known = report.lead_id or lead, report.lead_known
        roster.take(report)
        if report.session_id and report.happening != "recording_deleted":
            sessions[report.session_id] = None
        match report.happening:
            case "joined":
                came.setdefault(report.participant, report.ts)
            case "left":
                left[report.participant] = report.ts
            case "objected":
                objected.add(report.participant)
            case "meeting_ended":
                ended_at = report.ts
    present = {who: Span(at, max(at, left.get(who, FOREVER))) for who, at in came.items()}
    names = roster.names(meeting)
    return Told(room, names, present, frozenset(objected), tuple(sessions), lead, known, ended_at)


FOREVER = 1 << 62
"""Who never left."""


async def ask(reader: Reader, objections: Reader, meeting: str, room: str) -> Told:
    """What is there of it now. Without the room's name all partitions are read. Raises `Transient`."""
    partitions = [partition_of(RECORDINGS.name, room.encode())] if room else list(range(RECORDINGS.partitions))
    found = [report async for report in _reports(reader.read(partitions))]
    found += [report async for report in _reports(objections.read(range(OBJECTIONS.partitions)))]
    return told(found, meeting, room)


async def _reports(records: AsyncIterator[ConsumerRecord]) -> AsyncIterator[RoomReport]:
    async for record in records:
        report = _FROM_JITSI.decode(record.value) if record.value else None
        if isinstance(report, RoomReport):
            yield report
