"""The only list of metric names. Every worker serves the ones it touches at /metrics."""

from collections.abc import Mapping
from functools import cache

from prometheus_client import Counter, Gauge, Histogram

from schemas.topics import LEAD_EVENTS

RECORDS = Counter("leadpulse_records_total", "Records settled", ["topic"])
BATCHES = Counter("leadpulse_batches_total", "Batches settled", ["topic"])
DEAD_LETTERS = Counter(
    "leadpulse_dead_letters_total",
    "Letters that the broker took; one that is told twice after a kill counts twice here, once in the table `failures`",
    ["topic"],
)
RETRIES = Counter("leadpulse_retries_total", "Attempts repeated after a passing fault", ["topic"])
SETTLE_SECONDS = Histogram(
    "leadpulse_settle_seconds",
    "From taking a batch to its acknowledgement",
    ["topic"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60),
)
LAG = Gauge("leadpulse_consumer_lag", "Records behind the end of the partition", ["topic", "partition"])
OLDEST_UNACKED = Gauge(
    "leadpulse_oldest_unacked_seconds",
    "Age of the oldest record of the partition that was taken and is not acknowledged",
    ["topic", "partition"],
)
NEED_MET = Gauge("leadpulse_need_met", "1: what `/readyz` names is there; 0: its words say what is missing", ["need"])
LEADS = Gauge("leadpulse_leads", "Leads in the state", ["partition"])
SIGNALS = Counter("leadpulse_signals_total", "Signals found", ["rule", "severity"])
ALERTS = Counter("leadpulse_alerts_total", "Alert transitions", ["rule", "status"])
REQUESTS = Counter("leadpulse_requests_total", "Inbound HTTP requests", ["entrance", "status"])
LIVE_CONNECTIONS = Gauge("leadpulse_live_connections", "Connections of videobridges with meetings' sound")
LIVE_PACKETS = Counter("leadpulse_live_packets_total", "Packets of 20 ms of sound that were taken")
LIVE_MESSAGES = Counter(
    "leadpulse_live_odd_messages_total",
    "Messages of bridges: that cannot be read (rejected), of a kind we do not know (unknown), of a source that was not "
    "announced (unannounced)",
    ["what"],
)
LIVE_LOST_SECONDS = Counter(
    "leadpulse_live_lost_seconds_total",
    "Seconds of meetings that nobody kept: we were away (restarted), Kafka was for too long (spilled), the bridge was "
    "(silent)",
    ["why"],
)
LIVE_WAITING_BYTES = Gauge("leadpulse_live_waiting_bytes", "Sound that waits for Kafka, in memory and in the file")
DOOR_SECONDS = Histogram(
    "leadpulse_clickhouse_seconds",
    "Wall time of a query over the embedded store's ClickHouse interface",
    ["user"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10),
)
DOOR_WAITING = Gauge("leadpulse_clickhouse_waiting", "Queries that wait for a place at that interface")
TELEGRAM_CALLS = Counter("leadpulse_telegram_calls_total", "Bot API calls", ["method", "outcome"])
TELEGRAM_FILES = Counter("leadpulse_telegram_files_total", "Files in messages", ["kind", "outcome"])
TELEPHONE_CALLS = Counter(
    "leadpulse_telephone_calls_total",
    "Telephone calls whose words were looked for (failed: see the log of notify)",
    ["outcome"],
)
BITRIX_CALLS = Counter("leadpulse_bitrix_calls_total", "Calls of Bitrix24's REST API", ["method", "outcome"])
AUDIO_SECONDS = Counter("leadpulse_audio_seconds_total", "Audio transcribed", ["engine"])
LIVE_SECONDS = Counter("leadpulse_live_seconds_total", "Sound of running meetings listened to; what is silent is not")
LIVE_SKIPPED = Counter(
    "leadpulse_live_skipped_seconds_total", "Sound that came too late to be listened to live; the final text has it"
)
LIVE_TURNS = Counter(
    "leadpulse_live_turns_total",
    "Turns of speech (said: with words, silent: without, objected: with words not told, lost: Vosk died of it)",
    ["outcome"],
)
LIVE_VOSK_TURNS = Counter(
    "leadpulse_live_vosk_turns_total",
    "Turns that Vosk heard where SpeechKit is set (late: heard again, limit: the day's minutes are spent, sessions: "
    "too many at once, service: it is left alone after failures, failed: it did not tell the words)",
    ["why"],
)
LIVE_SPEECHKIT_MINUTES = Gauge(
    "leadpulse_live_speechkit_minutes", "Minutes of sound that SpeechKit was given live today, by all processes"
)
LIVE_DELAY = Histogram(
    "leadpulse_live_delay_seconds",
    "From the end of a turn's last word until it is told",
    buckets=(0.5, 1, 1.5, 2, 3, 5, 10, 30),
)
STORED_ROWS = Counter("leadpulse_stored_rows_total", "Rows given to ClickHouse", ["table"])
SPEECH_SEGMENTS = Counter("leadpulse_speech_segments_total", "Segments asked of an engine", ["engine", "outcome"])
SPEECH_SESSIONS = Counter("leadpulse_speech_sessions_total", "Sessions with an engine", ["engine", "outcome"])
SPEECH_UNITS = Counter(
    "leadpulse_speech_billed_units_total", "Units as the engine bills them, of lost sessions too", ["engine"]
)
SPEECH_WARNINGS = Counter("leadpulse_speech_warnings_total", "Complaints of an engine about our pace", ["engine"])
SPEECH_REPEATS = Counter(
    "leadpulse_speech_repeats_total",
    "Words left out as heard twice: by a session that went on after a break (resumed), by both neighbours of a cut",
    ["where"],
)
SPEECH_FIRST_EVENT = Histogram(
    "leadpulse_speech_first_event_seconds",
    "From the start of a session to its first answer",
    ["engine"],
    buckets=(0.03, 0.1, 0.3, 1, 3, 10),
)
SPEECH_RTF = Histogram(
    "leadpulse_speech_real_time_factor",
    "Wall time of a segment over its length",
    ["engine"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 1.5, 3),
)
SPEECH_REUSED = Counter("leadpulse_speech_segments_reused_total", "Finished segments that were not done again")
SPEECH_FALLBACK = Histogram(
    "leadpulse_speech_fallback_share",
    "Part of a recording's audio that a fallback engine did",
    buckets=(0.0, 0.1, 0.3, 0.5, 0.999, 1),
)
SPEECH_UPGRADES = Counter("leadpulse_speech_upgrades_total", "Attempts to improve a degraded transcript", ["outcome"])
BREAKER = Gauge("leadpulse_speech_breaker", "Breaker of an engine: 0 closed, 1 half open, 2 open", ["engine"])
SOURCE_RED = Gauge(
    "leadpulse_source_red", "1: silent, unread or failing; `leadpulse check` says what to do", ["source"]
)
SOURCE_DUE = Gauge(
    "leadpulse_source_due_timestamp_seconds", "Silent if nothing comes before; 0: no habit yet, or asked", ["source"]
)
SOURCE_LAST_EVENT = Gauge("leadpulse_source_last_event_timestamp_seconds", "When its last event arrived", ["source"])
SOURCE_LAST_ROUND = Gauge("leadpulse_source_last_round_timestamp_seconds", "Last round that went well", ["source"])
SOURCE_LAG = Gauge("leadpulse_source_lag_seconds", "From the source's own time to Kafka, median of an hour", ["source"])
SOURCE_EVENTS = Gauge("leadpulse_source_events", "Events of this hour and the one before", ["source"])
SOURCE_REJECTED = Gauge("leadpulse_source_rejected", "Dead letters of this hour and the one before", ["source"])
SOURCE_FAILED_ROUNDS = Gauge("leadpulse_source_failed_rounds", "Of this hour and the one before", ["source"])
SOURCE_BACKLOG = Gauge(
    "leadpulse_source_backlog",
    "Records that pipeline has not read, of all sources of the kind",
    ["source"],
)
SOURCES = (
    SOURCE_BACKLOG,
    *(SOURCE_RED, SOURCE_DUE, SOURCE_LAST_EVENT, SOURCE_LAST_ROUND, SOURCE_LAG),
    *(SOURCE_EVENTS, SOURCE_REJECTED, SOURCE_FAILED_ROUNDS),
)
"""By source: their names are the settings'."""
COMMAND_WORDS_REFUSED = Counter(
    "leadpulse_command_words_refused_total",
    "What people say and what became of calls, that no process of ours signed: one writes to `commands` who must not",
)
LLM_CALLS = Counter("leadpulse_llm_calls_total", "Calls of language models", ["role", "model", "outcome"])
LLM_TOKENS = Counter("leadpulse_llm_tokens_total", "Tokens read (in) and written (out) by models", ["model", "way"])
LLM_COST = Counter("leadpulse_llm_cost_usd_total", "Cost of calls by the prices in the settings", ["role", "model"])
LLM_SECONDS = Histogram(
    "leadpulse_llm_call_seconds",
    "Wall time of a call of a language model",
    ["model"],
    buckets=(0.3, 1, 3, 10, 30, 60, 120, 300),
)


def settled(topic: str, records: int, seconds: float) -> None:
    """Count a batch of so many records that took so long."""
    counter, record_counter, histogram = _of_topic(topic)
    counter.inc()
    record_counter.inc(records)
    histogram.observe(seconds)


def stands(topic: str, partition: int, lag: int, oldest_s: float) -> None:
    """How far a partition of ours is behind: records, and seconds of the oldest that is in work."""
    LAG.labels(topic, partition).set(lag)
    OLDEST_UNACKED.labels(topic, partition).set(oldest_s)


def forget_partition(topic: str, partition: int) -> None:
    """Another process tells of it now: what we last knew would stand for ever."""
    for gauge in (LAG, OLDEST_UNACKED):
        gauge.remove(topic, partition)
    if topic == LEAD_EVENTS.name:
        LEADS.remove(partition)


def tell_needs(met: Mapping[str, bool]) -> None:
    """What is asked for by `/readyz`; a need that is no more is not told of."""
    NEED_MET.clear()
    for need, there in met.items():
        NEED_MET.labels(need).set(there)


def forget_sources() -> None:
    """Another worker tells of them now."""
    for gauge in SOURCES:
        gauge.clear()


def dead(topic: str, letters: int) -> None:
    """Count letters about records of a topic."""
    if letters:
        DEAD_LETTERS.labels(topic).inc(letters)


@cache
def _of_topic(topic: str) -> tuple[Counter, Counter, Histogram]:
    """Kept, because finding one by its label costs more than counting. Dead letters begin at 0: Prometheus sees no
    increase in a series that begins with its first value."""
    DEAD_LETTERS.labels(topic)
    return BATCHES.labels(topic), RECORDS.labels(topic), SETTLE_SECONDS.labels(topic)
