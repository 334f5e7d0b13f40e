"""What was said and written: search over messages, mails, calls, notes, minutes and meetings, newest first."""

import asyncio
import re
from typing import Any, NamedTuple

from processors.russian.search import MOST_WORDS, wanted
from schemas.errors import Refused
from schemas.types import LeadId, Millis
from streams.store.database import Database

_MS = "toUnixTimestamp64Milli"
SAID = ("message", "message_edited", "mail", "call", "call_transcribed", "note", "meeting_minutes", "chat_summary")
"""Kinds of events that hold words of people. Words of meetings stand in `transcripts`."""

_SIGNS = "'ё«»“”„—–…', 'е        '"
"""As in the index of `transcripts` (0001_core.sql)."""
_PLAIN = f"translateUTF8(lowerUTF8(text), {_SIGNS})"
_IN_ORDER = f"concat(' ', arrayStringConcat(tokens({_PLAIN}, 'splitByNonAlpha'), ' '), ' ')"

_EVENTS = f"""
SELECT {_MS}(ts) AS at, lead_id, source, kind, lower(hex(event_id)) AS id,
    JSONExtractString(payload, 'author', 'name') AS speaker,
    arrayStringConcat(arrayFilter(part -> part != '', [JSONExtractString(payload, 'subject'),
        JSONExtractString(payload, 'text'), JSONExtractString(payload, 'minutes', 'summary')]), '. ') AS text
FROM events FINAL
WHERE kind IN ({", ".join(f"'{kind}'" for kind in SAID)})
    AND {{source:String}} IN ('', source, splitByChar(':', source)[1]) AND {{lead:String}} IN ('', lead_id)
    AND ts >= fromUnixTimestamp64Milli({{since:Int64}}) AND ts < fromUnixTimestamp64Milli({{until:Int64}})"""

_MEETINGS = f"""
SELECT {_MS}(ts) + start_ms AS at, lead_id, 'meeting' AS source, 'meeting_transcribed' AS kind,
    concat(recording_id, ':', toString(number)) AS id, speaker, text
FROM transcripts
WHERE (recording_id, lead_id, version, seniority)
        IN (SELECT recording_id, lead_id, version, seniority FROM recordings FINAL)
    AND {{source:String}} IN ('', 'meeting') AND {{lead:String}} IN ('', lead_id)
    AND ts >= fromUnixTimestamp64Milli({{since:Int64}} - {24 * 3_600_000})
    AND ts < fromUnixTimestamp64Milli({{until:Int64}}) %s
LIMIT 1 BY lead_id, id"""

NAMES = ("ts", "lead_id", "source", "kind", "id", "speaker", "text")
LATEST: Millis = 4_102_444_800_000
LONGEST_QUERY = 200
"""Characters."""
MOST = 200
"""Of a page: a person reads it."""
LONGEST_TEXT = 2000
"""Characters of one thing found: minutes and mails may be pages."""
_CURSOR = re.compile(r"(\d{1,13})-([\w:.@-]{1,200})")


class Where(NamedTuple):
    """What narrows a search down: empty and 0 do not. Times in ms UTC."""

    lead: LeadId = ""
    source: str = ""
    since: Millis = 0
    until: Millis = 0


async def search(database: Database, query: str, where: Where, limit: int, before: str) -> dict[str, Any]:
    """A page, newest first; `next` of the answer is the `before` of the next one. Raises `Refused`, `Transient`."""
    if len(query) > LONGEST_QUERY:
        raise Refused(f"q is at most {LONGEST_QUERY} characters")
    asked = await asyncio.to_thread(wanted, query)
    if not asked.words and not asked.phrases:
        raise Refused('q is what to look for: words, or a phrase in "quotes"')
    if len(asked.words) + len(asked.phrases) > MOST_WORDS:
        raise Refused(f"q is at most {MOST_WORDS} words and phrases")
    if limit > MOST:
        raise Refused(f"limit is at most {MOST} here")
    at, id_ = _cursor(before)
    parameters = where._asdict() | {"until": where.until or LATEST, "at": at, "id": id_, "limit": limit}
    parameters |= {f"w{n}": forms for n, forms in enumerate(asked.words)}
    parameters |= {f"p{n}": f" {phrase} " for n, phrase in enumerate(asked.phrases)}
    parameters |= {f"t{n}": phrase.split() for n, phrase in enumerate(asked.phrases)}
    rows = await database.read(_sql(len(asked.words), len(asked.phrases)), parameters)
    found = [dict(zip(NAMES, row, strict=True)) for row in rows]
    last = found[-1] if len(found) == limit else None
    return {"found": found, "next": f"{last['ts']}-{last['id']}" if last else None}


def _sql(words: int, phrases: int) -> str:
    """The index answers only where the column itself is asked (`hasAnyTokens(text, …)`), what is left is compared."""
    indexed = [f"hasAnyTokens(text, {{w{n}:Array(String)}})" for n in range(words)]
    indexed += [f"hasAllTokens(text, {{t{n}:Array(String)}})" for n in range(phrases)]
    there = [f"hasAnyTokens({_PLAIN}, {{w{n}:Array(String)}})" for n in range(words)]
    there += [f"position({_IN_ORDER}, {{p{n}:String}}) > 0" for n in range(phrases)]
    return f"""
SELECT at, lead_id, source, kind, id, speaker, substringUTF8(text, 1, {LONGEST_TEXT}) FROM
({_EVENTS} UNION ALL {_MEETINGS % "".join(f" AND {one}" for one in indexed)})
WHERE {" AND ".join(there)} AND at >= {{since:Int64}} AND at < {{until:Int64}}
    AND (at, id) < ({{at:Int64}}, {{id:String}})
ORDER BY at DESC, id DESC LIMIT {{limit:UInt32}}"""


def _cursor(before: str) -> tuple[Millis, str]:
    """Raises `Refused`."""
    if not before:
        return LATEST, ""
    found = _CURSOR.fullmatch(before)
    if found is None:
        raise Refused("before is the `next` of the last page")
    return int(found[1]), found[2]
