"""Who waits for his client: by the name that his source gives him, with what he said last and whom he may belong to."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec
from msgspec.structs import replace

from processors.cards import Cards
from processors.identity import Identities
from processors.matching import suggest
from processors.pages import Inbox, Maybe, Unknown
from processors.waiting import told as told_of
from schemas.sources import ClientRef, Unassigned
from schemas.types import Millis
from streams.store.database import Database
from streams.store.read.pages.known import Known
from streams.store.read.pages.participants import asked

MOST = 100
"""Of those that wait and of those that were set aside: a page shows no more."""
SAMPLES = 3

_WAITING = """
SELECT client_kind, client_value, uniqExact(event_id) AS events, toUnixTimestamp64Milli(min(ts)),
    toUnixTimestamp64Milli(max(ts)) FROM unassigned
GROUP BY client_kind, client_value ORDER BY events DESC, client_kind, client_value"""

_SAMPLES = f"""
SELECT client_kind, client_value, lower(hex(event_id)), toUnixTimestamp64Milli(ts), source, topic, record
FROM unassigned WHERE (client_kind, client_value) IN {{clients:Array(Tuple(String, String))}}
ORDER BY ts DESC LIMIT {SAMPLES} BY client_kind, client_value"""


async def inbox(database: Database, told: Known, now: Millis) -> Inbox:
    """Raises `Transient`, `StatementFailed`."""
    known = told.identities
    waiting: list[Unknown] = []
    ignored: list[Unknown] = []
    for kind, value, events, first, last in await database.read(_WAITING):
        client = ClientRef(kind, value)
        if known.find(client) is not None or known.staff.holds(client):
            continue
        by = known.ignored(client)
        one = Unknown(kind, value, "", events, first, last, ignored_by="" if by is None else by.confirmed_by)
        (waiting if by is None else ignored).append(one)
    shown = [*waiting[:MOST], *ignored[:MOST]]
    named = await _named(database, shown)
    alike = _alike(named[: len(waiting[:MOST])], told.cards, known)
    return Inbox(alike, named[len(alike) :], len(waiting), (await asked(database, told, now))[:MOST])


async def _named(database: Database, found: list[Unknown]) -> list[Unknown]:
    if not found:
        return []
    names: dict[tuple[str, str], str] = {}
    samples: dict[tuple[str, str], list[str]] = defaultdict(list)
    clients = [(one.kind, one.value) for one in found]
    for kind, value, id_, ts, source, topic, record in await database.read(_SAMPLES, {"clients": clients}):
        said = told_of(Unassigned(id_, ts, source, ClientRef(kind, value), topic, msgspec.Raw(record.encode())))
        if said.name:
            names.setdefault((kind, value), said.name)
        if said.text:
            samples[kind, value].append(said.text)
    return [
        replace(one, name=names.get((one.kind, one.value), ""), samples=samples[one.kind, one.value]) for one in found
    ]


def _alike(found: Iterable[Unknown], cards: Cards, known: Identities) -> list[Unknown]:
    """With up to three clients whose names are most like theirs."""
    unknown = list(found)
    leads = [lead for lead in cards.leads() if cards.name(lead) and known.merged(lead) == lead]
    named = [cards.name(lead) for lead in leads]
    return [
        replace(one, maybe=[Maybe(leads[at.place], named[at.place], at.likeness) for at in alike])
        for one, alike in zip(unknown, suggest([one.name for one in unknown], named), strict=True)
    ]
