"""The worker `notify`: alerts and reports by the outbox to Telegram; minutes and events to the outlets.

A batch of `lead.alerts` or `daily.reports` is acked as soon as the outbox (Kafka) has what it wants said. Sending is
done beside it, a task per chat (`telegram/sender.py`): nothing that Telegram does holds up a partition. An outlet takes
the records of its own topic one after the other and acks what the other system has confirmed.
"""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from alerting import webhooks as bodies
from schemas.alerts import Alert
from schemas.outlets import Webhook
from schemas.reports import DailyReport
from schemas.sources import FromJitsi, Recording
from schemas.topics import (
    AUDIT_ACCESS,
    BOT_COMMANDS,
    CLIENTS,
    DEAD_MUTES,
    FLEET_ALERTS,
    IDENTITIES,
    LEAD_ALERTS,
    LEAD_UNASSIGNED,
    OPS_NOTICES,
    OUTBOX,
    PARKED,
    RECORDINGS,
    REPORTS,
    TELEGRAM,
    TRANSCRIPTS,
)
from schemas.types import LeadId
from streams.clients.webhooks import hook_output
from streams.engine.cards import KnownCards
from streams.engine.clock import wall_clock
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.identities import KnownIdentities
from streams.engine.kafka import Output
from streams.engine.mutes import KnownMutes
from streams.engine.parking import Return
from streams.engine.places import disk
from streams.engine.reader import Reader
from streams.engine.releases import released
from streams.engine.worker import Worker
from streams.notify.away import AwayWatch, kafka_answers
from streams.notify.commands import Commands
from streams.notify.handed.set_up import Desk, Handing
from streams.notify.mail.second_way import SecondWay
from streams.notify.mail.smtp import Post
from streams.notify.outlets.links import clients_of
from streams.notify.outlets.set_up import add_outlets
from streams.notify.ownership import Ownership
from streams.notify.reading import Readings
from streams.notify.settled import Settled
from streams.notify.strangers import Strangers
from streams.notify.telegram.attachments import Attachments
from streams.notify.telegram.bot_api import BotApi
from streams.notify.telegram.limits import Limits
from streams.notify.telegram.sender import Sender
from streams.notify.telegram.shelf import Shelf
from streams.notify.telling import (
    Alerts,
    CommonAlerts,
    DailyReports,
    Hooks,
    OpsNotices,
    Rooms,
    Transcripts,
    no_hooks,
)
from streams.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

LINGER_MS = 0
"""A curator waits for what comes here, and it is little."""


def build(settings: Settings) -> Worker:
    """The notify worker."""
    worker = Worker("notify", settings, linger_ms=LINGER_MS)
    api = BotApi(settings.telegram)
    shelf = Shelf(worker.outputs, Reader(settings.kafka, OUTBOX), settings.telegram.timeout)
    ours = Ownership(worker, shelf)
    known, ends = KnownCards(Reader(settings.kafka, CLIENTS)), Ends(settings.kafka)
    links = KnownIdentities(Reader(settings.kafka, IDENTITIES), ends)
    telegram = settings.telegram
    desks = Desks(telegram, known.cards, links.identities)
    limits = Limits(telegram)
    clients, hooked = clients_of(settings, known.cards), settings.webhooks.enabled
    handing = Handing(worker, settings, Desk(shelf, api, desks.chat_of), clients, ends, links.identities.title)
    sender = Sender(telegram, shelf, api, limits, ours.places, worker.notices, chat_of=desks.chat_of, once=handing.once)

    async def send() -> None:
        """Not before it is known whose chat is whose: what waits would go to the shared one."""
        await known.loaded.wait()
        await links.loaded.wait()
        await handing.commands.loaded.wait()
        await sender.run()

    def hooks(made: Callable[[T, str], Webhook | None]) -> Hooks[T]:
        return (lambda value, place: hook_outputs(made(value, place))) if hooked else no_hooks

    def of_report(report: DailyReport, place: str) -> Webhook:
        return bodies.webhook_of_report(report, clients, place)

    def of_alert(alert: Alert, _place: str) -> Webhook | None:
        return bodies.webhook_of_alert(alert, clients)

    def answered(lead: LeadId, name: str) -> bool:
        return links.identities.participant(lead, name) is not None

    worker.consume(LEAD_ALERTS, known.before(Alerts(shelf, sender, clients, hooks(of_alert))))
    worker.consume(FLEET_ALERTS, CommonAlerts(shelf))
    reports = DailyReports(shelf, desks.of_all, clients, hooks(of_report), answered, desks.chat_of)
    worker.consume(REPORTS, known.before(links.before(reports)))
    worker.consume(RECORDINGS, Rooms(shelf, hooks(_of_recording)))
    mutes = KnownMutes(Reader(settings.kafka, DEAD_MUTES))
    worker.background("mutes", mutes.follow)
    worker.consume(OPS_NOTICES, mutes.before(OpsNotices(shelf, mutes.now)))
    worker.consume(AUDIT_ACCESS, Readings(shelf, Reader(settings.kafka, AUDIT_ACCESS)))
    worker.consume(
        BOT_COMMANDS, known.before(Commands(shelf, settings.store, clients, sender.answer, handing.shows.pressed))
    )
    worker.consume(LEAD_UNASSIGNED, known.before(Strangers(shelf, known.cards, clients, wall_clock)))
    # here, where a wait of an hour holds up no rebalance
    worker.consume(PARKED, Return(wall_clock, partial(released, settings.kafka)))
    if hooked:
        worker.consume(TRANSCRIPTS, Transcripts(hooks(bodies.webhook_of_transcript)))
    if settings.telegram.files != "none" and api.has_token:
        worker.consume(TELEGRAM, Attachments(api, settings, wall_clock))
    portal = add_outlets(worker, settings, clients, known.before, links)
    handing.consume(portal, lambda process: known.before(links.before(process)))
    worker.background("clients", known.follow)
    worker.background("identities", links.follow)
    worker.on_close(ends.stop)
    worker.background("outbox", ours.follow)
    worker.background("sender", send)
    settled = Settled(shelf, ours.places, links, clients, wall_clock)
    worker.background("settled", links.then(known.then(settled.run)))
    worker.background("telegram", api.watch)
    mailed = settings.mail.enabled and bool(settings.mail.address("ops", settings.telegram.chat_of("ops")))
    away = AwayWatch(
        settings.telegram, api, lambda: kafka_answers(settings.kafka), worker.notices, wall_clock, mailed=mailed
    )
    worker.background("away", away.run)
    worker.on_close(api.close)
    if settings.mail.enabled:
        post = Post(settings.mail)
        second = SecondWay(settings.mail, settings.telegram, shelf, post, ours.places, worker.notices, wall_clock)
        worker.background("mail", second.run)
    if settings.telegram.token.get_secret_value():  # without a token nothing is wrong: alerts wait in the outbox
        worker.needs["telegram"] = lambda: api.reachable
        worker.needs["chats"] = sender.closed
    worker.needs["disk"] = worker.watch(disk(settings.minutes.exports, settings.metrics.free_mb))
    worker.needs["outbox"] = lambda: shelf.is_open(ours.places())
    return worker


def hook_outputs(hook: Webhook | None) -> Iterable[Output]:
    """Nothing where there is nothing to tell."""
    if hook is not None:
        yield hook_output(hook)


def _of_recording(arrived: FromJitsi, place: str) -> Webhook | None:
    """Of a meeting; a voice message is none."""
    if isinstance(arrived, Recording) and arrived.said_in is None:
        return bodies.webhook_of_recording(arrived, place)
    return None
