"""Reading of the portal as a part of the worker `notify`."""

from functools import partial
from hashlib import blake2b
from urllib.parse import urlsplit

from schemas.bitrix import PORTAL
from schemas.topics import BITRIX
from streams.engine.clock import wall_clock
from streams.engine.identities import KnownIdentities
from streams.engine.rounds import Reports
from streams.engine.worker import Worker
from streams.loading import Notes
from streams.notify.crm.calls import Calls
from streams.notify.crm.dirty import Dirty
from streams.notify.crm.doubles import Doubles
from streams.notify.crm.portal import Portal
from streams.notify.crm.records import Records
from streams.notify.crm.rounds import Rounds
from streams.notify.crm.seen import Seen
from streams.notify.crm.source import Source
from streams.notify.outlets.bitrix_client import BitrixApi
from streams.settings import Settings


def read_portal(worker: Worker, settings: Settings, api: BitrixApi, links: KnownIdentities) -> None:
    """Consume the hooks, and ask by itself. Raises `ConfigError` where the note cannot be opened."""
    notes = Notes.of(settings)
    host = urlsplit(settings.bitrix.webhook.get_secret_value()).netloc
    # another portal, or another Kafka, has been told nothing yet
    name = blake2b(f"{host}\x1f{notes.kafka}".encode(), digest_size=6).hexdigest()
    seen = Seen(notes.folder / f"bitrix-{name}.sqlite")
    portal = Portal(api)
    records = Records(settings.bitrix, settings.speech)
    calls = Calls(settings.bitrix, api, seen, worker.outputs.send, records, wall_clock)
    source = Source(portal, seen, worker.outputs.send, settings.bitrix, calls.owe, Doubles(api, portal, links))
    reports = Reports(f"bitrix:{PORTAL}", "poll", settings.bitrix.read_every, worker.outputs.send, wall_clock)
    rounds = Rounds(settings.bitrix, portal, source, seen)

    def ours() -> bool:
        """However many processes there are, one asks: the one that has the first partition of the hooks."""
        return (BITRIX.name, 0) in {(topic, partition) for topic, partition in worker.assigned()}

    worker.consume(BITRIX, Dirty(portal, source))
    worker.watch(rounds.condition())  # told, but alerts go out without the CRM
    worker.background("crm", partial(rounds.run, wall_clock, ours, reports))
    worker.background("calls", partial(calls.run, ours))
    worker.on_close(records.close)
    worker.on_close(seen.close)
