"""Approved commands to the calls that they ask for, one after the other: claim → call → result, never twice.

A call that somebody else began is not made: its maker gets the time that a call may take, then it is looked up, and
where nobody can tell, a person decides.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Protocol

from schemas.command_codecs import HANDED
from schemas.commands import Handed
from schemas.errors import Refused, Transient
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.process import Batch, Outcome
from streams.engine.remote import Uncertain
from streams.engine.retry import WORLD, Attempts, Policy, World
from streams.notify.handed.log import Claim, CommandLog

log = logging.getLogger(__name__)


LAST_CALL = 5.0
"""Seconds that a call in work may still take when the worker stops: cut off, nobody would know what became of it."""

TOO_LATE = "срок команды вышел раньше, чем её удалось выполнить"
NOT_SET_UP = "эта связь не настроена"
UNKNOWN = "обращение оборвалось, ясного ответа нет"
NOT_FOUND = "обращение оборвалось, следов команды не нашли"


class Outlet(Protocol):
    """Who makes a kind of calls. `patience`: for how long a call that surely did nothing is made again."""

    patience: Policy

    def objection(self, handed: Handed) -> str:
        """Why it cannot be done, whatever the other side says (Russian); empty where it can."""

    async def call(self, handed: Handed) -> str:
        """Make the call: where its effect stands. Raises `Refused` (Russian: a definite no), `Uncertain` (nobody
        knows), any other `Transient` (it surely did nothing)."""

    async def find(self, handed: Handed, began: Millis) -> str | None:
        """Where its effect stands, of a call that may have been made since `began`; empty where there is none, None
        where that cannot be looked up. Raises `Transient`."""


class Calls:
    """Settle's `Process`. `seconds`: what a call of somebody else may still take."""

    def __init__(
        self,
        commands: CommandLog,
        outlets: Mapping[str, Outlet],
        clock: Clock,
        seconds: float,
        world: World = WORLD,
    ) -> None:
        self._log, self._outlets, self._clock = commands, outlets, clock
        self._seconds, self._world = seconds, world

    async def __call__(self, batch: Batch) -> Outcome:
        """Raises `Transient` while the log or a look-up is not to be had."""
        outcome = Outcome()
        for _, handed in outcome.readable(batch, HANDED):
            work = asyncio.ensure_future(self.settle(handed))
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.wait({work}, timeout=LAST_CALL)
                work.cancel()
                raise
        return outcome

    async def settle(self, handed: Handed) -> None:
        """Have a result of this one in the log. Raises `Transient`."""
        id_, outlet = handed.command_id, self._outlets.get(handed.handler)
        await self._log.reach_end()
        if self._log.is_over(id_):
            return
        begun = self._log.begun(id_)
        if begun is not None:
            await self._look_up(handed, outlet, begun)
            return
        objection = NOT_SET_UP if outlet is None else outlet.objection(handed)
        if not objection and self._is_late(handed):
            objection = TOO_LATE
        if objection or outlet is None:
            await self._log.end(id_, "failed", error=objection)
        elif await self._log.claim(id_):
            await self._make(handed, outlet)
        else:
            raise Transient("somebody else has begun it")  # and is given his time when it comes again

    async def _make(self, handed: Handed, outlet: Outlet) -> None:
        attempts, id_, began = Attempts(outlet.patience, self._world), handed.command_id, self._clock()
        while True:
            try:
                what = await outlet.call(handed)
            except Uncertain as fault:
                log.warning("command's call without an answer", extra={"error": str(fault), "id": id_})
                await self._settle_doubt(handed, outlet, began)
                return
            except Refused as refusal:
                await self._log.end(id_, "failed", error=str(refusal))
                return
            except Transient as fault:
                try:
                    await attempts.failed(fault)
                except Transient:
                    await self._log.end(id_, "failed", error=f"не удалось связаться: {fault}")
                    return
                if self._is_late(handed):
                    await self._log.end(id_, "failed", error=TOO_LATE)
                    return
            except Exception as error:  # noqa: BLE001 — an answer that breaks us must not stop those behind it
                log.error("command's call broke", extra={"error": type(error).__name__, "id": id_})
                await self._settle_doubt(handed, outlet, began)
                return
            else:
                await self._log.end(id_, "done", what=what)
                return

    async def _look_up(self, handed: Handed, outlet: Outlet | None, begun: Claim) -> None:
        """Somebody began it and has not said what came of it. Raises `Transient`."""
        left = min(self._seconds, begun.at / 1000 + self._seconds - self._clock() / 1000)
        if left > 0:
            await self._world.sleep(left)
            await self._log.reach_end()
        if not self._log.is_over(handed.command_id):
            await self._settle_doubt(handed, outlet, begun.at)

    async def _settle_doubt(self, handed: Handed, outlet: Outlet | None, began: Millis) -> None:
        found = None if outlet is None else await self._found(handed, outlet, began)
        if found:
            await self._log.end(handed.command_id, "done", what=found)
        else:
            await self._log.end(handed.command_id, "unknown", error=UNKNOWN if found is None else NOT_FOUND)

    async def _found(self, handed: Handed, outlet: Outlet, began: Millis) -> str | None:
        """As `Outlet.find`; None, too, where the other side says what nobody expects: it would say so for ever."""
        try:
            return await outlet.find(handed, began)
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001 — as in `_make`
            log.error("command's look-up broke", extra={"error": type(error).__name__, "id": handed.command_id})
            return None

    def _is_late(self, handed: Handed) -> bool:
        return 0 < handed.expires_at <= self._clock()
