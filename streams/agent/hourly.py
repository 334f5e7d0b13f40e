"""What time calls for: promises that are due tomorrow, strangers whom a restart made forget, memory that is old.

Asked of the store once a tick, beside everything else: a store that is away holds up nothing.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from processors.assistant import rules
from processors.days import hour_start
from processors.pages import Inbox
from schemas.errors import LeadpulseError, Transient
from schemas.lists import AllPromises
from schemas.topics import ASSISTANT_MEMORY
from streams.agent.office import ACTOR, Office
from streams.agent.proposing import Proposer
from streams.engine.clock import Clock
from streams.engine.kafka import Output, Outputs

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks whether there was a tick."""
AGAIN_S = 60.0
"""After a look that met a passing fault."""


class Hourly:
    """`ticked`: time of the last tick, ms UTC."""

    def __init__(
        self, office: Office, proposer: Proposer, outputs: Outputs, ticked: Callable[[], int], clock: Clock
    ) -> None:
        self._office, self._proposer, self._outputs = office, proposer, outputs
        self._ticked, self._clock = ticked, clock

    async def run(self) -> None:
        """Until cancelled: at the start, and after each tick."""
        seen, missed = -1, 0
        while True:
            now = self._ticked()
            if now != seen:
                try:
                    await self.look()
                    seen, missed = now, 0
                except Transient as fault:  # at a start the store may come later
                    missed += 1
                    level = logging.INFO if missed == 1 else logging.WARNING
                    log.log(level, "promises and strangers are looked for later", extra={"error": str(fault)})
                    await asyncio.sleep(AGAIN_S)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once. Raises `Transient`."""
        office, at = self._office, hour_start(self._clock())
        promised = await self._told("/api/promises", AllPromises)
        around = office.around()
        ideas = [rules.of_promise(one, around, at) for one in promised.promises]
        inbox = await self._told("/api/inbox", Inbox)
        for one in inbox.waiting:
            ideas.append(rules.of_stranger(f"{one.kind}:{one.value}", one.events, one.name, around, at))
        outputs = self._proposer.proposals(ideas)
        outputs += [Output(ASSISTANT_MEMORY.name, key.encode(), None) for key in office.memory.memory.stale(at)]
        if outputs:
            await self._outputs.send(outputs)
        office.limits.forget(at)

    async def _told(self, path: str, type_: type[Any]) -> Any:
        try:
            return msgspec.convert(await self._office.store.get(path, ACTOR), type_)
        except Transient:
            raise
        except (LeadpulseError, msgspec.ValidationError) as error:
            raise Transient(f"store: {type(error).__name__}") from error
