"""Names in meetings: whom a client's history knows, and which names a person has to tell."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from processors.candidates import Candidate, Side
from processors.participants import Asked, InRoom, Participant
from schemas.reports import AskedName, Bearer
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.pages.known import Known

ASKED_DAYS = 30
"""Meetings of so many days are asked about: a name that nobody told in that time, nobody remembers."""
MOST_MEETINGS = 200
MOST_CHATTING = 100
"""Of a client's chats, those who wrote last."""

_CONTACTS = """
SELECT lead_id, concat('b24_', entity, ':', id), argMax(name, ts), argMax(post, ts), argMax(company, ts), 'client'
FROM
(
    SELECT lead_id, ts, JSONExtractString(payload, 'entity') AS entity, JSONExtractString(payload, 'entity_id') AS id,
        JSONExtractString(payload, 'fields', 'post') AS post,
        JSONExtractString(payload, 'fields', 'company') AS company,
        JSONExtractString(payload, 'fields', if(entity = 'contact', 'title', 'person')) AS name
    FROM events FINAL WHERE lead_id IN {leads:Array(String)} AND kind = 'crm_changed'
)
WHERE name != '' AND entity IN ('contact', 'lead') GROUP BY lead_id, entity, id ORDER BY entity, id"""

_CHATTING = f"""
SELECT lead_id, concat('tg_user:', id), argMax(name, at), '', '', argMax(side, at)
FROM
(
    SELECT lead_id, ts AS at, JSONExtractString(payload, 'author', 'id') AS id,
        JSONExtractString(payload, 'author', 'name') AS name, action AS side
    FROM events FINAL WHERE lead_id IN {{leads:Array(String)}} AND kind = 'message'
        AND ts > now64(3) - INTERVAL 180 DAY
)
WHERE name != '' AND id != '' GROUP BY lead_id, id ORDER BY max(at) DESC LIMIT {MOST_CHATTING} BY lead_id"""

_MEETINGS = f"""
WITH newest AS
(
    SELECT lead_id, recording_id FROM recordings FINAL WHERE ts >= fromUnixTimestamp64Milli({{since:Int64}})
    ORDER BY ts DESC LIMIT {MOST_MEETINGS}
)
SELECT lead_id, recording_id, toUnixTimestamp64Milli(max(ts)), groupUniqArray(speaker) FROM transcripts_current
WHERE (lead_id, recording_id) IN newest AND speaker != ''
GROUP BY lead_id, recording_id ORDER BY max(ts) DESC, lead_id, recording_id"""


MOST_TOLD = 50
"""Questions that a report has."""


async def contacts_of(database: Database, leads: Iterable[LeadId]) -> Mapping[LeadId, list[Candidate]]:
    """The people of the clients' cards, then who writes in their chats. Raises `Transient`, `StatementFailed`."""
    asked = {"leads": sorted(set(leads))}
    found: defaultdict[LeadId, list[Candidate]] = defaultdict(list)
    if not asked["leads"]:
        return found
    for statement in (_CONTACTS, _CHATTING):
        for lead, person, name, post, company, side in await database.read(statement, asked):
            about = ", ".join(filter(None, (post, company)))
            found[lead].append(Candidate(person, name, _SIDES.get(side, "client"), about))
    return found


_SIDES: dict[str, Side] = {"staff": "staff", "client": "client"}


async def participants(database: Database, room: InRoom, lead: LeadId, names: Sequence[str]) -> list[Participant]:
    """Whom the names of a meeting mean, in their order. Raises as `contacts_of`."""
    if not names:
        return []
    contacts = (await contacts_of(database, [lead]))[lead]
    return [room.told(name, contacts) for name in dict.fromkeys(names)]


async def asked(database: Database, known: Known, now: Millis) -> list[Asked]:
    """Names in meetings of whom nobody is sure and of whom no person has said anything, the latest meeting first; each
    name of a client once. Raises as `contacts_of`."""
    rows = await database.read(_MEETINGS, {"since": now - ASKED_DAYS * DAY_MS})
    open_names: dict[tuple[LeadId, str], tuple[str, Millis]] = {}
    for lead, recording, ts, names in rows:
        for name in sorted(names):
            if known.identities.participant(lead, name) is None:
                open_names.setdefault((lead, name), (recording, ts))
    contacts = await contacts_of(database, {lead for lead, _ in open_names})
    rooms = {lead: known.room(lead) for lead, _ in open_names}
    found = []
    for (lead, name), (recording, ts) in open_names.items():
        told = rooms[lead].told(name, contacts.get(lead, ()))
        if told.certainty == "unsure":
            found.append(Asked(lead, recording, ts, told))
    return found


async def names(database: Database, known: Known, now: Millis) -> list[AskedName]:
    """The same for a report. Raises as `contacts_of`."""
    return [
        AskedName(
            one.lead_id,
            one.recording_id,
            one.ts,
            " ".join(one.participant.name.split()),
            [Bearer(each.person, each.name, each.side, each.about) for each in one.participant.candidates],
        )
        for one in (await asked(database, known, now))[:MOST_TOLD]
    ]
