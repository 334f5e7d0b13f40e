"""Which outlets a worker has: those of the settings; what waits in the others is taken when they are set up."""

from collections.abc import Callable

from alerting.clients import Clients
from schemas.outlets import Outlet
from schemas.topics import OUT_BITRIX, OUT_FILES, OUT_NOTEBOOK, OUT_WEBHOOKS
from streams.engine.clock import wall_clock
from streams.engine.conditions import Condition
from streams.engine.identities import KnownIdentities
from streams.engine.process import Process
from streams.engine.worker import Worker
from streams.notify.crm import read_portal
from streams.notify.outlets.bitrix import BitrixComments
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.notify.outlets.files import Files
from streams.notify.outlets.notebook import Notebooks
from streams.notify.outlets.notebook_client import OpenNotebook
from streams.notify.outlets.settled import Settled, of_copy, of_webhook
from streams.notify.outlets.webhooks import WebhookSender
from streams.settings import Settings

OUTLET_AWAY = 120.0
"""Seconds that an outlet may be away before it is told."""


def add_outlets(
    worker: Worker,
    settings: Settings,
    clients: Clients,
    before: Callable[[Process], Process],
    links: KnownIdentities,
) -> BitrixApi | None:
    """Consume the topics of the outlets that are set up; what waits in the others is taken when they are. Gives the
    portal, whose limits hold for all that is asked of it."""

    def settled(outlet: Outlet, process: Process) -> Settled:
        about = of_webhook if outlet == "webhooks" else of_copy
        return Settled(outlet, process, about, worker.outputs.send, wall_clock)

    worker.consume(OUT_FILES, before(settled("files", Files(settings.minutes.exports, clients))))
    portal = BitrixApi(settings.bitrix) if settings.bitrix.enabled else None
    if portal is not None:
        worker.consume(OUT_BITRIX, before(settled("bitrix", BitrixComments(portal, clients))))
        worker.needs["bitrix"] = worker.watch(well("Битрикс24", portal.complaint))
        worker.on_close(portal.close)
        if settings.bitrix.read:
            read_portal(worker, settings, portal, links)
    if settings.notebook.enabled:
        notebook = OpenNotebook(settings.notebook)
        worker.consume(OUT_NOTEBOOK, before(settled("notebook", Notebooks(notebook, clients))))
        worker.needs["notebook"] = worker.watch(well("Open Notebook", lambda: notebook.fault))
        worker.on_close(notebook.close)
    if settings.webhooks.enabled:
        webhooks = WebhookSender(settings.webhooks)
        worker.consume(OUT_WEBHOOKS, settled("webhooks", webhooks))
        worker.needs["n8n"] = worker.watch(well("n8n", lambda: webhooks.fault))
        worker.on_close(webhooks.close)
    return portal


def well(name: str, fault: Callable[[], str]) -> Condition:
    """An outlet takes what it is given: ops are told when it has not for longer than a restart of it takes."""
    return Condition("outlet_refuses", name, fault, after_s=OUTLET_AWAY)
