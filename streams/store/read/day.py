"""Chat messages of one local day, each once, as they stand now."""

from datetime import date

from processors.days import day_start, local_day_of
from schemas.errors import Refused
from schemas.exports import DayMessage
from schemas.types import LeadId
from streams.store.database import Database

MOST = 100_000
"""Messages of one answer: a client writes some hundred a day. More is a robot, or a day without a lead named."""

_OF_TELEGRAM = "startsWith(source, 'telegram:')"
KEY = "lead_id, JSONExtractString(payload, 'chat_id') AS chat, JSONExtractString(payload, 'message_id') AS message"
"""What one message is known by."""

_DAY = f"""
SELECT lead_id, if(said, said_at, first) AS at, chat, message, author_id, author, side, text, content, reply_to,
    edited_at, deleted, source, album, said
FROM
(
    SELECT lead_id, chat, message, countIf(kind = 'message') > 0 AS said, minIf(time, kind = 'message') AS said_at,
        min(time) AS first, argMaxIf(author_id_, age, written) AS author_id, argMaxIf(author_, age, written) AS author,
        argMaxIf(action, age, written) AS side, argMaxIf(text_, age, written) AS text,
        argMaxIf(content_, age, written) AS content, maxIf(reply, kind = 'message') AS reply_to,
        maxIf(time, kind = 'message_edited') AS edited_at, countIf(kind = 'message_deleted') > 0 AS deleted,
        any(source_) AS source, maxIf(album_, kind = 'message') AS album
    FROM
    (
        SELECT {KEY}, kind, action, toUnixTimestamp64Milli(ts) AS time, source AS source_,
            kind != 'message_deleted' AS written, (kind = 'message_edited', ts, bitNot(seniority)) AS age,
            JSONExtractString(payload, 'author', 'id') AS author_id_,
            JSONExtractString(payload, 'author', 'name') AS author_, JSONExtractString(payload, 'text') AS text_,
            JSONExtractString(payload, 'content') AS content_, JSONExtractString(payload, 'reply_to') AS reply,
            JSONExtractString(payload, 'album') AS album_
        FROM events FINAL
        WHERE ({{lead:String}} = '' OR lead_id = {{lead:String}}) AND {_OF_TELEGRAM}
            AND kind IN ('message', 'message_edited', 'message_deleted')
            AND ts >= fromUnixTimestamp64Milli({{since:Int64}})
    )
    GROUP BY lead_id, chat, message
    HAVING countIf(written) > 0
)
WHERE at >= {{since:Int64}} AND at < {{until:Int64}}
ORDER BY lead_id, at, chat, length(message), message
LIMIT {MOST + 1}"""

_EARLIER = f"""
SELECT DISTINCT {KEY} FROM events
WHERE kind = 'message' AND {_OF_TELEGRAM} AND ts < fromUnixTimestamp64Milli({{since:Int64}})
    AND lead_id IN {{leads:Array(String)}} AND message IN {{messages:Array(String)}}"""
"""Edits of messages of days before."""


async def messages_of(database: Database, day: date, lead: LeadId = "") -> list[DayMessage]:
    """The messages that were sent on a local day, in order, with their last words. An edit whose message nobody has
    seen stands for it. Raises `Refused` for more than `MOST`, `Transient`, `StatementFailed`.
    """
    since, until = day_start(local_day_of(day)), day_start(local_day_of(day) + 1)
    rows = await database.read(_DAY, {"since": since, "until": until, "lead": lead})
    if len(rows) > MOST:
        raise Refused(f"there are more than {MOST} messages on {day}: name a lead")
    alone = [row for row in rows if not row[-1]]
    earlier: set[tuple[str, str, str]] = set()
    if alone:
        of = {"leads": sorted({row[0] for row in alone}), "messages": sorted({row[3] for row in alone})}
        earlier = {
            (lead, chat, message) for lead, chat, message in await database.read(_EARLIER, of | {"since": since})
        }
    return [_message(row) for row in rows if row[-1] or (row[0], row[2], row[3]) not in earlier]


def _message(row: tuple[object, ...]) -> DayMessage:
    names = ("lead_id", "ts", "chat_id", "message_id", "author_id", "author", "side", "text", "content", "reply_to")
    fields = dict(zip((*names, "edited_at", "deleted", "source", "album"), row, strict=False))
    return DayMessage(**fields | {"deleted": bool(fields["deleted"])})  # type: ignore[arg-type]
