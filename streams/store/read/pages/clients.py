"""The list of clients: who needs people most, why, how his goods go, when he was last seen.

All clients are ordered by what is small (cards, scores, alerts); weeks and contacts are read only for those of a page.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal, NamedTuple, get_args

from msgspec.structs import replace

from processors.days import local_day
from processors.identity import Identities
from processors.pages import WEEKS, Listed, ListPage
from schemas.errors import Refused
from schemas.scores import LEVELS
from schemas.topics import DAY_MS
from schemas.types import LeadId, Millis
from streams.store.database import Database
from streams.store.read.pages.fresh import Night, Seen, last_night, last_seen, weeks_of

PAGE = 50
LONGEST_QUERY = 100
"""Characters of a name that is looked for."""

Sort = Literal["risk", "name", "curator"]

_NEWEST = "bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(ts)), 32), version)"
"""`(ts, version)` of a score as one number: the engine compares tuples value by value, ten times as slow."""

_LEADS = f"""
SELECT lead_id, max(client), max(curator), sum(points), if(max(level) = '', 'green', max(level)), sum(open_alerts),
    sum(points_before), max(outcome) FROM
(
    SELECT DISTINCT lead_id, true AS known, '' AS client, '' AS curator, 0. AS points, '' AS level,
        0 AS open_alerts, 0. AS points_before, '' AS outcome FROM days_kept
    UNION ALL
    SELECT DISTINCT lead_id, true, '', '', 0., '', 0, 0., '' FROM events
    WHERE ts >= fromUnixTimestamp64Milli({{fresh:Int64}})
    UNION ALL
    SELECT lead_id, true, argMaxIf(client, (source = 'hand', ts, source), client != ''),
        argMaxIf(curator, (source = 'hand', ts, source), curator != ''), 0., '', 0, 0., ''
    FROM cards FINAL WHERE NOT gone GROUP BY lead_id
    UNION ALL
    SELECT lead_id, true, '', '', argMax(points, {_NEWEST}), toString(argMax(level, {_NEWEST})), 0,
        argMaxIf(points, {_NEWEST}, ts <= fromUnixTimestamp64Milli({{before:Int64}})), '' FROM scores GROUP BY lead_id
    UNION ALL
    SELECT lead_id, false, '', '', 0., '', countIf(last != 'resolved'), 0., '' FROM
    (SELECT lead_id, argMax(status, version) AS last FROM alerts GROUP BY lead_id, alert_id) GROUP BY lead_id
    UNION ALL
    SELECT lead_id, false, '', '', 0., '', 0, 0., outcome FROM outcomes_current
)
WHERE lead_id != '' GROUP BY lead_id HAVING max(known)"""
"""Each table says what it knows of a client, one row of each: an alert or an outcome alone makes no client. Together
in one grouping they cost half of what joins do."""

_REASONS = """
SELECT lead_id, arrayMap(part -> JSONExtractString(part, 'rule'), arraySlice(JSONExtractArrayRaw(parts), 1, 3)) FROM
(
    SELECT lead_id, parts FROM scores PREWHERE lead_id IN {leads:Array(String)}
    ORDER BY lead_id, ts DESC, version DESC LIMIT 1 BY lead_id
)"""

_OVERDUE = """
SELECT lead_id, count() FROM promises WHERE lead_id IN {leads:Array(String)} AND state = 'past' GROUP BY lead_id"""


class Asked(NamedTuple):
    """Which clients: a part of the name or number, a level of risk, curators, leads (none: all); `cursor` is the `next`
    of the page before."""

    query: str = ""
    risk: str = ""
    curators: Sequence[str] = ()
    sort: str = "risk"
    cursor: str = ""
    among: Collection[LeadId] = ()

    def check(self) -> None:
        """Raises `Refused`."""
        if len(self.query) > LONGEST_QUERY:
            raise Refused(f"q is at most {LONGEST_QUERY} characters")
        if self.risk and self.risk not in LEVELS:
            raise Refused(f"risk is one of {', '.join(LEVELS)}")
        if self.sort not in _ORDERS:
            raise Refused(f"sort is one of {', '.join(get_args(Sort))}")


_ORDERS: dict[str, Callable[[Listed], tuple[Any, ...]]] = {
    "risk": lambda one: (one.outcome == "left", -one.points, int(one.lead_id)),
    "name": lambda one: (not one.name, one.name.casefold(), int(one.lead_id)),
    "curator": lambda one: (not one.curator, one.curator.casefold(), -one.points, int(one.lead_id)),
}


async def clients(database: Database, asked: Asked, known: Identities, now: Millis) -> ListPage:
    """A page of the list. Raises `Refused`, `Transient`, `StatementFailed`."""
    asked.check()
    night = await last_night(database)
    rows = await database.read(_LEADS, {"fresh": night.fresh, "before": now - 7 * DAY_MS})
    everyone = [_listed(row) for row in rows if known.merged(row[0]) == row[0]]
    found = sorted(filter(_wanted(asked), everyone), key=_ORDERS[asked.sort])
    first = 0
    if asked.cursor:
        first = next((place for place, one in enumerate(found, 1) if one.lead_id == asked.cursor), len(found))
    page = found[first : first + PAGE]
    more = page[-1].lead_id if first + PAGE < len(found) else ""
    told = await _told(database, night, page, now)
    curators = sorted({one.curator for one in everyone if one.curator}, key=str.casefold)
    return ListPage(told, len(found), more, curators)


def _listed(row: Sequence[Any]) -> Listed:
    lead, name, curator, points, level, alerts, before, outcome = row
    return Listed(lead, name, curator, points, level, points_before=before, alerts=alerts, outcome=outcome)


def _wanted(asked: Asked) -> Callable[[Listed], bool]:
    words, curators, among = _plain(asked.query), {_plain(name) for name in asked.curators}, frozenset(asked.among)
    return lambda one: (
        (not words or words in _plain(one.name) or words in one.lead_id)
        and asked.risk in ("", one.level)
        and (not curators or _plain(one.curator) in curators)
        and (not among or one.lead_id in among)
    )


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())


async def _told(database: Database, night: Night, page: list[Listed], now: Millis) -> list[Listed]:
    if not page:
        return []
    leads, today = [one.lead_id for one in page], local_day(now)
    weeks = await weeks_of(database, night, leads, "shipment", today, WEEKS)
    last: dict[LeadId, dict[str, Millis]] = {lead: {} for lead in leads}
    for one in filter(is_contact, await last_seen(database, night, leads, CONTACTS)):
        last[one.lead][one.kind] = max(one.last, last[one.lead].get(one.kind, 0))
    reasons = dict(await database.read(_REASONS, {"leads": leads}))
    overdue = dict(await database.read(_OVERDUE, {"leads": leads}))
    return [
        replace(
            one,
            reasons=reasons.get(one.lead_id, []),
            shipments=weeks[one.lead_id],
            last=last[one.lead_id],
            overdue=overdue.get(one.lead_id, 0),
        )
        for one in page
    ]


CONTACTS = ("message", "call", "mail", "meeting_recorded", "reservation")
_OURS = {("message", "staff"), ("mail", "out"), ("reservation", "changed"), ("reservation", "cancelled")}


def is_contact(one: Seen) -> bool:
    """Whether the client himself was seen in it: not what we wrote."""
    return (one.kind, one.action) not in _OURS
