"""One client as one answer sees him: whatever its parts ask for, each table is looked at once."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from processors.identity import Identities
from processors.notes import KeptNote, kept
from schemas.alerts import Alert
from schemas.events import Note
from schemas.types import LeadId, LocalDay, Millis
from streams.store.alerts import COLUMNS, alert_of
from streams.store.database import Database
from streams.store.read.few import Few, few
from streams.store.read.outcomes import STAGES
from streams.store.read.pages.fresh import Counted, Seen, counted, last_seen_of
from streams.store.read.profiles import SOURCES
from streams.store.read.speakers import Name, named

CONTACTS = ("message", "call", "mail", "meeting_recorded", "reservation")
GOODS = ("reservation", "pick", "shipment", "inbound", "return", "adjustment")
MEETING = ("meeting_recorded", "meeting_transcribed", "meeting_minutes")
CHANGES = ("message_edited", "message_deleted")
NOTE = "note"
COMMAND = "command_changed"
MOST_OPEN = 100

_REFS = """
SELECT kind, toUnixTimestamp64Milli(ts), ref FROM events
PREWHERE lead_id = {lead:String} AND kind IN {kinds:Array(String)}"""

_ALERTS = f"""
SELECT alert_id, version, toUnixTimestamp64Milli(ingested_at), {COLUMNS} FROM alerts
PREWHERE lead_id = {{lead:String}}"""
"""All of them, of which a page tells some: one look costs as much as that for some. `FINAL` would read the evidence of
all clients' alerts; the newest are taken here, which costs less than a sort there."""

FOREVER: LocalDay = 1 << 30

_NOBODY = Identities()
_NOTE = msgspec.json.Decoder(Note)


class Ref(NamedTuple):
    """An event by what its source calls it, `ts` in ms UTC."""

    kind: str
    ts: Millis
    name: str


class Sight:
    """Of the lead `lead`; his days are wanted from `days` on, or from before it, and none after `until` (local days);
    `known`: who is who in his meetings. What it has read once it keeps. Each raises `Transient`, `StatementFailed`."""

    def __init__(
        self,
        database: Database,
        lead: LeadId,
        days: LocalDay = FOREVER,
        until: LocalDay = FOREVER,
        known: Identities = _NOBODY,
    ) -> None:
        self.database, self.lead, self._known = database, lead, known
        self._days, self._until = days, until
        self._done: list[Counted] = []
        self._done_since: LocalDay = FOREVER
        self._few: list[Few] | None = None
        self._seen: list[Seen] | None = None
        self._refs: list[Ref] | None = None
        self._alerts: dict[str, Alert] | None = None

    def named(self, own: Mapping[str, str]) -> Name:
        """As `speakers.named` of his meetings."""
        return named(self._known, self.lead, own)

    async def done(self, since: LocalDay = 0) -> list[Counted]:
        """His days, goods and messages: all since this one, and maybe some before it."""
        if since < self._done_since:
            self._done_since = min(since, self._days)
            kinds = (*GOODS, "message")
            self._done = await counted(self.database, self.lead, kinds, self._done_since, self._until)
        return self._done

    async def few(self) -> list[Few]:
        """Notes, minutes, corrections, stages of the portal."""
        if self._few is None:
            kinds = await self._of(*SOURCES, STAGES, NOTE)
            self._few = await few(self.database, self.lead, kinds) if kinds else []
        return self._few

    async def notes(self) -> list[KeptNote]:
        """All notes on him, the newest first, also those that were taken back."""
        return kept(_NOTE.decode(event.payload) for event in await self.few() if event.kind == NOTE)

    async def seen(self) -> list[Seen]:
        """First and last of each kind and action."""
        if self._seen is None:
            self._seen = await last_seen_of(self.database, self.lead)
        return self._seen

    async def had(self, *kinds: str) -> bool:
        """Whether he ever had anything of these kinds: else no table need be looked at for them."""
        return bool(await self._of(*kinds))

    async def _of(self, *kinds: str) -> list[str]:
        return sorted({one.kind for one in await self.seen() if one.kind in kinds})

    async def refs(self) -> list[Ref]:
        """Parts of meetings, notes, and what became of commands."""
        if self._refs is None:
            kinds = await self._of(*MEETING, NOTE, COMMAND)
            rows = await self.database.read(_REFS, {"lead": self.lead, "kinds": kinds}) if kinds else []
            self._refs = [Ref(*row) for row in rows]
        return self._refs

    async def alerts(self) -> dict[str, Alert]:
        """All his alerts by id."""
        if self._alerts is None:
            rows = await self.database.read(_ALERTS, {"lead": self.lead})
            newest = {row[0]: row[3:] for row in sorted(rows, key=lambda row: row[:3])}
            self._alerts = {alert.alert_id: alert for alert in map(alert_of, newest.values())}
        return self._alerts

    async def open_alerts(self) -> list[Alert]:
        """The newest first."""
        living = [one for one in (await self.alerts()).values() if one.status != "resolved"]
        return sorted(living, key=lambda one: (-one.opened_at, one.alert_id))[:MOST_OPEN]
