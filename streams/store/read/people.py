"""Whose names stand in a lead's history: for the list of who was in a meeting, and for what no model may read."""

from collections.abc import Callable

from schemas.stored import People
from schemas.types import LeadId, Millis
from streams.store.database import Database

MOST_NAMES = 500

NAMES = f"""
SELECT name, max(client) FROM
(
    SELECT arrayJoin(arrayConcat(
            JSONExtract(payload, 'participants', 'Array(String)'),
            JSONExtract(payload, 'people', 'Array(String)'),
            [JSONExtractString(payload, 'name'), JSONExtractString(payload, 'author', 'name'),
             JSONExtractString(payload, 'actor', 'name')],
            arrayMap(field -> JSONExtractString(payload, 'fields', field),
                ['NAME', 'SECOND_NAME', 'LAST_NAME', 'TITLE', 'COMPANY_TITLE', 'ADDRESS'])
        )) AS name,
        kind = 'message' AND action = 'client' AS client
    FROM events
    WHERE lead_id = {{lead:String}} AND kind IN ('meeting_room', 'meeting_recorded', 'meeting_minutes', 'message',
        'message_edited', 'note', 'alert_action', 'crm_changed') AND ts > now64(3) - INTERVAL 1 YEAR
)
WHERE name != '' GROUP BY name ORDER BY count() DESC, name LIMIT {MOST_NAMES}"""

PRESENT = """
SELECT DISTINCT JSONExtractString(payload, 'name') AS name FROM events
WHERE lead_id = {lead:String} AND kind = 'meeting_room' AND action IN ('joined', 'left') AND name != ''
    AND JSONExtractString(payload, 'room') = {room:String}
    AND ts >= fromUnixTimestamp64Milli({since:Int64}) AND ts <= fromUnixTimestamp64Milli({until:Int64})
ORDER BY name"""

NEWEST = """
SELECT version FROM recordings FINAL WHERE recording_id = {recording:String} AND lead_id = {lead:String}"""

AROUND_MS = 10 * 60_000
"""People come before the recording begins and leave after its end."""


async def people(
    database: Database,
    lead: LeadId,
    room: str,
    since: Millis,
    until: Millis,
    recording: str = "",
    called: Callable[[str], str] = str,
) -> People:
    """`names` in a lead's history, the `client`'s among them, who was `present` in a room at that time (as he is
    `called` by what a person said of his name), and the `newest` version of a recording's text."""
    rows = await database.read(NAMES, {"lead": lead})
    window = {"lead": lead, "room": room, "since": max(0, since - AROUND_MS), "until": until + AROUND_MS}
    present = await database.read(PRESENT, window) if room else []
    newest = await database.read(NEWEST, {"lead": lead, "recording": recording}) if recording else []
    return People(
        names=[name for name, _ in rows],
        client=[name for name, client in rows if client],
        present=list(dict.fromkeys(called(name) for (name,) in present)),
        newest=newest[0][0] if newest else 0,
    )
