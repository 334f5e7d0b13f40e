"""`command.events`, `assistant.said`: what the assistant proposed, said and remembers that quotes deleted words goes.

What a command quotes was signed with it: without the quote nobody could verify it, so it goes as one that names an
erased person does (`Denied.command`): nothing is said or done of it any more, its rows are deleted, its state and what
was remembered of its wording are forgotten. That it is so stands on `erasures` before any row goes, for `actions` reads
its log anew. A command that comes later is known by the events that it names (`processors.privacy.unsaid`).
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from processors.commands.canon import read
from processors.privacy.unsaid import Gone
from schemas.assistant import AssistantSaid
from schemas.commands import Command, CommandChange, CommandId
from schemas.erasures import UNSAID, Unsaid
from schemas.events import CommandChanged, Event
from schemas.topics import ASSISTANT_MEMORY, COMMAND_STATE, ERASURES
from schemas.types import EventId, LeadId
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.process import Record
from streams.store.database import Database
from streams.store.jobs.objected import Objected
from streams.store.jobs.owed import Owed
from streams.store.jobs.ticks import Send

log = logging.getLogger(__name__)

_ID: Final = "lower(leftPad(hex(command_id), 16, '0'))"
_BODIES: Final = (
    f"SELECT {_ID} AS id, any(command), groupUniqArray(reason) FROM command_events {{where}} GROUP BY command_id"
)
_THESE: Final = "command_id IN (SELECT reinterpretAsUInt64(reverse(unhex(arrayJoin({these:Array(String)})))))"
THESE, ALL = _BODIES.format(where=f"WHERE {_THESE}"), _BODIES.format(where="")
OF_LEADS: Final = _BODIES.format(where="WHERE lead_id IN {leads:Array(String)}")
NAMING: Final = _BODIES.format(where="WHERE multiSearchAny(command, {names:Array(String)})")
EDITS: Final = _BODIES.format(where="WHERE JSONExtractString(command, 'supersedes') IN {these:Array(String)}")
MINUTE: Final = """
SELECT count() FROM events PREWHERE kind = 'events_moved' AND action = 'deleted' WHERE lead_id = {lead:String}
    AND arrayExists(one -> JSONExtractString(one, 3) = '' AND intDiv(JSONExtractInt(one, 2), 60000) = {minute:Int64},
        JSONExtractArrayRaw(payload, 'events'))"""
"""Live words of a lead that went, of a minute (since 1970): a minute of a meeting is no event."""
LINES: Final = """
SELECT person, side, line_id, concat(text, '\\n', options) FROM assistant_lines
WHERE lead_id IN {leads:Array(String)}"""
TOLD: Final = """
SELECT lead_id, event_id FROM events PREWHERE kind = 'command_changed'
WHERE JSONExtractString(payload, 'command_id') IN {these:Array(String)}"""
_AT_ONCE: Final = 250
"""Names in one statement: `multiSearchAny` looks for 255 at most."""
_WAITING: Final = {"lightweight_deletes_sync": 2}
_UNSAID: Final = msgspec.json.Encoder()


class _Told(NamedTuple):
    """A command as it was signed, and the reasons that people gave about it."""

    command: Command
    reasons: list[str]


def nothing(_: CommandId) -> bool:
    """Nothing was ever unsaid."""
    return False


class Thoughts:
    """Settle's `Process` around the sinks of these topics, whose `stored` must be `changes`, or `lines`. `unsaid`:
    whether a command is denied already (`Denied.unsaid`)."""

    def __init__(
        self, database: Database, send: Send, clock: Clock, unsaid: Callable[[CommandId], bool] = nothing
    ) -> None:
        self._database, self._send, self._clock, self._unsaid = database, send, clock, unsaid
        self._objected = Objected(database)
        self._owed = Owed(self._look)
        self.behind = self._owed.behind

    def changes(self, stored: Sequence[tuple[CommandChange, Record]]) -> None:
        """Commands of which something is stored now."""
        self._owed.add(change.command_id for change, _ in stored)

    def lines(self, stored: Sequence[tuple[AssistantSaid, Record]]) -> None:
        """Commands of which the assistant speaks."""
        self._owed.add(said.command_id for said, _ in stored if self._unsaid(said.command_id))

    def notice(self, stored: Sequence[tuple[Event, Record]]) -> None:
        """Commands of which a client's history tells."""
        told = (event.command_id for event, _ in stored if isinstance(event, CommandChanged))
        self._owed.add(command for command in told if self._unsaid(command))

    async def forget(self, gone: Gone, leads: Collection[LeadId]) -> None:
        """What names this, or has words of it about these leads. Raises `Transient`, `StatementFailed`."""
        found = await self._naming(gone.names)
        found |= await self._read(OF_LEADS, {"leads": sorted(leads)}) if leads else {}
        quoting = {id_: told for id_, told in found.items() if gone.is_quoted_in(told.command)}
        await self._forget(quoting, gone)
        if leads:
            lines = await self._database.read(LINES, {"leads": sorted(leads)})
            await self._forget_lines([(person, side, id_) for person, side, id_, text in lines if gone.says(text)])

    async def quoting(self, events: Collection[EventId]) -> None:
        """As `forget`, of events that are known by their ids alone."""
        await self.forget(Gone(events), ())

    async def look(self) -> None:
        """At all commands: what a former version let stand, or nobody saw in time. Raises as `forget`."""
        await self._judge(await self._read(ALL, {}))

    async def _look(self, stored: set[CommandId]) -> None:
        known = {id_ for id_ in stored if self._unsaid(id_)}
        found = await self._read(THESE, {"these": sorted(stored)})
        await self._delete(known, [])
        await self._judge({id_: told for id_, told in found.items() if id_ not in known})

    async def _judge(self, found: dict[CommandId, _Told]) -> None:
        named = {one for told in found.values() for one in (told.command.trigger.id, *told.command.evidence[:1])}
        gone = Gone(await self._objected.gone({one for one in named if len(one) == 16}))
        quoting = {id_: told for id_, told in found.items() if gone.is_quoted_in(told.command)}
        for id_, told in found.items():
            if told.command.trigger.kind == "meeting" and await self._is_of_gone_minute(told.command):
                quoting[id_] = told
        await self._forget(quoting, gone)

    async def _is_of_gone_minute(self, command: Command) -> bool:
        minute = command.trigger.id.rpartition("/")[2]
        if not minute.isdecimal():
            return False
        [(rows,)] = await self._database.read(MINUTE, {"lead": command.lead_id, "minute": int(minute)})
        return bool(rows)

    async def _naming(self, names: Collection[str]) -> dict[CommandId, _Told]:
        found, ids = dict[CommandId, _Told](), sorted(names)
        for at in range(0, len(ids), _AT_ONCE):
            found |= await self._read(NAMING, {"names": ids[at : at + _AT_ONCE]})
        return found

    async def _read(self, sql: str, given: dict[str, Any]) -> dict[CommandId, _Told]:
        rows = await self._database.read(sql, given)
        read_ = ((id_, read(body), reasons) for id_, body, reasons in rows)
        return {id_: _Told(command, list(reasons)) for id_, command, reasons in read_ if isinstance(command, Command)}

    async def _forget(self, quoting: dict[CommandId, _Told], gone: Gone) -> None:
        """These, and what people made of them."""
        newest = quoting
        while newest:
            edits = await self._read(EDITS, {"these": sorted(newest)})
            newest = {id_: told for id_, told in edits.items() if id_ not in quoting}
            quoting = quoting | newest
        await self._delete(quoting, [key for told in quoting.values() for key in _remembered(told, gone)])

    async def _delete(self, commands: Collection[CommandId], memories: Iterable[str]) -> None:
        """What is told first, then the rows: by them it is found again after a kill."""
        if not commands:
            return
        these, at = sorted(commands), self._clock()
        outputs = [
            Output(ERASURES.name, f"{UNSAID}{id_}".encode(), _UNSAID.encode(Unsaid(command_id=id_, at=at)))
            for id_ in these
            if not self._unsaid(id_)
        ]
        outputs += [Output(COMMAND_STATE.name, id_.encode(), None) for id_ in these]
        await self._send(outputs + [Output(ASSISTANT_MEMORY.name, key.encode(), None) for key in memories])
        given = {"these": these}
        await self._database.forget([(lead, id_) for lead, id_ in await self._database.read(TOLD, given)])
        await self._database.change(
            "DELETE FROM assistant_lines WHERE command IN {these:Array(String)}", given, _WAITING
        )
        await self._database.change(f"DELETE FROM command_events WHERE {_THESE}", given, _WAITING)
        log.info("commands that quote deleted words are taken out", extra={"commands": len(these)})

    async def _forget_lines(self, lines: list[tuple[str, str, str]]) -> None:
        if lines:
            those = "(person, side, line_id) IN {lines:Array(Tuple(String, String, String))}"
            await self._database.change(f"DELETE FROM assistant_lines WHERE {those}", {"lines": lines}, _WAITING)


def _remembered(told: _Told, gone: Gone) -> list[str]:
    """Keys of what `processors.assistant.memory` made of it and quotes: what was corrected; a reason with the words."""
    command = told.command
    who = command.asked_by if command.asked_by.startswith("tg:") else f"web/{command.asked_by}"
    about = f"lead/{command.lead_id}" if command.lead_id else f"who/{who}"
    kinds = ["correction", *(("refusal", "result") if any(map(gone.says, told.reasons)) else ())]
    return [f"{about}/{command.command_id}-{kind}" for kind in kinds]
