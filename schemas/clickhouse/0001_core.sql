-- Everything that travels on lead.events. One row per event: redelivered and repeated ones collapse by the key,
-- because event_id and ts are deterministic. `ingested_at` is the broker's append time, so a replay gives the same row.
-- `action` and `qty` are the fields that daily figures need, so that nobody has to parse `payload` for them.
CREATE TABLE IF NOT EXISTS events
(
    lead_id     String,
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    event_id    UInt64 CODEC(NONE),
    source      LowCardinality(String),
    kind        LowCardinality(String),
    action      LowCardinality(String),
    qty         Int32 CODEC(ZSTD(1)),
    backfill    Bool,
    payload     String CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (lead_id, ts, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- Utterances of every version of every transcript; read them through transcripts_current.
CREATE TABLE IF NOT EXISTS transcripts
(
    lead_id      String,
    ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    recording_id String,
    version      UInt32,
    number       UInt32 CODEC(Delta(4), ZSTD(1)),
    start_ms     UInt32 CODEC(Delta(4), ZSTD(1)),
    end_ms       UInt32 CODEC(Delta(4), ZSTD(1)),
    speaker      LowCardinality(String),
    text         String CODEC(ZSTD(3)),
    confidence   Nullable(Float32),
    ingested_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    INDEX text_idx text TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = translateUTF8(lowerUTF8(text), 'ё«»“”„—–…', 'е        '))
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (lead_id, ts, recording_id, version, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- The newest transcript of a recording. It is written after the utterances, so a version appears whole or not at all,
-- and a newer version without words hides the words of the older one.
CREATE TABLE IF NOT EXISTS recordings
(
    recording_id String,
    lead_id      String,
    ts           DateTime64(3, 'UTC'),
    version      UInt32,
    engine       LowCardinality(String),
    duration_ms  UInt32,
    words        UInt32,
    degraded     Bool
)
ENGINE = ReplacingMergeTree(version)
ORDER BY recording_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS signals
(
    lead_id      String,
    ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    signal_id    UInt64 CODEC(NONE),
    rule         LowCardinality(String),
    severity     LowCardinality(String),
    window_start DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    value        Float64,
    baseline     Float64,
    score        Float64,
    unit         LowCardinality(String),
    evidence     String CODEC(ZSTD(3)),
    ingested_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    CONSTRAINT severity_known CHECK severity IN ('info', 'warning', 'critical')
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (lead_id, ts, signal_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- Every version of every alert: who pressed what and when stays known. The newest one is in alerts_current.
CREATE TABLE IF NOT EXISTS alerts
(
    alert_id        UInt64,
    version         UInt32,
    lead_id         String,
    rule            LowCardinality(String),
    severity        LowCardinality(String),
    status          LowCardinality(String),
    opened_at       DateTime64(3, 'UTC'),
    updated_at      DateTime64(3, 'UTC'),
    value           Float64,
    baseline        Float64,
    score           Float64,
    unit            LowCardinality(String),
    acknowledged_by String,
    snoozed_until   DateTime64(3, 'UTC'),
    verdict         LowCardinality(String),
    evidence        String CODEC(ZSTD(3)),
    ingested_at     DateTime64(3, 'UTC'),
    CONSTRAINT severity_known CHECK severity IN ('info', 'warning', 'critical'),
    CONSTRAINT status_known CHECK status IN ('open', 'acknowledged', 'snoozed', 'resolved')
)
ENGINE = ReplacingMergeTree(ingested_at)
ORDER BY (alert_id, version)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Events whose client nobody knows yet; `record` is the source's own payload.
CREATE TABLE IF NOT EXISTS unassigned
(
    client_kind  LowCardinality(String),
    client_value String,
    ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    event_id     UInt64 CODEC(NONE),
    source       LowCardinality(String),
    topic        LowCardinality(String),
    record       String CODEC(ZSTD(3)),
    ingested_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (client_kind, client_value, ts, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- Dead letters: what could not be used, and why.
CREATE TABLE IF NOT EXISTS failures
(
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    agent       LowCardinality(String),
    topic       LowCardinality(String),
    partition   UInt32,
    offset      UInt64,
    error_class LowCardinality(String),
    error       String CODEC(ZSTD(3)),
    payload     String CODEC(ZSTD(3)) TTL toDateTime(ts) + INTERVAL 14 DAY,
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (topic, partition, offset, agent, ts)
TTL toDateTime(ts) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Daily reports that were published; `scheduled` is false for those asked for by hand.
CREATE TABLE IF NOT EXISTS reports
(
    report_id    String,
    since        DateTime64(3, 'UTC'),
    until        DateTime64(3, 'UTC'),
    scheduled    Bool,
    body         String CODEC(ZSTD(3)),
    published_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(published_at)
ORDER BY report_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
