"""Rows of erased clients go, whichever table they stand in and however they came: also out of a restored backup.

Every table of ours with a column `lead_id` is looked at, so one that is new tomorrow is too. What waited for its client
is found by the digest of his name, which ClickHouse can count itself.
"""

import asyncio
import logging

from processors.privacy.erasing import MARK
from schemas.erasures import Erasure
from schemas.errors import Transient
from streams.engine.erasures import KnownErasures
from streams.store.clickhouse import StatementFailed
from streams.store.database import Database
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
    "outbox": "receiver = {receiver:String}",
    "failures": "position(payload, {quoted:String}) > 0 OR multiSearchAny(payload, {values:Array(String)})",
}
"""Tables without a lead, and what of them is of one."""


class Purge:
    """Derived from the topic and the tables alone, so a kill owes nothing."""

    def __init__(self, database: Database, known: KnownErasures) -> None:
        self._database, self._known = database, known

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
        if not begun:
            return 0
        tables = await tables_of_leads(self._database)
        return sum([await self._purge(one, tables) for one in begun])

    async def _purge(self, erasure: Erasure, tables: list[str]) -> int:
        where = dict.fromkeys(tables, "lead_id = {lead:String}") | OTHERS
        given = {
            "lead": erasure.lead_id,
            "denied": erasure.denied,
            "since": erasure.started_at,
            "quoted": f'"lead_id":"{erasure.lead_id}"',
            "receiver": f"lead:{erasure.lead_id}",
            "values": values(erasure) or ["\0 none"],
        }
        gone = 0
        for table, those in where.items():
            [(rows,)] = await self._database.read(f"SELECT count() FROM {table} WHERE {those}", given)
            if not rows:
                continue
            gone += rows
            settings = {"lightweight_deletes_sync": 2, "mutations_sync": 2}
            await self._database.change(f"DELETE FROM {table} WHERE {those}", given, settings)
            await self._database.change(f"ALTER TABLE {table} APPLY DELETED MASK", None, settings)
        if gone:
            log.info("rows of an erased client deleted", extra={"erasure": erasure.erasure_id, "rows": gone})
        return gone


def values(erasure: Erasure) -> list[str]:
    """What stands in a raw record of his, while it is known in plain: ids and numbers, nothing short."""
    found = (ref.partition(":")[2] for ref in erasure.refs if not ref.startswith("lead:"))
    return sorted({value for value in found if len(value) >= 6})
