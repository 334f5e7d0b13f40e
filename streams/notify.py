"""The worker `notify`: alerts and reports into the outbox, and from there to Telegram.

A batch of `lead.alerts` or `daily.reports` is acked as soon as the outbox (Kafka) has what it wants said. Sending is
done beside it, a task per chat (`alerting.sender`): nothing that Telegram does holds up a partition.
"""

import asyncio
import logging

from alerting.limits import Limits
from alerting.notices import render_notice
from alerting.outbox import Wish
from alerting.render import Rendered, answer, render
from alerting.report import render_report
from alerting.rooms import render_room
from alerting.sender import Sender
from alerting.shelf import Place, Shelf
from alerting.telegram import BotApi
from processors.normalize.recordings import FROM_JITSI
from schemas.alerts import Alert
from schemas.codec import Codec, Rejected
from schemas.errors import Transient
from schemas.notices import OpsNotice
from schemas.reports import DailyReport
from schemas.sources import RoomReport
from schemas.topics import LEAD_ALERTS, OPS_NOTICES, OUTBOX, RECORDINGS, REPORTS
from streams.kafka import Reader
from streams.settings import Settings
from streams.settle import Batch, Outcome
from streams.worker import Worker

log = logging.getLogger(__name__)

_ALERT: Codec[Alert] = Codec(Alert)
_REPORT: Codec[DailyReport] = Codec(DailyReport)
_NOTICE: Codec[OpsNotice] = Codec(OpsNotice)

LOOK_SECONDS = 0.5
"""Between two looks at which partitions are ours."""


def build(settings: Settings) -> Worker:
    """The notify worker."""
    worker = Worker("notify", settings)
    api = BotApi(settings.telegram)
    shelf = Shelf(worker.outputs, Reader(settings.kafka, OUTBOX), settings.telegram.timeout)
    ours = Ownership(worker, shelf)
    sender = Sender(settings.telegram, shelf, api, Limits(settings.telegram), ours.places)
    worker.consume(LEAD_ALERTS, Alerts(shelf, sender))
    worker.consume(REPORTS, Reports(shelf))
    worker.consume(RECORDINGS, Rooms(shelf))
    worker.consume(OPS_NOTICES, OpsNotices(shelf))
    worker.background("outbox", ours.follow)
    worker.background("sender", sender.run)
    worker.background("telegram", api.watch)
    worker.on_close(api.close)
    if settings.telegram.token.get_secret_value():  # without a token nothing is wrong: alerts wait in the outbox
        worker.needs["telegram"] = lambda: api.reachable
    worker.needs["outbox"] = lambda: shelf.is_open(ours.places())
    return worker


class Ownership:
    """Which partitions are ours, and their outbox in memory even where nothing new comes in."""

    def __init__(self, worker: Worker, shelf: Shelf) -> None:
        self._app, self._prefix, self._shelf = worker.app, worker.settings.kafka.prefix, shelf

    def places(self) -> set[Place]:
        """Ours now; none while the group is dividing them anew."""
        if not self._app.started or self._app.rebalancing or not self._app.consumer.flow_active:
            return set()
        return {Place(tp.topic.removeprefix(self._prefix), tp.partition) for tp in self._app.consumer.assignment()}

    async def follow(self) -> None:
        """Open what becomes ours; for ever."""
        while True:
            places = self.places()
            try:
                if places:
                    await self._shelf.open(places, self._app.consumer_generation_id)
                    await self._shelf.settle_doubts(places)
            except Transient as fault:
                log.warning("outbox not read", extra={"error": str(fault)})
            await asyncio.sleep(LOOK_SECONDS)
