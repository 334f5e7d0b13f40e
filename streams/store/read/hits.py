"""The rows of `said` that a search finds, newest first.

The text index names the rows, and only the newest are read: the table stands in the order of time. Whether they still
count (a repeat, a message or note that was changed or withdrawn, words of which there is a newer version) is asked of
those few; what they leave of a page is filled by the next rows, four times as many each time.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemas.lists import Found
from schemas.types import LeadId, Millis
from streams.store.database import Database

LATEST: Millis = 4_102_444_800_000
LONGEST_TEXT = 2000
"""Characters of one thing found: minutes and mails may be pages."""
MOST_ROWS = 2000
"""Of one question to the engine: of 2000 characters each, within the memory and the bytes that a reader may take."""
_DAY_MS = 86_400_000
_MS = "toUnixTimestamp64Milli"
_FROM_MS = "fromUnixTimestamp64Milli"
_OF_SOURCE = "(source = {source:String} OR startsWith(source, concat({source:String}, ':')))"
_BEYOND = f"(said.ts, said.event_id, said.number) < ({_FROM_MS}({{at:Int64}}), {{event_id:UInt64}}, {{number:UInt32}})"
_SIGNS = "'ё«»“”„—–…', 'е        '"
"""As in the index of `said` (0013_said.sql)."""

_ROWS = f"""
SELECT {_MS}(ts), event_id, number, lead_id, source, kind, recording_id, version, chat, message, speaker,
    substringUTF8(text, 1, {LONGEST_TEXT}), seniority
FROM said WHERE %s
ORDER BY said.ts DESC, said.event_id DESC, said.number DESC LIMIT {{rows:UInt32}}"""

_REPEATS = """
SELECT lead_id, event_id, max(seniority) FROM events
WHERE lead_id IN {leads:Array(String)} AND event_id IN {ids:Array(UInt64)} GROUP BY lead_id, event_id"""

_CHANGES = f"""
SELECT lead_id, JSONExtractString(payload, 'chat_id'), JSONExtractString(payload, 'message_id') AS message,
    kind = 'message_deleted', {_MS}(ts), event_id, seniority
FROM events PREWHERE lead_id IN {{leads:Array(String)}} AND kind IN ('message_edited', 'message_deleted')
    AND ts >= {_FROM_MS}({{since:Int64}})
WHERE message IN {{messages:Array(String)}}"""

_NOTES = """
SELECT id FROM
(
    SELECT argMax((event_id, JSONExtractBool(payload, 'gone')), (ts, bitNot(seniority))) AS newest, newest.1 AS id
    FROM events WHERE lead_id IN {leads:Array(String)} AND kind = 'note'
    GROUP BY lead_id, JSONExtractString(payload, 'note_id') HAVING NOT newest.2
)
WHERE id IN {ids:Array(UInt64)}"""
"""Of a note only its last words count."""

_TALKS = """
SELECT lead_id, event_id FROM promised FINAL
WHERE lead_id IN {leads:Array(String)} AND event_id IN {ids:Array(UInt64)}"""
"""Of a meeting's minutes, and of a day's summary, only the newest count: those that `promised` holds of each talk."""

_CURRENT = """
SELECT recording_id, lead_id, version, seniority FROM recordings FINAL
WHERE (recording_id, lead_id) IN {meetings:Array(Tuple(String, String))}"""


class Where(NamedTuple):
    """What narrows a search down: empty and 0 do not; `among` are leads of whom one is enough. Times in ms UTC."""

    lead: LeadId = ""
    source: str = ""
    since: Millis = 0
    until: Millis = 0
    among: Sequence[LeadId] = ()


class Place(NamedTuple):
    """Where a hit stands among all; `number` is that of an utterance in its meeting."""

    at: Millis
    event_id: int
    number: int

    def told(self) -> str:
        """As a cursor."""
        return f"{self.at}-{self.event_id:016x}:{self.number}"


START = Place(LATEST, 0, 0)


class Row(NamedTuple):
    """Of `said`. Times in ms UTC."""

    at: Millis
    event_id: int
    number: int
    lead: LeadId
    source: str
    kind: str
    recording: str
    version: int
    chat: str
    message: str
    speaker: str
    text: str
    seniority: int

    @property
    def place(self) -> Place:
        """Its own."""
        return Place(self.at, self.event_id, self.number)

    def told(self) -> Found:
        """As a search tells it."""
        id_ = f"{self.recording}:{self.number}" if self.recording else f"{self.event_id:016x}"
        return Found(self.at, self.lead, self.source, self.kind, id_, self.speaker, self.text)


class Asked(NamedTuple):
    """Words, each in its forms, and phrases; newest first from `before`, at most `limit`."""

    words: list[list[str]]
    phrases: list[str]
    where: Where
    before: Place
    limit: int

    def parameters(self) -> dict[str, Any]:
        """Of the statements."""
        found: dict[str, Any] = self.where._asdict() | {"until": self.where.until or LATEST}
        found["among"] = list(self.where.among)
        found |= {f"w{n}": forms for n, forms in enumerate(self.words)}
        found |= {f"p{n}": f" {phrase} " for n, phrase in enumerate(self.phrases)}
        return found | {f"t{n}": phrase.split() for n, phrase in enumerate(self.phrases)}

    def conditions(self) -> list[str]:
        """The index answers where the column itself is asked; of a phrase it knows the words, not their order."""
        plain = f"translateUTF8(lowerUTF8(text), {_SIGNS})"
        in_order = f"concat(' ', arrayStringConcat(tokens({plain}, 'splitByNonAlpha'), ' '), ' ')"
        return [
            *(f"hasAnyTokens(text, {{w{n}:Array(String)}})" for n in range(len(self.words))),
            *(f"hasAllTokens(text, {{t{n}:Array(String)}})" for n in range(len(self.phrases))),
            *(f"position({in_order}, {{p{n}:String}}) > 0" for n in range(len(self.phrases))),
            *(["lead_id = {lead:String}"] if self.where.lead else ()),
            *(["lead_id IN {among:Array(String)}"] if self.where.among else ()),
            *([_OF_SOURCE] if self.where.source else ()),
            *([f"said.ts >= {_FROM_MS}({{since:Int64}})"] if self.where.since else ()),
            *([f"said.ts < {_FROM_MS}({{until:Int64}})"] if self.where.until else ()),
        ]


async def hits(database: Database, asked: Asked) -> list[Row]:
    """The newest rows that count, at most `limit`. Raises `Transient`, `StatementFailed`."""
    conditions, parameters = asked.conditions(), asked.parameters()
    found: dict[tuple[LeadId, int, int], Row] = {}
    before, rows = asked.before, asked.limit
    while True:
        beyond = [] if before == START else [_BEYOND]
        place = before._asdict() | {"rows": rows}
        answer = await database.read(_ROWS % " AND ".join(conditions + beyond), parameters | place)
        some = [Row(*row) for row in answer]
        for row in await _standing(database, some):
            found.setdefault((row.lead, row.event_id, row.number), row)
        if len(some) < rows or len(found) >= asked.limit:
            return list(found.values())[: asked.limit]
        last = some[-1].place
        again = last._replace(
            number=last.number + 1
        )  # the last one once more: behind it may stand a repeat that counts
        before, rows = (last if again == before else again), min(rows * 4, MOST_ROWS)


async def _standing(database: Database, rows: list[Row]) -> list[Row]:
    """Those that their event, or the newest transcript of their meeting, confirms; of a message the newest words."""
    spoken = {(row.recording, row.lead) for row in rows if row.recording}
    written = [row for row in rows if not row.recording]
    current = set(await database.read(_CURRENT, {"meetings": sorted(spoken)})) if spoken else set()
    first = await _first(database, written)
    messages = [
        row for row in written if row.kind in _MESSAGES and row.seniority == first.get((row.lead, row.event_id))
    ]
    newest = await _newest(database, messages)
    notes = await _notes(database, [row for row in written if row.kind == "note"])
    talks = await _talks(database, [row for row in written if row.kind in _MINUTES])
    return [
        row
        for row in rows
        if (
            (row.recording, row.lead, row.version, row.seniority) in current
            if row.recording
            else row.seniority == first.get((row.lead, row.event_id))
            and _age(row) >= newest.get(_key(row), _NEVER)
            and (row.kind != "note" or row.event_id in notes)
            and (row.kind not in _MINUTES or (row.lead, row.event_id) in talks)
        )
    ]


async def _first(database: Database, rows: list[Row]) -> dict[tuple[LeadId, int], int]:
    """The seniority of the row that counts of each event; of one that is no longer there none."""
    if not rows:
        return {}
    leads, ids = sorted({row.lead for row in rows}), [row.event_id for row in rows]
    repeats = await database.read(_REPEATS, {"leads": leads, "ids": ids})
    return {(lead, id_): seniority for lead, id_, seniority in repeats}


async def _notes(database: Database, rows: list[Row]) -> set[int]:
    """Those of the events that are the last words of their note."""
    if not rows:
        return set()
    named = {"leads": sorted({row.lead for row in rows}), "ids": [row.event_id for row in rows]}
    return {id_ for (id_,) in await database.read(_NOTES, named)}


async def _talks(database: Database, rows: list[Row]) -> set[tuple[LeadId, int]]:
    """Those of the events that are the newest minutes, or the newest summary, of their talk."""
    if not rows:
        return set()
    named = {"leads": sorted({row.lead for row in rows}), "ids": [row.event_id for row in rows]}
    return set(await database.read(_TALKS, named))


_MINUTES = ("meeting_minutes", "chat_summary")
_MESSAGES = ("message", "message_edited")
_Age = tuple[bool, bool, Millis, int]
_NEVER: _Age = (False, False, 0, 0)


def _key(row: Row) -> tuple[str, str, str]:
    return row.lead, row.chat, row.message


def _age(row: Row) -> _Age:
    """Of a row's words: an edit is newer than the message, of edits in one second the one accepted later."""
    return (False, True, row.at, -row.seniority) if row.kind == "message_edited" else _NEVER


async def _newest(database: Database, messages: list[Row]) -> dict[tuple[str, str, str], _Age]:
    """Of each message its newest change; a deletion is newer than all. Of repeats the row that was accepted first."""
    if not messages:
        return {}
    since = max(min(row.at for row in messages) - _DAY_MS, 0)  # a sender's clock is not the broker's
    named = {"leads": sorted({row.lead for row in messages}), "messages": sorted({row.message for row in messages})}
    changes = await database.read(_CHANGES, named | {"since": since})
    first = {(change[0], change[5]): change for change in sorted(changes, key=lambda change: change[6])}
    newest: dict[tuple[str, str, str], _Age] = {}
    for lead, chat, message, deleted, at, _, seniority in first.values():
        age = (bool(deleted), True, at, -seniority)
        newest[lead, chat, message] = max(age, newest.get((lead, chat, message), _NEVER))
    return newest
