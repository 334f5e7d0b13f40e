"""Who speaks in meetings, as people say today: what is stored keeps the names of its time (docs/decisions/0119)."""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from msgspec.structs import replace

from processors.identity import Identities
from processors.participants import InRoom
from schemas.answers import Found
from schemas.meetings import Called
from schemas.minutes import Minutes
from schemas.types import LeadId
from streams.store.database import Database
from streams.store.read.hits import Row

_CALLED = """
SELECT lead_id, ref, JSONExtractRaw(payload, 'called') FROM events FINAL
WHERE lead_id IN {leads:Array(String)} AND kind = 'meeting_transcribed' AND ref IN {recordings:Array(String)}
    AND JSONHas(payload, 'called')
ORDER BY ts, event_id"""

_NAMES = msgspec.json.Decoder(list[Called])

Name = Callable[[str], str]
"""What somebody is called now who is called so in what is stored."""
Meeting = tuple[LeadId, str]
"""A client's recording."""


async def called(database: Database, meetings: Iterable[Meeting]) -> Mapping[Meeting, Mapping[str, str]]:
    """What each called himself in the room whom the text calls as a person said then. Raises `Transient`,
    `StatementFailed`."""
    wanted = set(meetings)
    asked = {"leads": sorted({lead for lead, _ in wanted}), "recordings": sorted({of for _, of in wanted})}
    rows = await database.read(_CALLED, asked) if wanted else []
    found: dict[Meeting, dict[str, str]] = {}
    for lead, recording, names in rows:
        found.setdefault((lead, recording), {}).update({one.speaker: one.called for one in _NAMES.decode(names)})
    return found


def named(known: Identities, lead: LeadId, own: Mapping[str, str]) -> Name:
    """In a client's meeting; `own` as `called` tells."""
    room = InRoom(lead, known)
    return lambda name: room.called(own.get(name, name)) if name else name


async def speakers(database: Database, known: Identities, meetings: Iterable[Meeting]) -> Mapping[Meeting, Name]:
    """Of those meetings in which somebody may be called otherwise: of clients of whom a person has told a name. Raises
    as `called`."""
    told = {known.merged(lead) for lead in known.answered.leads()}
    of = {(lead, recording) for lead, recording in meetings if recording and known.merged(lead) in told}
    own = await called(database, of)
    return {one: named(known, one[0], own.get(one, {})) for one in of}


async def renamed_rows(database: Database, known: Identities, rows: list[Row]) -> list[Row]:
    """The same, said by whom people say. Raises as `called`."""
    now = await speakers(database, known, [(row.lead, row.recording) for row in rows])
    return [row._replace(speaker=now.get((row.lead, row.recording), str)(row.speaker)) for row in rows]


async def renamed_passages(database: Database, known: Identities, found: Found) -> Found:
    """As `renamed_rows`."""
    said = [one.thread for one in found.passages if one.kind == "said"]
    now = await speakers(database, known, [(found.lead_id, recording) for recording in said])
    passages = [
        replace(one, speaker=now.get((found.lead_id, one.thread), str)(one.speaker)) if one.kind == "said" else one
        for one in found.passages
    ]
    return replace(found, passages=passages)


def renamed(minutes: Minutes, now: Name) -> Minutes:
    """The minutes with owners of what was promised as `now` calls them."""
    return replace(minutes, actions=[replace(one, owner=now(one.owner)) for one in minutes.actions])
