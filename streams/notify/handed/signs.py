"""What is said of calls, signed with the key `notify`; and which of such records in the log count.

A record that nobody signed counts as long as nobody has asked for signatures (`CallsSigned` on `command.defs`). The
first `notify` that has a key that counts asks for them: so an installation that has not made the key yet goes on as it
did, and what its former version has said stays said. From then on nothing is begun here without the key: what became of
it could be told to nobody.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from processors.commands.attesting import Call, attested, disowned
from processors.commands.catalogue import CALLS, Catalogue
from schemas.command_codecs import DEFINITION
from schemas.command_defs import CallsSigned
from schemas.commands import Begun, Result
from schemas.errors import ConfigError, NotYet, Transient
from schemas.topics import COMMAND_DEFS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.engine.signing_keys import unusable, usable_key

log = logging.getLogger(__name__)

KEY_WAIT_S: Final = 5.0
SIDE_BY_SIDE_MS: Final = 10 * 60_000
"""So long a process of the former version may still work beside the first that signs: what it says unsigned counts, or
its calls would be made once more."""

One = TypeVar("One", Begun, Result)
Send = Callable[[Iterable[Output]], Awaitable[None]]


class Signs:
    """`keys`: the folder, read anew for each signature; `catalogue`: `command.defs`, followed by the worker."""

    def __init__(self, keys: Path, catalogue: Catalogue, clock: Clock) -> None:
        self._keys, self._catalogue, self._clock = keys, catalogue, clock

    def counts(self, said: Call, at: Millis) -> bool:
        """Whether a record of the log of this time is by who makes the calls."""
        return not disowned(said, at, self._catalogue.keys, self._catalogue.calls_since)

    def knows(self, said: Call) -> bool:
        """Whether its key is declared, as far as it is known here."""
        return said.key_id in self._catalogue.keys

    def signed(self, said: One) -> One:
        """The same, signed; as it is where nobody asks for it and there is no key. Raises `NotYet`."""
        try:
            key = usable_key(self._keys, "notify", self._catalogue.keys, self._clock())
        except ConfigError as error:
            if self._catalogue.calls_since is not None:
                raise NotYet(str(error), retry_after=KEY_WAIT_S) from error
            return said
        return attested(said, key.key_id, key.private)

    def missing(self) -> str:
        """Why nothing may be begun here; empty where something may."""
        return "" if self._catalogue.calls_since is None else self._unusable()

    async def ask(self, send: Send, newest: Callable[[], Millis]) -> None:
        """Once there is a key, and as long as nobody has, ask for signatures; until cancelled. `newest`: the time of
        the log's last record."""
        while True:
            if self._catalogue.calls_since is None and not self._unusable():
                since = max(newest() + 1, self._clock() + SIDE_BY_SIDE_MS)
                try:
                    await send([Output(COMMAND_DEFS.name, CALLS.encode(), DEFINITION.encode(CallsSigned(since=since)))])
                except Transient as fault:
                    log.warning("signatures of calls are not asked for yet", extra={"error": str(fault)})
            await asyncio.sleep(KEY_WAIT_S)

    def _unusable(self) -> str:
        return unusable(self._keys, "notify", self._catalogue.keys, self._clock())
