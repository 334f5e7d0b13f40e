"""Questions of Telegram that were answered elsewhere, on the page or by a word in a chat: they lose their buttons.

Nothing hangs on seeing an answer come: what is owed follows from the table of answers and from the outbox, whenever it
is looked at. A question whose own button was pressed has changed by that (`answered/` in the outbox of the press).
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator
from typing import Final, NamedTuple

from alerting.clients import Clients
from alerting.names import key_of_name, render_name_settled
from alerting.outbox import Item, Wish
from alerting.render import Rendered
from alerting.whose import key_of_chat, render_whose_settled
from processors.answered import name_in
from schemas.errors import Transient
from schemas.sources import ClientRef, Identity
from schemas.topics import BOT_COMMANDS, LEAD_UNASSIGNED, REPORTS
from schemas.types import Millis
from streams.engine.clock import Clock
from streams.engine.identities import KnownIdentities
from streams.notify.commands import key_of_answered
from streams.notify.telegram.shelf import Place, Shelf

log = logging.getLogger(__name__)

LOOK_S: Final = 2.0
BUTTON_MS: Final = 5_000
"""So long a press has, from its answer on `identities` to its own message: both come of one press, on two topics."""


class _Answer(NamedTuple):
    """`at`: when it was given (0: nobody noted it)."""

    at: Millis
    text: Rendered


class Settled:
    """`places`: ours now. `clock` tells how long an answer stands."""

    def __init__(
        self,
        shelf: Shelf,
        places: Callable[[], Collection[Place]],
        links: KnownIdentities,
        clients: Clients,
        clock: Clock,
    ) -> None:
        self._shelf, self._places, self._links, self._clients = shelf, places, links, clients
        self._clock = clock
        self._seen: tuple[int, frozenset[Place]] | None = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Transient as fault:
                log.warning("settled questions not written", extra={"error": str(fault)})
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Once; nothing where nothing has come since all that is known was looked at. Raises `Transient`."""
        ours = frozenset(place for place in self._places() if self._shelf.is_open([place]))
        now = self._links.followed, ours
        if now == self._seen:
            return
        waits = False
        for place in ours:
            wishes = []
            for item, answer in self._answers(place):
                if not item.message_id or self._clock() - answer.at < BUTTON_MS:
                    waits = True
                elif not self._is_pressed(item, ours):
                    version = max(answer.at, 2)
                    wishes.append(Wish(item.key, item.to, version, item.offset, item.ts, answer.text))
            if wishes:
                await self._shelf.put(place, wishes)
        self._seen = None if waits else now

    def _answers(self, place: Place) -> Iterator[tuple[Item, _Answer]]:
        """Of questions of a place that stand as they were asked, or with an older answer."""
        match place.topic:
            case REPORTS.name:
                answers = {key_of_name(*name_in(one)): one for one in self._links.identities.answered.last()}
                found = ((item, self._name(answers.get(item.key))) for item in self._shelf.under(place, "name:"))
            case LEAD_UNASSIGNED.name:
                found = ((item, self._whose(item.key)) for item in self._shelf.under(place, key_of_chat("")))
            case _:
                return
        yield from ((item, one) for item, one in found if one is not None and max(one.at, 2) > item.version)

    def _name(self, word: Identity | None) -> _Answer | None:
        if word is None:
            return None
        return _Answer(word.confirmed_at, render_name_settled(word, self._clients(name_in(word)[0])))

    def _whose(self, key: str) -> _Answer | None:
        known, chat = self._links.identities, ClientRef("tg_chat", key.removeprefix(key_of_chat("")))
        title, lead = known.title(chat.value), known.find(chat)
        if lead is not None:
            word = known.by_hand(chat)
            at, by = (word.confirmed_at, word.confirmed_by) if word is not None else (0, "")
            return _Answer(at, render_whose_settled(chat.value, title, self._clients(lead), by))
        word = known.ignored(chat)
        if word is None:
            return None
        return _Answer(word.confirmed_at, render_whose_settled(chat.value, title, None, word.confirmed_by))

    def _is_pressed(self, item: Item, ours: Collection[Place]) -> bool:
        """Whether its message was changed by its own button."""
        key = key_of_answered(item.chat, item.message_id)
        return any(place.topic == BOT_COMMANDS.name and self._shelf.knows(place, key) for place in ours)
