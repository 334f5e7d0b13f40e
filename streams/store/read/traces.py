"""`GET /api/trace?id=`: from whatever name a person has to all that came of it.

A name is an event's, alert's or signal's id (16 hexadecimal digits), a raw record's place (`topic/partition/offset`), a
message in Telegram (`chat/message`: the client's or ours), or what the source calls it: a recording's id, a document.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from schemas.errors import Refused, Transient
from schemas.traces import Trace
from streams.engine.clock import Clock
from streams.engine.kafka import PARTITIONS
from streams.store.database import Database
from streams.store.read.raw import RawRecords
from streams.store.read.trace_line import BROUGHT, Material, line, standing
from streams.store.read.trace_rows import MOST_EVENTS, Rows, Stored

_ID = re.compile(r"[0-9a-f]{16}")
_PLACE = re.compile(r"([a-z]+(?:\.[a-z]+)*)/(\d{1,4})/(\d{1,18})", re.ASCII)
_MESSAGE = re.compile(r"(-?\d{1,18})/(\d{1,18})", re.ASCII)
_OTHER = 3
"""Raw records of one trace that Kafka is asked for: a recording and its transcripts."""


@dataclass(slots=True)
class _Start:
    """What the name says at once. `whole`: every version of these alerts is wanted, not only what one event did."""

    events: list[Stored] = field(default_factory=list)
    origins: dict[str, None] = field(default_factory=dict)
    ids: dict[int, None] = field(default_factory=dict)
    alerts: dict[int, None] = field(default_factory=dict)
    signals: dict[int, None] = field(default_factory=dict)
    whole: bool = False


class Traces:
    """Answers. `lag`: records that the store has still to read, by topic."""

    def __init__(
        self, database: Database, raw: RawRecords, lag: Callable[[], Awaitable[dict[str, int]]], clock: Clock
    ) -> None:
        self._rows, self._raw, self._lag, self._clock = Rows(database), raw, lag, clock

    async def find(self, asked: str) -> Trace:
        """The trace. Raises `Refused` for an empty name, `Transient`, `StatementFailed`."""
        name = asked.strip()
        if not name:
            raise Refused("id: what is looked for is missing")
        start = await self._start(name)
        events, more = start.events[:MOST_EVENTS], len(start.events) > MOST_EVENTS
        events = await self._with_kin(events, start)
        origins = list(dict.fromkeys([*start.origins, *(event.origin for event in events)]))
        ids = list(dict.fromkeys([*start.ids, *(event.number for event in events)]))
        leads = list(dict.fromkeys(event.lead for event in events if event.lead))
        found = Material(events=events)
        await self._findings(found, start, leads, ids, origins)
        for origin in origins[:_OTHER]:
            if _PLACE.fullmatch(origin):
                found.raws[origin] = await self._raw.look(origin)
        found.letters = await self._rows.letters(origins, ids)
        found.waiting = await self._rows.waiting(ids, origins)
        steps = line(found)
        stands = standing(found, steps, await self._behind() if not events else 0, self._clock())
        leads = list(dict.fromkeys([*leads, *(alert.lead for alert in found.alerts)]))
        return Trace(asked=name, stands=stands, origins=origins, leads=leads, steps=steps, more=more)

    async def _start(self, name: str) -> _Start:
        start = _Start()
        place, message = _PLACE.fullmatch(name), _MESSAGE.fullmatch(name)
        if place and place[1] in PARTITIONS:
            start.origins[name] = None
            start.events = await self._rows.events(origins=[name])
        elif _ID.fullmatch(name.lower()):
            number = int(name, 16)
            start.ids[number] = None
            start.events = await self._rows.events(ids=[number])
            if not start.events:
                await self._of_finding(number, start)
        else:
            start.events = await self._rows.events(refs=[name])
            if not start.events and message:
                for key in await self._rows.alerts_said_in(int(message[1]), int(message[2])):
                    if _ID.fullmatch(key[:16]):
                        await self._of_finding(int(key[:16], 16), start)
        return start

    async def _of_finding(self, number: int, start: _Start) -> None:
        """An alert, or a signal: the events that brought it."""
        told = await self._rows.alerts([number])
        if told:
            start.alerts[number] = None
            start.whole = True
            origin, ids = told[0].origin, told[0].events
        else:
            signals = await self._rows.signals_of(signals=[number])
            if not signals:
                return
            start.signals[number] = None
            origin, ids = signals[0].origin, signals[0].events
        start.origins |= {origin: None} if origin else {}
        start.events = await self._rows.events(origins=[origin]) if origin else []
        if not start.events and ids:
            start.events = await self._rows.events(ids=ids)

    async def _with_kin(self, events: list[Stored], start: _Start) -> list[Stored]:
        """And what belongs to them: all of a meeting, and what we made of one of them."""
        meetings = {event.ref for event in events if event.ref and event.kind.startswith("meeting_")}
        leads, origins = {event.lead for event in events}, {event.origin for event in events}
        kin = await self._rows.events(refs=meetings, leads=leads)
        made = await self._rows.events(origins=origins, leads=leads)
        kin += [event for event in made if event.kind in BROUGHT]
        whole = {(event.lead, event.number): event for event in [*events, *kin]}
        return sorted(whole.values(), key=lambda event: (event.parsed_at, event.number))[: 2 * MOST_EVENTS]

    async def _findings(
        self, found: Material, start: _Start, leads: list[str], ids: list[int], origins: list[str]
    ) -> None:
        rows = self._rows
        alerts = dict(start.alerts)
        if start.alerts or start.signals:
            found.signals = await rows.signals_of(start.alerts, start.signals)
        elif leads:
            found.signals = await rows.signals(leads, ids, origins)
            alerts |= dict.fromkeys(await rows.alerts_of(leads, ids, origins))
        alerts |= dict.fromkeys(signal.alert for signal in found.signals if signal.alert)
        if alerts:
            told = await rows.alerts(alerts)
            ours = {alert.number for alert in told if alert.origin in origins}
            found.alerts = [
                alert for alert in told if start.whole or alert.number not in ours or alert.origin in origins
            ]
        keys = [key for number in alerts for key in (f"{number:016x}", f"{number:016x}/head")]
        sent = await rows.deliveries(keys, [origin for origin in origins if origin])
        versions = {(f"{alert.number:016x}", alert.version) for alert in found.alerts}
        found.deliveries = [
            one for one in sent if one.outlet != "telegram" or (one.key.partition("/")[0], one.version) in versions
        ]

    async def _behind(self) -> int:
        try:
            return (await self._lag()).get("lead.events", 0)
        except Transient:
            return 0
