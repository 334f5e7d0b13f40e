"""`command.events`: a command that waits for a signature asks for it in Telegram, and its message follows its states.

It asks the curator of the client, or who spoke to the assistant; whoever proposes on the page signs there. More than so
many asks a day stay on the page, which is said once: a person who is asked all day long signs without reading. One
client has half of them, so that a noisy one leaves room for the others.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping

from alerting.clients import Clients
from alerting.commands import render_command, render_over
from alerting.outbox import Wish
from alerting.render import Rendered
from processors.commands.canon import read
from processors.commands.definitions import Key
from processors.commands.entitlement import needed
from processors.commands.shown import chat_names, shown
from processors.days import local_day
from schemas.bot import BotCommand
from schemas.codec import Rejected
from schemas.command_codecs import CHANGE
from schemas.command_defs import Definition
from schemas.commands import Command, CommandChange, Standing
from schemas.topics import COMMAND_EVENTS
from streams.engine.clock import Clock
from streams.notify.telegram.shelf import Place, Shelf
from streams.notify.telling import Known, Record, Telling

log = logging.getLogger(__name__)

PREFIX, OWN_PREFIX = "ask/", "own/"
"""Of the outbox's keys: asks that nobody asked for, and those of who spoke to the assistant, which are not counted."""
SIGNED_THERE = "web/"
"""Who proposes on the page."""
_TELEGRAM = re.compile(r"tg:(-?[0-9]{1,20})", re.ASCII)


class Shows:
    """A standing as its message. `page`: the address of our page, empty where it has none outside. `user`: a user's
    name by his id. `title`: what a chat is called."""

    def __init__(
        self,
        definitions: Callable[[], Mapping[Key, Definition]],
        standings: Callable[[], Iterable[Standing]],
        clients: Clients,
        page: str,
        user: Callable[[str], str] = lambda user_id: user_id,
        title: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._definitions, self._standings, self._clients = definitions, standings, clients
        self._page, self._user, self._title = page, user, title

    def message(self, command: Command, standing: Standing, *, why: bool = False) -> Rendered | None:
        """None where its definition is not known: what is not understood is not asked for."""
        definition = self._definitions().get((command.name, command.version))
        if definition is None:
            log.warning("command without its definition", extra={"id": command.command_id})
            return None
        client = self._clients(command.lead_id) if command.lead_id else None
        called = client.name if client else ""
        names = {"proposer": self._user(command.proposer.partition("/")[2]), **chat_names(command, called, self._title)}
        told = shown(standing.body, definition, called, names)
        if isinstance(told, Rejected):
            log.warning("command cannot be shown", extra={"id": command.command_id, "why": told.reason})
            return None
        button, address = needed(definition, command) != "passkey", client.short() if client else ""
        return render_command(told, standing, address, self.page(command.command_id), button=button, why=why)

    def pressed(self, press: BotCommand) -> Rendered | None:
        """The ask under which somebody pressed, with the reasons or without them; None where it is decided by now."""
        if press.command not in ("command_no", "command_back") or not press.digest:
            return None
        for standing in self._standings():
            if standing.state == "asking" and standing.digest.startswith(press.digest):
                command = read(standing.body)
                if isinstance(command, Command):
                    return self.message(command, standing, why=press.command == "command_no")
        return None

    def client(self, lead_id: str) -> str:
        """A client as a link (HTML); empty where none is meant."""
        return self._clients(lead_id).short() if lead_id else ""

    def page(self, command_id: str = "") -> str:
        """Where a command stands, or all of them."""
        return f"{self._page}/commands/{command_id}".rstrip("/") if self._page else ""


class Asks(Telling[CommandChange]):
    """`chat_of` as the sender's; `most` asks a day in one chat, of what nobody there asked for himself."""

    codec = CHANGE

    def __init__(self, shelf: Shelf, shows: Shows, chat_of: Callable[[str], int], most: int, clock: Clock) -> None:
        super().__init__(shelf)
        self._shows, self._chat_of, self._most, self._clock = shows, chat_of, most, clock
        self._asked: dict[str, tuple[int, int, str]] = {}

    def wishes(self, record: Record, value: CommandChange, known: Known) -> Iterable[Wish]:
        standing, command = value.standing, read(value.standing.body)
        if isinstance(command, Rejected):
            return
        to, key = receiver(command), f"{OWN_PREFIX if command.asked_by else PREFIX}{value.command_id}"
        if not known(key):
            if standing.state != "asking" or not to or command.expires_at <= self._clock():
                return
            day, chat = local_day(record.timestamp), self._chat_of(to)
            if not command.asked_by:
                asked = self._today(Place(COMMAND_EVENTS.name, record.partition), chat, day)
                if len(asked) >= self._most:
                    yield self._over(record, to, chat, day)
                    return
                if command.lead_id and list(asked.values()).count(to) >= share(self._most):
                    yield self._over(record, to, chat, day, command.lead_id)
                    return
                self._asked[key] = chat, day, to
        message = self._shows.message(command, standing)
        if message is not None:
            yield Wish(key, to, standing.number, record.offset, record.timestamp, message)

    def _over(self, record: Record, to: str, chat: int, day: int, lead_id: str = "") -> Wish:
        """Of all, or of one client."""
        most = share(self._most) if lead_id else self._most
        text = render_over(most, self._shows.page(), self._shows.client(lead_id))
        key = f"asks-over/{chat}/{day}" + (f"/{lead_id}" if lead_id else "")
        return Wish(key, to, 1, record.offset, record.timestamp, text)

    def _today(self, place: Place, chat: int, day: int) -> dict[str, str]:
        """Asks of a day in a chat, of the outbox and of this batch, and to whom each is."""
        asked = {
            item.key: item.to
            for item in self._shelf.under(place, PREFIX)
            if local_day(item.news_at) == day and self._chat_of(item.to) == chat
        }
        self._asked = {key: of for key, of in self._asked.items() if of[1] >= day - 1}
        return asked | {key: of[2] for key, of in self._asked.items() if of[:2] == (chat, day)}


def share(most: int) -> int:
    """Of the asks of a day those about one client."""
    return (most + 1) // 2


def receiver(command: Command) -> str:
    """As `alerting.outbox.Item.to`: who is asked for a signature; empty for what is signed where it was proposed."""
    spoke = _TELEGRAM.fullmatch(command.asked_by)
    if spoke is not None:
        return f"chat:{spoke[1]}"
    if command.asked_by or command.proposer.startswith(SIGNED_THERE):
        return ""
    return f"lead:{command.lead_id}" if command.lead_id else "shared"
