"""Rows of erased clients go, whichever table they stand in and however they came: also out of a restored backup.

Every table of ours with a column `lead_id` is looked at, so one that is new tomorrow is too. What waited for its client
is found by the digest of his name, which ClickHouse can count itself.

`DELETE` hides rows and leaves their bytes where they are, so each look ends with parts that hide any being written anew
without them, whoever hid them: events that were moved to another client lie below his number no more, nor do words that
somebody objected to (`jobs.unheard`). What the engine replaced it deletes by itself: chDB within a minute, a server
behind `old_parts_lifetime` (8 minutes).
"""

import asyncio
import logging

from processors.privacy.erasing import MARK, told_by
from schemas.erasures import Erasure
from schemas.errors import Transient
from streams.engine.erasures import KnownErasures
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
from streams.store.jobs.parting import Parting
from streams.store.read.rows_of import tables_of_leads

log = logging.getLogger(__name__)

EVERY_S = 600.0
"""Between two looks, where no erasure says something new."""
AGAIN_S = 5.0
"""While an erasure runs: it waits for us."""
_HASHED = f"lower(hex(SHA256(concat(unhex('{MARK.hex()}'), client_kind, ':', client_value))))"
OTHERS = {
    "unassigned": f"{_HASHED} IN {{denied:Array(String)}} AND ts <= fromUnixTimestamp64Milli({{since:Int64}})",
    "reports": "position(body, {quoted:String}) > 0",
    "outbox": "receiver = {receiver:String} OR arrayExists(one -> position(key, one) > 0, {keys:Array(String)})",
    "consents": "has(leads, {lead:String}) AND {person:String} IN ('', person_id)",
    "failures": "position(payload, {quoted:String}) > 0 OR multiSearchAny(payload, {values:Array(String)})",
}
"""Tables without a lead, and what of them is of one."""
EMPTIED = {"reports": "ALTER TABLE reports UPDATE body = '{}' WHERE"}
"""Of which it stays that there was a row: where the newest report is not there, it would be made and sent once more."""
_HIDING = """
SELECT DISTINCT table FROM system.parts
WHERE database = currentDatabase() AND active AND has_lightweight_delete ORDER BY table"""
_OBJECTED = """
SELECT 1 FROM events PREWHERE kind = 'meeting_room' AND action IN ('objected', 'recording_deleted') LIMIT 1"""
"""Words went out (`jobs.unheard`), or may have."""
_WAITING = {"lightweight_deletes_sync": 2, "mutations_sync": 2}
OF_PERSON = ("unassigned", "failures", "consents")
"""Those of which whole rows are one person's; of the rest see `jobs.parting`."""


class Purge:
    """Derived from the topic and the tables alone, so a kill owes nothing."""

    def __init__(self, database: Database, known: KnownErasures, parting: Parting) -> None:
        self._database, self._known, self._parting = database, known, parting

    async def run(self) -> None:
        """Until cancelled."""
        await self._database.opened()
        await self._known.loaded.wait()
        while True:
            self._known.changed.clear()
            try:
                await self.look()
            except (Transient, StatementFailed) as fault:
                log.warning("rows of erased clients wait", extra={"error": str(fault)})
            running = any(one.started_at and not one.ended_at for one in self._known.denied.erasures.values())
            try:
                async with asyncio.timeout(AGAIN_S if running else EVERY_S):
                    await self._known.changed.wait()
            except TimeoutError:
                continue

    async def look(self) -> int:
        """Delete what is there of erased clients; how many rows. Raises `Transient`, `StatementFailed`."""
        begun = [one for one in self._known.denied.erasures.values() if one.started_at]
        if not begun and not await self._database.read(_OBJECTED):
            return 0
        tables = await tables_of_leads(self._database) if begun else []
        gone = sum([await self._purge(one, tables) for one in begun])
        for (table,) in await self._database.read(_HIDING):
            await self._database.change(f"ALTER TABLE {table} APPLY DELETED MASK", None, _WAITING)
        return gone

    async def _purge(self, erasure: Erasure, tables: list[str]) -> int:
        if erasure.person:
            where, gone = {table: OTHERS[table] for table in OF_PERSON}, await self._parting.look(erasure)
        else:
            where, gone = dict.fromkeys(tables, "lead_id = {lead:String}") | OTHERS, 0
        given = {
            "lead": erasure.lead_id,
            "denied": erasure.denied,
            "since": erasure.started_at,
            "quoted": "\0 none" if erasure.person else f'"lead_id":"{erasure.lead_id}"',
            "person": erasure.person,
            "receiver": f"lead:{erasure.lead_id}",
            "keys": [*told_by(erasure.refs), *erasure.paths],
            "values": told_by(erasure.refs) or ["\0 none"],
        }
        for table, those in where.items():
            [(rows,)] = await self._database.read(f"SELECT count() FROM {table} WHERE {those}", given)
            if not rows:
                continue
            gone += rows
            away = EMPTIED.get(table, f"DELETE FROM {table} WHERE")
            await self._database.change(f"{away} {those}", given, _WAITING)
        if gone:
            log.info("rows of an erased client deleted", extra={"erasure": erasure.erasure_id, "rows": gone})
        return gone
