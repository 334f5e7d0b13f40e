"""`report.send`: the report of now, asked of the store, which publishes it as the daily one."""

import asyncio
from collections.abc import Callable
from typing import Any

from schemas.commands import Handed
from schemas.errors import ConfigError, Refused, Transient
from schemas.types import Millis
from streams.clients.store import call
from streams.engine.remote import Uncertain
from streams.engine.retry import Policy
from streams.settings import Store

SECONDS = 60.0
"""For a report of a long day."""


class Reports:
    """An `Outlet`."""

    patience = Policy(first=1.0, longest=15.0, total=30.0)

    def __init__(self, store: Store, ask: Callable[..., Any] = call) -> None:
        self._store, self._ask = store, ask

    def objection(self, _handed: Handed) -> str:
        """As `Outlet.objection`."""
        return ""

    async def call(self, _handed: Handed) -> str:
        """As `Outlet.call`. The store is asked whether it is there first: what fails behind that is in doubt."""
        await self._asked("/api/status", None)
        try:
            await self._asked("/api/reports", {})
        except Transient as fault:
            raise Uncertain(str(fault)) from fault
        return "отчёт отправлен в чат отчётов"

    async def find(self, _handed: Handed, _began: Millis) -> str | None:
        """As `Outlet.find`: a report bears no name of who asked for it."""
        return None

    async def _asked(self, path: str, body: dict[str, object] | None) -> object:
        try:
            return await asyncio.to_thread(self._ask, self._store, path, body, SECONDS)
        except ConfigError as error:
            raise Refused(str(error)) from error
