"""What `notify` does for commands: asks for signatures, tells what the assistant says, makes the calls."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from alerting.clients import Clients
from processors.commands.catalogue import Catalogue
from processors.commands.definitions import Allowed
from schemas.topics import (
    ASSISTANT_SAID,
    COMMAND_DEFS,
    COMMAND_EVENTS,
    COMMAND_STATE,
    COMMANDS,
    OUT_HTTP,
    OUT_PORTAL,
    OUT_TELEGRAM,
    WEB_USERS,
)
from streams.engine.clock import wall_clock
from streams.engine.command_tables import KnownDefinitions, KnownStandings, KnownUsers
from streams.engine.ends import Ends
from streams.engine.process import Process
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.notify.handed.asks import Asks, Shows
from streams.notify.handed.calls import Calls
from streams.notify.handed.http_calls import HttpCalls
from streams.notify.handed.log import CommandLog
from streams.notify.handed.messages import Messages
from streams.notify.handed.once import Once
from streams.notify.handed.portal import Portal
from streams.notify.handed.reports import SECONDS as REPORT_SECONDS
from streams.notify.handed.reports import Reports
from streams.notify.handed.said import Said
from streams.notify.handed.signs import Signs
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.notify.telegram.bot_api import BotApi
from streams.notify.telegram.shelf import Shelf
from streams.settings import Settings

AFTER = 2.0
"""Seconds behind a call's own timeout: then somebody else's call is over, one way or the other."""


class Desk(NamedTuple):
    """What sends the messages: the outbox, the bot, and which chat a receiver has."""

    shelf: Shelf
    api: BotApi
    chat_of: Callable[[str], int]


class Handing:
    """Made before the sender, which sends the messages of commands by `once`; `consume` adds the rest."""

    def __init__(
        self,
        worker: Worker,
        settings: Settings,
        desk: Desk,
        clients: Clients,
        ends: Ends,
        title: Callable[[str], str] = lambda _: "",
    ) -> None:
        kafka, page = settings.kafka, settings.site.public_url
        self._worker, self._settings, self._desk = worker, settings, desk
        allowed = Allowed(
            hosts=frozenset(settings.commands.hosts),
            workflows=frozenset(settings.commands.workflows),
            secrets=frozenset(settings.commands.secrets),
        )
        users = KnownUsers(Reader(kafka, WEB_USERS))
        catalogue = Catalogue(page or f"http://localhost:{settings.web.port}", allowed)
        definitions = KnownDefinitions(Reader(kafka, COMMAND_DEFS), catalogue)
        standings = KnownStandings(Reader(kafka, COMMAND_STATE))
        self._signs = Signs(settings.commands.keys, catalogue, wall_clock)
        self.commands = CommandLog(
            Reader(kafka, COMMANDS), definitions, self._signs, ends, worker.outputs.send, wall_clock
        )
        self.once = Once(desk.shelf, desk.api, self.commands, wall_clock, settings.telegram.timeout + AFTER)

        def name(user_id: str) -> str:
            user = users.users.get(user_id)
            return user_id if user is None else user.name

        self.shows = Shows(
            lambda: catalogue.definitions(users.users), lambda: standings.standings.values(), clients, page, name, title
        )
        self._tables = {"commands": self.commands, "users": users, "definitions": definitions, "standings": standings}

    def consume(self, portal: BitrixApi | None, before: Callable[[Process], Process]) -> None:
        """`before`: as `Followed.before`, for whose chat is whose."""
        worker, settings, desk = self._worker, self._settings, self._desk
        for name, table in self._tables.items():
            worker.background(name, table.follow)
        asking = partial(self._signs.ask, worker.outputs.send, lambda: self.commands.newest)
        worker.background("signatures", self._tables["definitions"].then(self.commands.then(asking)))
        worker.needs["signatures"] = lambda: self._signs.missing() or True
        reports = Calls(self.commands, {"report.send": Reports(settings.store)}, wall_clock, REPORT_SECONDS + AFTER)
        http = HttpCalls(settings.commands)
        others = {"http.post": http, "n8n.run": http}
        tasks = {} if portal is None else {"bitrix.call": Portal(portal, task_link(settings))}
        messages = Messages(desk.shelf, self.commands, reports, desk.chat_of, wall_clock, token=desk.api.has_token)
        known = self.commands.before
        worker.consume(OUT_TELEGRAM, known(before(messages)))
        worker.consume(OUT_PORTAL, known(Calls(self.commands, tasks, wall_clock, settings.bitrix.timeout + AFTER)))
        worker.consume(OUT_HTTP, known(Calls(self.commands, others, wall_clock, settings.commands.timeout + AFTER)))
        asks = Asks(desk.shelf, self.shows, desk.chat_of, settings.commands.asks_per_day, wall_clock)
        informed = before
        for table in self._tables.values():
            informed = _both(informed, table.before)
        worker.consume(COMMAND_EVENTS, informed(asks))
        worker.consume(ASSISTANT_SAID, Said(desk.shelf))


def _both(one: Callable[[Process], Process], other: Callable[[Process], Process]) -> Callable[[Process], Process]:
    return lambda process: one(other(process))


def task_link(settings: Settings) -> Callable[[str], str]:
    """The page of a task on the portal; empty where its address is not set."""
    portal = settings.bitrix.portal.rstrip("/")
    user = settings.bitrix.webhook.get_secret_value().rstrip("/").split("/")[-2:][0]
    return lambda task: f"{portal}/company/personal/user/{user}/tasks/task/view/{task}/" if portal else ""
