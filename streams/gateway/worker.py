"""The gateway worker: HTTP on one side, `source.*` on the other. Settles nothing."""

from collections.abc import Mapping
from functools import partial

from processors.mapping import SourceMapping
from schemas.topics import AUDIO, BITRIX, CLIENTS, RECORDINGS, SAID, TELEGRAM, WMS
from streams.clients.bot_calls import BotCalls
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock, wall_clock
from streams.engine.kafka import Outputs
from streams.engine.leads import Known, KnownLeads, with_cards
from streams.engine.lease import Lease
from streams.engine.reader import Reader
from streams.engine.worker import Worker
from streams.gateway.bells import BELLS, BellEntrance
from streams.gateway.bitrix import BitrixEntrance
from streams.gateway.folders import folders_of
from streams.gateway.http import Entrance, Server, serve
from streams.gateway.intake import Intake, TopicProbe
from streams.gateway.jitsi import JitsiEntrance, LeadEntrance
from streams.gateway.live import LiveEntrance
from streams.gateway.live_captions import Captions
from streams.gateway.live_holes import Holes, TopicTail
from streams.gateway.live_keeper import Keeper
from streams.gateway.live_meetings import RunningMeetings
from streams.gateway.live_spool import Spool
from streams.gateway.polls import polls_of
from streams.gateway.telegram import TelegramEntrance
from streams.gateway.telegram_poll import UpdatesPoll
from streams.gateway.wms import WmsEntrance
from streams.loading import Notes
from streams.settings import Gateway, Settings
from streams.settings.mappings import mappings_of


def entrances(
    settings: Gateway, intake: Intake, clock: Clock, mappings: Mapping[str, SourceMapping], known: Known
) -> dict[str, Entrance]:
    """What answers at which path."""
    wms = WmsEntrance(settings, intake, clock, mappings)
    return {
        "/hooks/wms/{source}": wms.take,
        "/hooks/wms/{source}/{secret}": wms.take,
        "/hooks/telegram/{bot}": TelegramEntrance(settings, intake).take,
        "/hooks/bitrix": BitrixEntrance(settings, intake).take,
        "/hooks/jitsi": JitsiEntrance(settings, intake).take,
        "/hooks/jitsi/lead": LeadEntrance(settings, known).take,
    }


def read_updates(worker: Worker, settings: Settings) -> None:
    """Long poll of the bot: by one of all gateways."""
    calls = BotCalls(settings.telegram)
    poll = UpdatesPoll(settings.telegram.bot, calls, worker.outputs.send)
    lease = Lease(settings.kafka, f"telegram-{settings.telegram.bot}")
    worker.watch(poll.condition())  # told, but the gateway is ready without it
    worker.background("telegram updates", lambda: lease.run(poll.run))
    worker.on_close(calls.close)


def hear_bridges(worker: Worker, settings: Settings) -> LiveEntrance:
    """Sound of running meetings."""
    kafka, gateway = settings.kafka, settings.gateway
    meetings = RunningMeetings(Reader(kafka, RECORDINGS), wall_clock)
    keeper = Keeper(Outputs(kafka), Spool(gateway.live_spool, gateway.live_spool_bytes), wall_clock)
    holes = Holes(keeper, TopicTail(Reader(kafka, AUDIO)))
    live = LiveEntrance(gateway, meetings, keeper, holes, wall_clock, worker.notices)
    worker.background("meetings", meetings.follow)
    worker.background("sound", keeper.run)
    worker.background("bridges", live.tick)
    if gateway.live_captions:
        captions = Captions(Reader(kafka, SAID), live.show, wall_clock)
        worker.background("captions", captions.follow)
    worker.on_close(keeper.finish)
    return live


def build(settings: Settings) -> Worker:
    """The worker."""
    worker = Worker("gateway", settings)
    probe = TopicProbe(settings.kafka, (RECORDINGS.name, TELEGRAM.name, BITRIX.name, WMS.name))
    intake = Intake(worker.outputs, probe, settings.gateway)
    mappings = mappings_of(settings.wms.mappings)
    listed, cards = KnownLeads(settings.jitsi), KnownCards(Reader(settings.kafka, CLIENTS))
    if condition := listed.condition():
        worker.watch(condition)  # told, but the gateway is ready without it
    worker.background("clients", cards.follow)
    alone = settings.pipeline.unknown_lead == "refuse" and not settings.jitsi.lists_leads
    known = with_cards(listed, cards, alone=alone)
    polls = polls_of(settings.wms.polls, mappings, Notes.of(settings))
    bells = {poll.name: bell for poll in polls if (bell := poll.bell()) is not None}
    paths = entrances(settings.gateway, intake, wall_clock, mappings, known)
    paths |= {BELLS: BellEntrance(settings.gateway, bells).take}
    live = hear_bridges(worker, settings) if settings.gateway.live_token is not None else None
    sockets = {} if live is None else {"/live/{meeting}": live.take}
    server = Server(paths, settings.gateway, sockets, None if live is None else live.close)
    for folder in folders_of(settings.wms.folders, mappings, Notes.of(settings)):
        worker.watch(folder.condition())  # told, but the gateway is ready without it
        worker.background(f"folder {folder.name}", partial(folder.run, worker.outputs.send, wall_clock))
    for poll in polls:
        worker.watch(poll.condition())
        worker.background(f"poll {poll.name}", partial(poll.run, worker.outputs.send, wall_clock))
        worker.on_close(poll.client.close)
    if settings.telegram.updates == "poll":
        read_updates(worker, settings)
    worker.needs["kafka"] = lambda: intake.open
    worker.background("kafka watch", intake.watch)
    worker.background("http", lambda: serve(server, intake))
    worker.on_close(probe.close)
    return worker
