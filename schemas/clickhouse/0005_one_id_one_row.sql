-- One id, one row, whatever time a repeat has (design rule 14). The keys had `ts` in them, so the same event sent again
-- with another time was another row, and counted twice. Now the id is the key, and the row that was accepted first stays:
-- `seniority` falls with the broker's append time and offset (streams/store/sinks/rows.py), and the highest one wins.
-- Without `ts` in the key there are no months either: a repeat in another month would never meet its first.
-- Every table is swapped first and filled after it, so that nothing written meanwhile is lost; a copy done twice is the same.
CREATE TABLE IF NOT EXISTS events_swap
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
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    seniority   UInt64 DEFAULT bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(ingested_at)), 22)) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'events' AND name = 'seniority'
EXCHANGE TABLES events AND events_swap;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'events_swap' AND name = 'seniority'
INSERT INTO events (lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at)
SELECT lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at FROM events_swap;

DROP TABLE IF EXISTS events_swap;

CREATE TABLE IF NOT EXISTS signals_swap
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
    seniority    UInt64 DEFAULT bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(ingested_at)), 22)) CODEC(ZSTD(1)),
    CONSTRAINT severity_known CHECK severity IN ('info', 'warning', 'critical')
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, signal_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'signals' AND name = 'seniority'
EXCHANGE TABLES signals AND signals_swap;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'signals_swap' AND name = 'seniority'
INSERT INTO signals (lead_id, ts, signal_id, rule, severity, window_start, value, baseline, score, unit, evidence, ingested_at)
SELECT lead_id, ts, signal_id, rule, severity, window_start, value, baseline, score, unit, evidence, ingested_at FROM signals_swap;

DROP TABLE IF EXISTS signals_swap;

CREATE TABLE IF NOT EXISTS unassigned_swap
(
    client_kind  LowCardinality(String),
    client_value String,
    ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    event_id     UInt64 CODEC(NONE),
    source       LowCardinality(String),
    topic        LowCardinality(String),
    record       String CODEC(ZSTD(3)),
    ingested_at  DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    seniority    UInt64 DEFAULT bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(ingested_at)), 22)) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (client_kind, client_value, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'unassigned' AND name = 'seniority'
EXCHANGE TABLES unassigned AND unassigned_swap;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'unassigned_swap' AND name = 'seniority'
INSERT INTO unassigned (client_kind, client_value, ts, event_id, source, topic, record, ingested_at)
SELECT client_kind, client_value, ts, event_id, source, topic, record, ingested_at FROM unassigned_swap;

DROP TABLE IF EXISTS unassigned_swap;

-- A job that was killed after it had published is done again, and its words are others: the utterances of both stay apart
-- by `seniority`, and `recordings` says which ones count: those of the highest version, of one version the first.
CREATE TABLE IF NOT EXISTS transcripts_swap
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
    seniority    UInt64 DEFAULT bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(ingested_at)), 22)) CODEC(ZSTD(1)),
    INDEX text_idx text TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = translateUTF8(lowerUTF8(text), 'ё«»“”„—–…', 'е        '))
)
ENGINE = ReplacingMergeTree
ORDER BY (lead_id, recording_id, version, seniority, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'transcripts' AND name = 'seniority'
EXCHANGE TABLES transcripts AND transcripts_swap;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'transcripts_swap' AND name = 'seniority'
INSERT INTO transcripts (lead_id, ts, recording_id, version, number, start_ms, end_ms, speaker, text, confidence, ingested_at)
SELECT lead_id, ts, recording_id, version, number, start_ms, end_ms, speaker, text, confidence, ingested_at
FROM transcripts_swap FINAL;

DROP TABLE IF EXISTS transcripts_swap;

CREATE TABLE IF NOT EXISTS recordings_swap
(
    recording_id String,
    lead_id      String,
    ts           DateTime64(3, 'UTC'),
    version      UInt32,
    engine       LowCardinality(String),
    duration_ms  UInt32,
    words        UInt32,
    degraded     Bool,
    seniority    UInt64,
    precedence   UInt128 MATERIALIZED bitOr(bitShiftLeft(toUInt128(version), 64), toUInt128(seniority))
)
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (recording_id, lead_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'recordings' AND name = 'seniority'
EXCHANGE TABLES recordings AND recordings_swap;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'recordings_swap' AND name = 'seniority'
INSERT INTO recordings (recording_id, lead_id, ts, version, engine, duration_ms, words, degraded, seniority)
SELECT r.recording_id, r.lead_id, r.ts, r.version, r.engine, r.duration_ms, r.words, r.degraded, t.seniority
FROM recordings_swap AS r FINAL
LEFT JOIN
(
    SELECT recording_id, lead_id, version, min(seniority) AS seniority FROM transcripts GROUP BY recording_id, lead_id, version
) AS t ON t.recording_id = r.recording_id AND t.lead_id = r.lead_id AND t.version = r.version;

DROP TABLE IF EXISTS recordings_swap;

CREATE OR REPLACE VIEW transcripts_current AS
SELECT * FROM transcripts FINAL
WHERE (recording_id, lead_id, version, seniority) IN (SELECT recording_id, lead_id, version, seniority FROM recordings FINAL);

CREATE TABLE IF NOT EXISTS stt_jobs_swap
(
    recording_id      String,
    version           UInt32,
    lead_id           String,
    ts                DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    engine            LowCardinality(String),
    model             LowCardinality(String),
    duration_ms       UInt32,
    sound_ms          UInt32,
    words             UInt32,
    sessions          UInt32,
    retries           UInt32,
    billed_units      UInt32,
    warnings          UInt32,
    first_event_ms    Nullable(UInt32),
    segments_done     UInt32,
    segments_failed   UInt32,
    main_share        Float64,
    degraded          Bool,
    punctuated        Bool,
    seconds           Float64,
    real_time_factor  Float64,
    shares            String CODEC(ZSTD(3)),
    segments          String CODEC(ZSTD(3)),
    flaw              String,
    transcribed_at    DateTime64(3, 'UTC'),
    seniority         UInt64 DEFAULT bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(transcribed_at)), 22)) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (recording_id, version)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'stt_jobs' AND name = 'seniority'
EXCHANGE TABLES stt_jobs AND stt_jobs_swap;

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'stt_jobs_swap' AND name = 'seniority'
INSERT INTO stt_jobs
SELECT *, bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(transcribed_at)), 22)) FROM stt_jobs_swap;

DROP TABLE IF EXISTS stt_jobs_swap;
