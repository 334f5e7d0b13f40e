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
from streams.store.read import promises
from streams.store.read.pages.fresh import Seen, last_seen, weeks_of
from streams.store.read.pages.sight import CONTACTS

PAGE = 50
LONGEST_QUERY = 100
"""Characters of a name that is looked for."""

Sort = Literal["risk", "name", "curator"]

_NEWEST = "bitOr(bitShiftLeft(toUInt128(toUnixTimestamp64Milli(ts)), 32), version)"
"""`(ts, version)` of a score as one number: the engine compares tuples value by value, ten times as slow."""

_HEARD = "SELECT lead_id FROM events GROUP BY lead_id"
"""Of events the projection `seen` is read, which `DISTINCT` would not find."""

_NAMED = """
SELECT lead_id, argMaxIf(client, (source = 'hand', ts, source), client != ''),
    argMaxIf(curator, (source = 'hand', ts, source), curator != '')
FROM cards FINAL WHERE NOT gone GROUP BY lead_id"""

_SCORES = f"""
SELECT lead_id, argMax(points, {_NEWEST}), toString(argMax(level, {_NEWEST})),
    argMaxIf(points, {_NEWEST}, ts <= fromUnixTimestamp64Milli({{before:Int64}})), argMax(score_id, {_NEWEST})
FROM scores GROUP BY lead_id"""

_OPEN = """
SELECT lead_id, countIf(last != 'resolved') FROM
(SELECT any(lead_id) AS lead_id, argMax(status, version) AS last FROM alerts GROUP BY alert_id) GROUP BY lead_id"""

_OUTCOMES = "SELECT lead_id, outcome FROM outcomes_current"

_REASONS = """
SELECT lead_id, arrayMap(part -> JSONExtractString(part, 'rule'), arraySlice(JSONExtractArrayRaw(parts), 1, 3))
FROM scores PREWHERE lead_id IN {leads:Array(String)} AND score_id IN {scores:Array(UInt64)}
ORDER BY lead_id, seniority"""


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
    everyone, newest = await _everyone(database, known, now)
    found = sorted(filter(_wanted(asked), everyone), key=_ORDERS[asked.sort])
    first = 0
    if asked.cursor:
        first = next((place for place, one in enumerate(found, 1) if one.lead_id == asked.cursor), len(found))
    page = found[first : first + PAGE]
    more = page[-1].lead_id if first + PAGE < len(found) else ""
    told = await _told(database, page, newest, now)
    curators = sorted({one.curator for one in everyone if one.curator}, key=str.casefold)
    return ListPage(told, len(found), more, curators)


async def _everyone(database: Database, known: Identities, now: Millis) -> tuple[list[Listed], dict[LeadId, int]]:
    """All clients without what only a page needs, and the number of each one's newest score. An alert or an outcome
    alone makes no client."""
    heard = {lead for (lead,) in await database.read(_HEARD)}
    named = {lead: rest for lead, *rest in await database.read(_NAMED)}
    scores: dict[LeadId, Sequence[Any]] = {
        lead: rest for lead, *rest in await database.read(_SCORES, {"before": now - 7 * DAY_MS})
    }
    alerts, became = dict(await database.read(_OPEN)), dict(await database.read(_OUTCOMES))
    found = []
    for lead in filter(None, heard | named.keys() | scores.keys()):
        if known.merged(lead) == lead:
            name, curator = named.get(lead, ("", ""))
            points, level, before, _ = scores.get(lead, (0.0, "green", 0.0, 0))
            of_him = Listed(lead, name, curator, points, level, points_before=before)
            found.append(replace(of_him, alerts=alerts.get(lead, 0), outcome=became.get(lead, "")))
    return found, {lead: number for lead, (*_, number) in scores.items()}


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


async def _told(database: Database, page: list[Listed], newest: dict[LeadId, int], now: Millis) -> list[Listed]:
    """With weeks, contacts, reasons and promises."""
    if not page:
        return []
    leads, today = [one.lead_id for one in page], local_day(now)
    weeks = await weeks_of(database, leads, "shipment", today, WEEKS)
    last: dict[LeadId, dict[str, Millis]] = {lead: {} for lead in leads}
    for one in filter(is_contact, await last_seen(database, leads, CONTACTS)):
        last[one.lead][one.kind] = max(one.last, last[one.lead].get(one.kind, 0))
    scores = [newest[lead] for lead in leads if lead in newest]
    reasons = dict(await database.read(_REASONS, {"leads": leads, "scores": scores})) if scores else {}
    overdue = await promises.overdue(database, leads)
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


_OURS = {("message", "staff"), ("mail", "out"), ("reservation", "changed"), ("reservation", "cancelled")}


def is_contact(one: Seen) -> bool:
    """Whether the client himself was seen in it: not what we wrote."""
    return (one.kind, one.action) not in _OURS
