"""Worker `store`: puts the sinks, the makers of ticks, baselines and reports, and the read API together."""

from schemas.alerts import Alert, Signal
from schemas.codec import EVENT, Codec
from schemas.outlets import LlmCall
from schemas.sources import Unassigned
from schemas.topics import (
    DEAD_LETTERS,
    LEAD_ALERTS,
    LEAD_EVENTS,
    LEAD_SIGNALS,
    LEAD_UNASSIGNED,
    LLM_CALLS,
    TRANSCRIPTS,
)
from streams.engine.clock import Clock, wall_clock
from streams.engine.worker import Worker
from streams.settings import Settings
from streams.store.database import Database
from streams.store.jobs.baselines import Baselines
from streams.store.jobs.chats import Chats
from streams.store.jobs.reports import Reports
from streams.store.jobs.ticks import Ticks
from streams.store.lag import Lag
from streams.store.read.api import Api
from streams.store.sinks.rows import alert_rows, call_rows, event_rows, signal_rows, unassigned_rows
from streams.store.sinks.sink import DeadLetterSink, Sink
from streams.store.sinks.stt import TranscriptSink


def build(settings: Settings, clock: Clock = wall_clock) -> Worker:
    """The store worker."""
    worker = Worker("store", settings)
    store = settings.store
    database, lag = Database(store), Lag(worker)
    ticks = Ticks(database, lag, worker.outputs.send, store.tick_seconds, clock)
    baselines = Baselines(database, lag, worker.outputs.send, store.baseline_seconds, store.baseline_at, clock)
    reports = Reports(database, lag, worker.outputs.send, store.report_at, clock)
    chats = Chats(database, lag, worker.outputs.send, settings.minutes.chat_at, clock)
    api = Api(store, database, lag, reports, worker.outputs.send)

    worker.consume(LEAD_EVENTS, Sink(database, EVENT, event_rows, baselines.notice))
    worker.consume(LEAD_SIGNALS, Sink(database, Codec[Signal](Signal), signal_rows))
    worker.consume(LEAD_ALERTS, Sink(database, Codec[Alert](Alert), alert_rows))
    worker.consume(LEAD_UNASSIGNED, Sink(database, Codec[Unassigned](Unassigned), unassigned_rows))
    worker.consume(TRANSCRIPTS, TranscriptSink(database))
    worker.consume(LLM_CALLS, Sink(database, Codec[LlmCall](LlmCall), call_rows))
    worker.consume(DEAD_LETTERS, DeadLetterSink(database))

    worker.background("clickhouse", database.keep_open)
    worker.background("ticks", ticks.run)
    worker.background("baselines", baselines.run)
    worker.background("reports", reports.daily.run)
    worker.background("chats", chats.daily.run)
    worker.background("api", api.run)
    worker.needs["clickhouse"] = database.answers
    worker.needs["api"] = api.listening.is_set
    worker.on_close(lag.stop)
    worker.on_close(database.close)
    return worker
