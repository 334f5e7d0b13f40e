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


class Alerts:
    """Alerts to messages for the curator."""

    def __init__(self, shelf: Shelf, sender: Sender) -> None:
        self._shelf, self._sender = shelf, sender

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        place = Place(batch.topic, batch.partition)
        await self._shelf.open([place], batch.generation)
        outcome, wishes, presses = Outcome(), [], {}
        for record in batch.records:
            alert = _ALERT.decode(record.value)
            if isinstance(alert, Rejected):
                outcome.rejected.append((record, alert))
                continue
            wish = Wish(
                alert.alert_id,
                f"lead:{alert.lead_id}",
                alert.version,
                record.offset,
                record.timestamp,
                render(alert),
                rings=alert.rings,
            )
            wishes.append(wish)
            if alert.press is not None:
                presses[alert.alert_id, alert.version] = alert.press
        for wish in await self._shelf.put(place, wishes):
            press = presses.get((wish.key, wish.version))
            if press is not None:
                self._sender.answer(press.callback_id, answer(press.action))
        return outcome


class Reports:
    """Daily reports to messages for the shared chat; the same report id is never sent again."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        place = Place(batch.topic, batch.partition)
        await self._shelf.open([place], batch.generation)
        outcome = Outcome()
        for record in batch.records:
            report = _REPORT.decode(record.value)
            if isinstance(report, Rejected):
                outcome.rejected.append((record, report))
            elif not self._shelf.knows(place, f"{report.report_id}/1"):
                parts = enumerate(render_report(report), start=1)
                await self._shelf.put(
                    place,
                    [
                        Wish(f"{report.report_id}/{n}", "report", 1, record.offset, record.timestamp, Rendered(part))
                        for n, part in parts
                    ],
                )
        return outcome


class Rooms:
    """Prefixed rooms that stay without a recording, to the chat of ops; the message changes when it is over."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`. What cannot be read is the pipeline's dead letter, not ours too."""
        place = Place(batch.topic, batch.partition)
        await self._shelf.open([place], batch.generation)
        for record in batch.records:
            report = FROM_JITSI.decode(record.value)
            if not isinstance(report, RoomReport):
                continue
            key = f"room:{report.meeting_id}"
            told = self._shelf.knows(place, key)
            if report.happening == "unrecorded" or (told and report.happening in ("recording_on", "meeting_ended")):
                text = Rendered(render_room(report))
                await self._shelf.put(
                    place, [Wish(key, "ops", record.offset + 1, record.offset, record.timestamp, text)]
                )
        return Outcome()


class OpsNotices:
    """Notices to the chat of ops; a later one of the same id changes the message."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def __call__(self, batch: Batch) -> Outcome:
        """Settle's `Process`."""
        place = Place(batch.topic, batch.partition)
        await self._shelf.open([place], batch.generation)
        outcome = Outcome()
        for record in batch.records:
            notice = _NOTICE.decode(record.value)
            if isinstance(notice, Rejected):
                outcome.rejected.append((record, notice))
                continue
            text = Rendered(render_notice(notice))
            wish = Wish(f"ops:{notice.notice_id}", "ops", record.offset + 1, record.offset, record.timestamp, text)
            await self._shelf.put(place, [wish])
        return outcome


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
