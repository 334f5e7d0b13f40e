"""Which words of one client answer a question: his rows of `passages`, ranked by `processors.answers`.

Every statement has the lead in its `WHERE`, of subqueries too: no row of another client is ever read.

    OLD     events whose words do not count any more
    HITS    how much there is, and keys, lengths and terms of what holds a term; no words ─► ranked in a thread
    TEXTS   words of the best `CANDIDATES`, and of what was said around the very best ─► folded, three of a source
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from processors.answers.periods import without_periods
from processors.answers.question import asked
from processors.answers.ranking import Hit, Ranked, chosen, ranked
from processors.answers.terms import Query, query
from processors.days import local_time
from schemas.answers import Found, Passage
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.store.database import Database
from streams.store.read.hits import LATEST

MOST, CANDIDATES = 28, 84
"""Passages of an answer, and how many are read for it: what says the same is folded, of one source stay three."""
WITH_NEIGHBOURS, AROUND = 3, 2
"""Of so many of the best, so many passages before and after are told, too."""
AROUND_MS = {"said": 3 * 60_000, "message": 24 * 3_600_000}
"""How far from it that may be: a talk goes on for minutes, a chat for a day."""
LONGEST = 2000
"""Characters of one passage: minutes and mails may be pages."""

_MS = "toUnixTimestamp64Milli"

OLD = f"""
SELECT arrayJoin(arrayFilter(id -> id != newest, ids)) FROM
(
    SELECT groupUniqArray(event_id) AS ids,
        argMax(event_id, (version, if(kind IN ('message', 'note'), {_MS}(ts), 0),
            if(kind IN ('message', 'note'), bitNot(seniority), seniority))) AS newest
    FROM passages
    WHERE lead_id = {{lead:String}} AND number = 0
        AND (kind IN ('said', 'call', 'minutes', 'note') OR kind = 'message' AND of IN
            (SELECT of FROM passages WHERE lead_id = {{lead:String}} AND kind = 'message' AND version > 0))
    GROUP BY kind, of HAVING length(ids) > 1
)"""
"""Events whose words others took the place of: an edit, a deletion, a better transcript. Of changes in one second the
one accepted later counts, of transcripts of one version the one accepted first (as in `recordings`)."""

_STANDING = "lead_id = {lead:String} AND text != '' AND event_id NOT IN {old:Array(UInt64)}"
_SAID = f"""{_STANDING} AND passages.ts >= fromUnixTimestamp64Milli({{since:Int64}})
    AND passages.ts < fromUnixTimestamp64Milli({{until:Int64}})"""

HITS = f"""
WITH arrayFilter(term -> term > 0,
    arrayMap(word -> transform(word, {{forms:Array(String)}}, {{terms:Array(UInt16)}}, 0), words)) AS found
SELECT kind, count(), sum(lengthUTF8(text)), {_MS}(min(ts)), {_MS}(max(ts)),
    groupArrayIf((event_id, number, {_MS}(ts), thread, lengthUTF8(text), found), notEmpty(found))
FROM passages FINAL WHERE {_SAID} GROUP BY kind"""

TEXTS = f"""
SELECT event_id, number, {_MS}(ts) AS at, kind, thread, speaker, side, at_ms, substringUTF8(text, 1, {LONGEST})
FROM passages FINAL
WHERE {_STANDING} AND ((event_id, number) IN {{keys:Array(Tuple(UInt64, UInt32))}}
    OR arrayExists(place -> place.1 = kind AND place.2 = thread AND abs(place.3 - at) <= place.4,
        {{places:Array(Tuple(String, String, Int64, Int64))}}))"""
"""Of the best rows, and of what was said around the very best."""


class _Row(NamedTuple):
    """Of `passages`, with its words."""

    id: int
    number: int
    at: Millis
    kind: Any
    thread: str
    speaker: str
    side: Any
    at_ms: int
    text: str

    @property
    def key(self) -> tuple[int, int]:
        """By what it is known among the client's rows."""
        return self.id, self.number


class Within(NamedTuple):
    """When it was said, ms UTC: from `since` on, before `until`."""

    since: Millis = 0
    until: Millis = LATEST


async def passages(
    database: Database,
    lead: LeadId,
    question: str,
    clock: Clock,
    within: Within = Within(),  # noqa: B008 — frozen
) -> Found:
    """The best passages of a client for a question. Raises `Refused`, `Transient`, `StatementFailed`."""
    wanted = await asyncio.to_thread(_query, question, lead, local_time(clock()).date())
    forms, terms = wanted.numbered()
    old = [id_ for (id_,) in await database.read(OLD, {"lead": lead})]
    kinds = await database.read(HITS, {"lead": lead, "old": old, "forms": forms, "terms": terms, **within._asdict()})
    first = await asyncio.to_thread(_first, wanted, kinds, clock())
    return Found(
        lead,
        await _best(database, lead, old, first) if first else [],
        sum(count for _, count, *_ in kinds),
        min((since for _, _, _, since, _, _ in kinds), default=0),
        max((until for _, _, _, _, until, _ in kinds), default=0),
        {kind: count for kind, count, *_ in kinds},
    )


def _query(question: str, lead: LeadId, today: date) -> Query:
    return query(without_periods(asked(question, lead), today))


def _first(wanted: Query, kinds: Sequence[Sequence[Any]], now: Millis) -> list[Ranked]:
    """The best `CANDIDATES` of what `HITS` found."""
    total, length = sum(row[1] for row in kinds), sum(row[2] for row in kinds)
    hits = [
        Hit((id_, number), at, kind, thread, size, found)
        for kind, *_, rows in kinds
        for id_, number, at, thread, size, found in rows
    ]
    return ranked(wanted, hits, total, length / max(total, 1), now)[:CANDIDATES]


async def _best(database: Database, lead: LeadId, old: Sequence[int], first: Sequence[Ranked]) -> list[Passage]:
    """Those of the best that say different things, then what was said beside the very best. A row that went meanwhile
    is left out."""
    anchors = [one.hit for one in first if one.hit.kind in AROUND_MS][:WITH_NEIGHBOURS]
    places = [(hit.kind, hit.thread, hit.ts, AROUND_MS[hit.kind]) for hit in anchors]
    asked_for = {"lead": lead, "old": old, "keys": [one.hit.key for one in first], "places": places}
    read = [_Row(*row) for row in await database.read(TEXTS, asked_for)]
    texts = {row.key: row for row in read}
    standing = [one for one in first if one.hit.key in texts]
    best = await asyncio.to_thread(chosen, standing, lambda hit: texts[hit.key].text, MOST)
    told = [_told(lead, texts[one.hit.key], one) for one in best]
    known = {one.hit.key for one in best}
    beside = {row.key: row for hit in anchors if hit.key in texts for row in _beside(texts[hit.key], read)}
    return told + [_told(lead, row, None) for key, row in beside.items() if key not in known]


def _beside(anchor: _Row, rows: Sequence[_Row]) -> list[_Row]:
    """So many before and after it in its conversation, in their order."""
    talk = [row for row in rows if (row.kind, row.thread) == (anchor.kind, anchor.thread)]
    talk.sort(key=lambda row: (row.at, row.number))
    at = talk.index(anchor)
    return [row for row in talk[max(0, at - AROUND) : at + AROUND + 1] if row != anchor]


def _told(lead: LeadId, row: _Row, rank: Ranked | None) -> Passage:
    return Passage(
        lead_id=lead,
        event_id=f"{row.id:016x}",
        number=row.number,
        kind=row.kind,
        ts=row.at,
        text=row.text,
        thread=row.thread,
        speaker=row.speaker,
        side=row.side,
        recording_id=row.thread if row.kind in ("said", "minutes") else "",
        at_ms=row.at_ms,
        score=round(rank.score, 4) if rank else 0.0,
        coverage=round(rank.coverage, 4) if rank else 0.0,
        near=rank is None,
    )
