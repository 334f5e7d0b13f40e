"""The worker `web`: puts the tables, the frame and the screens together. Settles nothing."""

import asyncio
import logging

from aiohttp import web

from schemas.topics import AUDIT_ACCESS, CLIENTS, CONSENTS, DEAD_MUTES, ERASURES, IDENTITIES
from streams.clients.store_web import StoreWeb
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock, wall_clock
from streams.engine.command_world import Surroundings, origin_of
from streams.engine.connect import wait_for_topics
from streams.engine.consents import KnownConsents
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.identities import KnownIdentities
from streams.engine.journal import Journal, newest_lines
from streams.engine.mutes import KnownMutes
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.llm.calls import models_of
from streams.settings import Settings
from streams.web.askings import Askings
from streams.web.assets import Assets
from streams.web.bot_login import BotLogin
from streams.web.commands import CommandDesk
from streams.web.doorman import Doorman
from streams.web.erasing import Erasing
from streams.web.flow_board import FlowBoard
from streams.web.frame import Frame
from streams.web.logins import Logins
from streams.web.members import Members
from streams.web.pages import Pages
from streams.web.passkeys import Passkeys
from streams.web.table import ROUTES
from streams.web.visit import Office

log = logging.getLogger(__name__)

STOP_SECONDS = 4.0
"""Requests in work get so long to be answered when the worker stops; less than `streams.engine.worker.STOP_SECONDS`."""


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The worker."""
    worker = Worker("web", settings)
    ends = Ends(settings.kafka)
    cards = KnownCards(Reader(settings.kafka, CLIENTS))
    consents = KnownConsents(Reader(settings.kafka, CONSENTS), clock)
    erasures = KnownErasures(Reader(settings.kafka, ERASURES))
    identities = KnownIdentities(Reader(settings.kafka, IDENTITIES), ends)
    mutes = KnownMutes(Reader(settings.kafka, DEAD_MUTES))
    send = worker.outputs.send
    store = StoreWeb(settings.store, settings.web.store_seconds)
    around = Surroundings(settings, cards, identities, ends)
    logins = Logins(settings.kafka, send, clock)
    members = Members(settings.kafka, settings.web, around.users, send, clock)
    office = Office(
        settings=settings,
        store=store,
        send=send,
        members=members,
        logins=logins,
        bot_login=BotLogin(logins, members, send, clock),
        passkeys=Passkeys(origin_of(settings), clock),
        cards=cards,
        consents=consents,
        identities=identities,
        desks=Desks(settings.telegram, cards.cards, identities.identities),
        doorman=Doorman(settings.web.logins_per_minute, clock),
        pages=Pages(Assets()),
        clock=clock,
        askings=Askings(clock),
        models=models_of(worker, settings, consents.closes_models),
        flow=FlowBoard(settings.kafka, ends, store, mutes, clock),
        log_lines=newest_lines(settings.kafka, ends),
        erasing=Erasing(settings, send, erasures),
        commands=CommandDesk(settings, around, send, clock),
    )
    journal = Journal(send, office.log_lines, settings.web.ack_seconds)
    server = Server(Frame(ROUTES, office, journal).app, settings)
    worker.background("clients", cards.follow)
    worker.background("consents", consents.follow)
    worker.background("identities", identities.follow)
    worker.background("erasures", erasures.follow)
    worker.background("users", around.users.follow)
    worker.background("first administrator", office.members.let_first_in)
    worker.background("sessions", office.members.follow_sessions)
    worker.background("logins", office.logins.follow)
    worker.background("seen", office.members.keep_seen)
    worker.background("mutes", mutes.follow)
    worker.background("flow", office.flow.run)
    _follow_commands(worker, office.commands)
    worker.background("access log", lambda: _keep_log(settings, journal))
    worker.background("http", server.run)
    worker.needs["clients"] = lambda: cards.loaded.is_set() or "карточки клиентов ещё не прочитаны"
    worker.needs["consents"] = lambda: consents.loaded.is_set() or "согласия ещё не прочитаны"
    worker.needs["erasures"] = lambda: erasures.loaded.is_set() or "заявки на удаление ещё не прочитаны"
    worker.needs["identities"] = lambda: identities.loaded.is_set() or "привязки ещё не прочитаны"
    worker.needs["access log"] = journal.ready
    worker.needs["users"] = office.members.ready
    worker.needs["http"] = server.listening.is_set
    worker.on_close(office.erasing.close)
    worker.on_close(office.askings.close)
    worker.on_close(journal.close)
    worker.on_close(office.flow.close)
    worker.on_close(store.close)
    worker.on_close(ends.stop)
    return worker


def _follow_commands(worker: Worker, desk: CommandDesk) -> None:
    """Its tables; the log is folded once people and definitions are known, and somebody asks for what it tells."""
    worker.background("command definitions", desk.around.definitions.follow)
    worker.background("commands", desk.standing.follow)
    worker.background("assistant's memory", desk.memory.follow)
    informed = desk.around.users.then(desk.around.definitions.then(desk.standing.then(desk.log.follow)))
    worker.background("command log", informed)
    worker.needs["commands"] = desk.ready


async def _keep_log(settings: Settings, journal: Journal) -> None:
    await wait_for_topics(settings.kafka, [AUDIT_ACCESS.name])
    await journal.run()


class Server:
    """Listens until cancelled; `port` is the real one after the start."""

    def __init__(self, app: web.Application, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self.port = 0
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Raises OSError when the port is taken."""
        silent = logging.getLogger(f"{__name__}.protocol")  # aiohttp prints broken requests with their headers
        silent.setLevel(logging.CRITICAL)
        runner = web.AppRunner(
            self._app, access_log=None, logger=silent, shutdown_timeout=STOP_SECONDS, handler_cancellation=True
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._settings.web.host, self._settings.web.port).start()
            self.port = runner.addresses[0][1]
            self.listening.set()
            log.info("page listens", extra={"port": self.port})
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
