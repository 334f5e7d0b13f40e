"""Worker `store`: puts the sinks, the makers of ticks, baselines and reports, and the read API together."""

from functools import partial

from alerting.outbox import Item
from processors.days import local_day_of
from processors.privacy.unread import names_denied
from schemas.alerts import Alert, Signal
from schemas.answers import Question
from schemas.assistant import AssistantAsked, AssistantSaid
from schemas.codec import EVENT, Codec
from schemas.commands import CommandChange
from schemas.outlets import Handover, LlmCall
from schemas.people import AccessEntry
from schemas.scores import Score
from schemas.sources import Unassigned
from schemas.topics import (
    ASSISTANT_ASKED,
    ASSISTANT_SAID,
    AUDIT_ACCESS,
    CLIENTS,
    COMMAND_EVENTS,
    CONSENTS,
    DEAD_LETTERS,
    DEAD_MUTES,
    ERASURES,
    IDENTITIES,
    LEAD_ALERTS,
    LEAD_EVENTS,
    LEAD_SCORES,
    LEAD_SIGNALS,
    LEAD_UNASSIGNED,
    LLM_CALLS,
    OUT_SETTLED,
    OUTBOX,
    QUESTIONS,
    SOURCE_ROUNDS,
    TRANSCRIPTS,
)
from streams.engine.cards import KnownCards
from streams.engine.clock import Clock, wall_clock
from streams.engine.conditions import Condition
from streams.engine.desks import Desks
from streams.engine.ends import Ends
from streams.engine.erasures import KnownErasures
from streams.engine.identities import KnownIdentities
from streams.engine.mutes import KnownMutes
from streams.engine.places import disk
from streams.engine.reader import Reader
from streams.engine.rounds import ROUND
from streams.engine.worker import Worker
from streams.settings import Settings
from streams.settings.thresholds import rules_of
from streams.store.backlog import Backlog
from streams.store.clickhouse import load_engine
from streams.store.database import Database
from streams.store.door import Door
from streams.store.jobs.baselines import Baselines
from streams.store.jobs.chats import Chats
from streams.store.jobs.days import Days
from streams.store.jobs.exports import Exports
from streams.store.jobs.fleet import Figures
from streams.store.jobs.moves import Moves
from streams.store.jobs.parting import Parting
from streams.store.jobs.purge import Purge
from streams.store.jobs.quotes import Quotes
from streams.store.jobs.reports import Reports
from streams.store.jobs.sources import Sources
from streams.store.jobs.sweep import Sweep
from streams.store.jobs.thoughts import Thoughts
from streams.store.jobs.ticks import Ticks
from streams.store.jobs.unheard import Unheard
from streams.store.lag import Lag
from streams.store.letters import Heaps
from streams.store.read import commands, rows_of
from streams.store.read.api import Api
from streams.store.read.flow import flow_routes
from streams.store.read.pages import Known, names
from streams.store.read.raw import RawRecords
from streams.store.read.sql import Visitors
from streams.store.read.traces import Traces
from streams.store.sinks.commands import asked_rows, command_rows, said_rows
from streams.store.sinks.dead_letters import DeadLetterSink
from streams.store.sinks.handovers import handover_rows
from streams.store.sinks.outbox import outbox_rows
from streams.store.sinks.people import ConsentSink, access_rows
from streams.store.sinks.questions import question_rows
from streams.store.sinks.rows import alert_rows, call_rows, event_rows, signal_rows, unassigned_rows
from streams.store.sinks.scores import score_rows
from streams.store.sinks.sink import CardSink, Sink, both
from streams.store.sinks.sources import round_rows
from streams.store.sinks.stt import TranscriptSink
from streams.store.watched import Watched

AWAY_S = 120.0
"""A store that does not answer for so long is told to ops: a restart takes less."""
CALM_S = 1800.0
"""So long without a heap of dead letters and it is over."""
LINGER_MS = 1600
"""While records flow the broker gathers: so many ms see one insert a table, which costs the same whatever is in it. At
900 the store took two fifths more CPU than at 1900; history is as far behind as this, and so are traces until somebody
looks at one (`watched.py`)."""


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The store worker."""
    load_engine(settings.store)
    watched = Watched(clock)
    worker = Worker("store", settings, linger_ms=LINGER_MS, watched=watched.now)
    store = settings.store
    database, lag = Database(store, settings.retention), Lag(worker)
    rules = rules_of(settings.pipeline.rules)
    cards, ends = KnownCards(Reader(settings.kafka, CLIENTS)), Ends(settings.kafka)
    links = KnownIdentities(Reader(settings.kafka, IDENTITIES), ends)
    desks = Desks(settings.telegram, cards.cards, links.identities)
    figures = Figures(database, lag, worker.outputs.send, rules.alerts, desks.desk, clock)
    ticks = Ticks(database, lag, worker.outputs.send, store.tick_seconds, clock, figures)
    baselines = Baselines(database, lag, worker.outputs.send, store.baseline_seconds, store.baseline_at, clock)
    rests = frozenset(map(local_day_of, rules.silence.holidays))
    sources = Sources(database, lag, Backlog(settings.kafka, ends), worker.notices, clock, rests)
    chats = Chats(database, lag, worker.outputs.send, settings.minutes.chat_at, clock)
    visitors = Visitors(store, database)
    known = Known(links.identities, cards.cards, frozenset(settings.jitsi.our_people))
    reports = Reports(database, lag, worker.outputs.send, store.report_at, clock, partial(names, database, known))
    traces = Traces(database, RawRecords(settings.kafka, ends), lag.by_topic, clock)
    parting = Parting(database, worker.outputs.send, baselines, clock)
    flow = flow_routes(traces, database, clock, watched.look)
    also = [*flow, *rows_of.routes(database, parting.rows), *commands.routes(database)]
    api = Api(store, database, visitors, lag, reports, worker.outputs.send, known, also)

    quotes = Quotes(database)
    erasures = KnownErasures(Reader(settings.kafka, ERASURES))
    thoughts = Thoughts(database, worker.outputs.send, clock, lambda command: erasures.denied.unsaid(command))
    unheard = Unheard(database, worker.outputs.send, clock, quotes, thoughts)
    events = Sink(database, EVENT, event_rows, both(baselines.notice, both(unheard.notice, thoughts.notice)))
    worker.consume(LEAD_EVENTS, erasures.before(thoughts.behind(unheard.behind(events))))
    worker.consume(LEAD_SIGNALS, quotes.behind(Sink(database, Codec[Signal](Signal), signal_rows, quotes.notice)))
    alerts = Sink(database, Codec[Alert](Alert), alert_rows, both(figures.notice, quotes.notice))
    worker.consume(LEAD_ALERTS, quotes.behind(alerts))
    worker.consume(LEAD_SCORES, Sink(database, Codec[Score](Score), score_rows))
    unassigned = Sink(database, Codec[Unassigned](Unassigned), unassigned_rows, unheard.waits)
    worker.consume(LEAD_UNASSIGNED, unheard.behind(unassigned))
    moves = Moves(database, links, worker.outputs.send, lag.events_stored, baselines, chats, clock)
    worker.consume(IDENTITIES, moves)
    worker.consume(TRANSCRIPTS, TranscriptSink(database))
    worker.consume(LLM_CALLS, Sink(database, Codec[LlmCall](LlmCall), call_rows))
    worker.consume(QUESTIONS, quotes.behind(Sink(database, Codec[Question](Question), question_rows, quotes.answers)))
    worker.consume(SOURCE_ROUNDS, Sink(database, ROUND, round_rows, sources.notice))
    worker.consume(CLIENTS, CardSink(database))
    worker.consume(CONSENTS, ConsentSink(database))
    worker.consume(AUDIT_ACCESS, Sink(database, Codec[AccessEntry](AccessEntry), access_rows))
    changes = Sink(database, Codec[CommandChange](CommandChange), command_rows, thoughts.changes)
    worker.consume(COMMAND_EVENTS, erasures.before(thoughts.behind(changes)))
    worker.consume(ASSISTANT_ASKED, Sink(database, Codec[AssistantAsked](AssistantAsked), asked_rows))
    said = Sink(database, Codec[AssistantSaid](AssistantSaid), said_rows, thoughts.lines)
    worker.consume(ASSISTANT_SAID, erasures.before(thoughts.behind(said)))
    worker.consume(OUTBOX, Sink(database, Codec[Item](Item), outbox_rows))
    worker.consume(OUT_SETTLED, Sink(database, Codec[Handover](Handover), handover_rows))
    mutes = KnownMutes(Reader(settings.kafka, DEAD_MUTES))
    worker.background("mutes", mutes.follow)
    heaps = Heaps(clock, mutes.now)
    letters = DeadLetterSink(database, heaps.notice, lambda payload: names_denied(payload, erasures.denied))
    worker.consume(DEAD_LETTERS, erasures.before(letters))

    worker.background("erasures", erasures.follow)
    worker.background("unheard", unheard.run)
    worker.background("purge", Purge(database, erasures, parting).run)
    worker.background("clickhouse", database.keep_open)
    worker.background("clients", cards.follow)
    worker.background("identities", links.follow)
    worker.background("ticks", ticks.run)
    worker.background("figures", figures.run)
    worker.background("baselines", baselines.run)
    worker.background("moves", Sweep(database, moves, store.baseline_at, clock).run)
    worker.background("reports", reports.daily.run)
    worker.background("chats", chats.daily.run)
    worker.background("sources", sources.run)
    worker.background("days", Days(database, lag, store.baseline_at, clock).daily.run)
    if settings.export.nightly:
        exports = Exports(database, lag, settings.export, cards.cards.name, clock)
        worker.background("exports", cards.then(exports.daily.run))
        worker.watch(exports.condition())
        worker.watch(disk(settings.export.folder, settings.metrics.free_mb))
    worker.background("api", api.run)
    worker.needs["clickhouse"] = database.answers
    worker.needs["api"] = api.listening.is_set
    if store.http_open:
        door = Door(store, database)
        worker.background("clickhouse http", door.run)
        worker.needs["clickhouse http"] = door.ready
        worker.on_close(door.close)
    away = Condition("store_away", "ClickHouse", lambda: "" if database.answers() else "не отвечает", AWAY_S)
    worker.watch(away)
    worker.watch(Condition("dead_letters", DEAD_LETTERS.name, heaps.look, calm_s=CALM_S))
    if store.backend == "chdb":
        worker.needs["disk"] = worker.watch(disk(store.folder, settings.metrics.free_mb))
    if settings.broker.folder.exists():  # the embedded broker of this machine, which has no watch of its own
        worker.watch(disk(settings.broker.folder, settings.metrics.free_mb))
    worker.on_close(lag.stop)
    worker.on_close(ends.stop)
    worker.on_close(visitors.close)
    worker.on_close(database.close)
    return worker
