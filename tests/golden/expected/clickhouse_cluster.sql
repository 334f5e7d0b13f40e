-- schema_migrations
CREATE TABLE IF NOT EXISTS schema_migrations ON CLUSTER 'main'
(
    version  UInt32,
    name     String,
    checksum FixedString(64),
    state    LowCardinality(String),
    at       DateTime64(3, 'UTC') DEFAULT now64(3),
    CONSTRAINT state_known CHECK state IN ('started', 'applied')
)
ENGINE = ReplicatedReplacingMergeTree(at)
ORDER BY version;

-- 0001_core.sql
CREATE TABLE IF NOT EXISTS events ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (lead_id, ts, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS transcripts ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (lead_id, ts, recording_id, version, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS recordings ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(version)
ORDER BY recording_id
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS signals ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (lead_id, ts, signal_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS alerts ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
ORDER BY (alert_id, version)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS unassigned ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (client_kind, client_value, ts, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS failures ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (topic, partition, offset, agent, ts)
TTL toDateTime(ts) + INTERVAL 90 DAY DELETE
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS reports ON CLUSTER 'main'
(
    report_id    String,
    since        DateTime64(3, 'UTC'),
    until        DateTime64(3, 'UTC'),
    scheduled    Bool,
    body         String CODEC(ZSTD(3)),
    published_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree(published_at)
ORDER BY report_id
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- 0002_views.sql
CREATE VIEW IF NOT EXISTS transcripts_current ON CLUSTER 'main' AS
SELECT * FROM transcripts FINAL
WHERE (recording_id, lead_id, version) IN (SELECT recording_id, lead_id, version FROM recordings FINAL);

CREATE VIEW IF NOT EXISTS alerts_current ON CLUSTER 'main' AS
SELECT * FROM alerts FINAL ORDER BY alert_id, version DESC LIMIT 1 BY alert_id;

CREATE VIEW IF NOT EXISTS lead_days ON CLUSTER 'main' AS
SELECT lead_id, toDate(ts, 'Europe/Moscow') AS day, kind, action, count() AS events, sum(qty) AS qty, max(ts) AS last_ts
FROM events FINAL
WHERE lead_id != ''
GROUP BY lead_id, day, kind, action;

-- 0003_stt_jobs.sql
CREATE TABLE IF NOT EXISTS stt_jobs ON CLUSTER 'main'
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
    transcribed_at    DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree(transcribed_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (recording_id, version, ts)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- 0004_minutes.sql
CREATE TABLE IF NOT EXISTS chat_days ON CLUSTER 'main'
(
    until    DateTime64(3, 'UTC'),
    leads    UInt32,
    asked_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree(asked_at)
ORDER BY until
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS llm_calls ON CLUSTER 'main'
(
    call_id       String,
    ts            DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    role          LowCardinality(String),
    model         LowCardinality(String),
    outcome       LowCardinality(String),
    lead_id       String,
    external      Bool,
    prompt_tokens UInt32,
    answer_tokens UInt32,
    cost_usd      Float64,
    seconds       Float64,
    prompt_sha256 String,
    answer_sha256 String,
    ingested_at   DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (ts, call_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- 0005_one_id_one_row.sql
CREATE TABLE IF NOT EXISTS events_swap ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

EXCHANGE TABLES events AND events_swap ON CLUSTER 'main';

INSERT INTO events (lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at)
SELECT lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at FROM events_swap;

DROP TABLE IF EXISTS events_swap ON CLUSTER 'main';

CREATE TABLE IF NOT EXISTS signals_swap ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, signal_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

EXCHANGE TABLES signals AND signals_swap ON CLUSTER 'main';

INSERT INTO signals (lead_id, ts, signal_id, rule, severity, window_start, value, baseline, score, unit, evidence, ingested_at)
SELECT lead_id, ts, signal_id, rule, severity, window_start, value, baseline, score, unit, evidence, ingested_at FROM signals_swap;

DROP TABLE IF EXISTS signals_swap ON CLUSTER 'main';

CREATE TABLE IF NOT EXISTS unassigned_swap ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (client_kind, client_value, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

EXCHANGE TABLES unassigned AND unassigned_swap ON CLUSTER 'main';

INSERT INTO unassigned (client_kind, client_value, ts, event_id, source, topic, record, ingested_at)
SELECT client_kind, client_value, ts, event_id, source, topic, record, ingested_at FROM unassigned_swap;

DROP TABLE IF EXISTS unassigned_swap ON CLUSTER 'main';

CREATE TABLE IF NOT EXISTS transcripts_swap ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree
ORDER BY (lead_id, recording_id, version, seniority, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

EXCHANGE TABLES transcripts AND transcripts_swap ON CLUSTER 'main';

INSERT INTO transcripts (lead_id, ts, recording_id, version, number, start_ms, end_ms, speaker, text, confidence, ingested_at)
SELECT lead_id, ts, recording_id, version, number, start_ms, end_ms, speaker, text, confidence, ingested_at
FROM transcripts_swap FINAL;

DROP TABLE IF EXISTS transcripts_swap ON CLUSTER 'main';

CREATE TABLE IF NOT EXISTS recordings_swap ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(precedence)
ORDER BY (recording_id, lead_id)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

EXCHANGE TABLES recordings AND recordings_swap ON CLUSTER 'main';

INSERT INTO recordings (recording_id, lead_id, ts, version, engine, duration_ms, words, degraded, seniority)
SELECT r.recording_id, r.lead_id, r.ts, r.version, r.engine, r.duration_ms, r.words, r.degraded, t.seniority
FROM recordings_swap AS r FINAL
LEFT JOIN
(
    SELECT recording_id, lead_id, version, min(seniority) AS seniority FROM transcripts GROUP BY recording_id, lead_id, version
) AS t ON t.recording_id = r.recording_id AND t.lead_id = r.lead_id AND t.version = r.version;

DROP TABLE IF EXISTS recordings_swap ON CLUSTER 'main';

CREATE OR REPLACE VIEW transcripts_current ON CLUSTER 'main' AS
SELECT * FROM transcripts FINAL
WHERE (recording_id, lead_id, version, seniority) IN (SELECT recording_id, lead_id, version, seniority FROM recordings FINAL);

CREATE TABLE IF NOT EXISTS stt_jobs_swap ON CLUSTER 'main'
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
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (recording_id, version)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

EXCHANGE TABLES stt_jobs AND stt_jobs_swap ON CLUSTER 'main';

INSERT INTO stt_jobs
SELECT *, bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(transcribed_at)), 22)) FROM stt_jobs_swap;

DROP TABLE IF EXISTS stt_jobs_swap ON CLUSTER 'main';

-- 0006_alerts.sql
ALTER TABLE alerts ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS rings Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS rung UInt16 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS held LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS ring_at DateTime64(3, 'UTC') DEFAULT 0,
    ADD COLUMN IF NOT EXISTS within LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS escalated Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS cleared Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS figures String DEFAULT '{}' CODEC(ZSTD(3));

CREATE OR REPLACE VIEW alerts_current ON CLUSTER 'main' AS
SELECT * FROM alerts FINAL ORDER BY alert_id, version DESC LIMIT 1 BY alert_id;

-- 0007_scores.sql
CREATE TABLE IF NOT EXISTS scores ON CLUSTER 'main'
(
    lead_id     String,
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    score_id    UInt64 CODEC(NONE),
    version     UInt32,
    points      Float64,
    level       LowCardinality(String),
    background  Float64,
    parts       String CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    seniority   UInt64,
    CONSTRAINT level_known CHECK level IN ('green', 'yellow', 'red')
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, score_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS scores_current ON CLUSTER 'main' AS
SELECT * FROM scores FINAL ORDER BY lead_id, ts DESC, version DESC LIMIT 1 BY lead_id;

-- 0008_telegram_exports.sql
CREATE TABLE IF NOT EXISTS telegram_exports ON CLUSTER 'main'
(
    until   DateTime64(3, 'UTC'),
    files   UInt32,
    made_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree(made_at)
ORDER BY until
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- 0009_sources.sql
CREATE TABLE IF NOT EXISTS source_rounds ON CLUSTER 'main'
(
    source      LowCardinality(String),
    way         LowCardinality(String),
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    every_ms    UInt64,
    well        UInt32,
    failed      UInt32,
    well_at     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    error       String CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
ORDER BY (source, way, ts)
TTL toDateTime(ts) + INTERVAL 90 DAY DELETE
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS sources ON CLUSTER 'main'
(
    source        LowCardinality(String),
    hour          DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
    events        UInt32,
    history       UInt32,
    rejected      UInt32,
    lag_ms        UInt64,
    lag_max_ms    UInt64,
    rounds        UInt32,
    failed_rounds UInt32,
    gap_ms        UInt64,
    last_event    DateTime64(3, 'UTC'),
    last_round    DateTime64(3, 'UTC'),
    due_at        DateTime64(3, 'UTC'),
    state         LowCardinality(String),
    since         DateTime64(3, 'UTC'),
    error         String CODEC(ZSTD(3)),
    updated_at    DateTime64(3, 'UTC'),
    CONSTRAINT state_known CHECK state IN ('well', 'new', 'silent', 'failing', 'unread', 'left')
)
ENGINE = ReplicatedReplacingMergeTree(updated_at)
ORDER BY (source, hour)
TTL hour + INTERVAL 3 YEAR DELETE
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS sources_current ON CLUSTER 'main' AS
SELECT * FROM sources FINAL ORDER BY source, hour DESC LIMIT 1 BY source;

-- 0010_sources_backlog.sql
ALTER TABLE sources ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS backlog UInt64 AFTER rejected;

CREATE OR REPLACE VIEW sources_current ON CLUSTER 'main' AS
SELECT * FROM sources FINAL ORDER BY source, hour DESC LIMIT 1 BY source;

-- 0011_dashboards.sql
ALTER TABLE events ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS stored_at DateTime64(3, 'UTC') DEFAULT 0 CODEC(Delta(8), ZSTD(1));

ALTER TABLE events ON CLUSTER 'main' MATERIALIZE COLUMN stored_at;

ALTER TABLE events ON CLUSTER 'main' MODIFY COLUMN stored_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1));

ALTER TABLE signals ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS alert_id UInt64 DEFAULT 0 AFTER signal_id;

ALTER TABLE stt_jobs ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS ended_at DateTime64(3, 'UTC') DEFAULT 0 AFTER ts,
    ADD COLUMN IF NOT EXISTS queued_at DateTime64(3, 'UTC') DEFAULT 0 AFTER ended_at,
    ADD COLUMN IF NOT EXISTS started_at DateTime64(3, 'UTC') DEFAULT 0 AFTER queued_at;

CREATE TABLE IF NOT EXISTS cards ON CLUSTER 'main'
(
    lead_id     String,
    source      LowCardinality(String),
    ts          DateTime64(3, 'UTC'),
    client      String,
    curator     String,
    card        String,
    gone        Bool,
    ingested_at DateTime64(3, 'UTC'),
    position    UInt64
)
ENGINE = ReplicatedReplacingMergeTree(position)
ORDER BY (lead_id, source)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS leads ON CLUSTER 'main' AS
SELECT
    k.lead_id AS lead_id, c.client AS client, c.curator AS curator, c.card AS card, k.since AS since, k.last_event AS last_event,
    s.points AS points, s.level AS level, s.reasons AS reasons, s.updated_at AS updated_at, a.open_alerts AS open_alerts,
    a.confirmed AS confirmed
FROM
(
    SELECT lead_id, minOrNull(at) AS since, maxOrNull(at) AS last_event
    FROM
    (
        SELECT lead_id, toNullable(ts) AS at FROM events
        WHERE lead_id != '' AND kind NOT IN ('baseline', 'tick', 'fleet', 'events_moved')
        UNION ALL
        SELECT lead_id, NULL FROM cards FINAL WHERE NOT gone
    )
    GROUP BY lead_id
) AS k
LEFT JOIN
(
    SELECT
        lead_id,
        argMaxIf(client, (source = 'hand', ts, source), client != '') AS client,
        argMaxIf(curator, (source = 'hand', ts, source), curator != '') AS curator,
        argMaxIf(card, (source = 'hand', ts, source), card != '') AS card
    FROM cards FINAL WHERE NOT gone GROUP BY lead_id
) AS c ON c.lead_id = k.lead_id
LEFT JOIN
(
    SELECT lead_id, points, level, ts AS updated_at,
        arrayMap(part -> JSONExtractString(part, 'rule'), arraySlice(JSONExtractArrayRaw(parts), 1, 3)) AS reasons
    FROM scores_current
) AS s ON s.lead_id = k.lead_id
LEFT JOIN
(
    SELECT lead_id, countIf(status != 'resolved') AS open_alerts, countIf(verdict = 'confirmed') AS confirmed
    FROM alerts_current GROUP BY lead_id
) AS a ON a.lead_id = k.lead_id;

CREATE TABLE IF NOT EXISTS promised ON CLUSTER 'main'
(
    lead_id     String,
    talk        String,
    kind        LowCardinality(String),
    event_id    UInt64,
    ts          DateTime64(3, 'UTC'),
    version     UInt32,
    owners      Array(String) CODEC(ZSTD(3)),
    dues        Array(String) CODEC(ZSTD(3)),
    texts       Array(String) CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC'),
    position    UInt64,
    precedence  UInt128 MATERIALIZED bitOr(bitShiftLeft(toUInt128(version), 64), toUInt128(position))
)
ENGINE = ReplicatedReplacingMergeTree(precedence)
ORDER BY (lead_id, talk)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS promises ON CLUSTER 'main' AS
SELECT
    lead_id, talk, kind, ts, number, owners[number] AS owner, texts[number] AS text, dues[number] AS due,
    if(match(due, '^\\d{4}-\\d\\d-\\d\\d$'), toDate32OrNull(due), NULL) AS due_day,
    multiIf(due_day IS NULL, 'undated', due_day >= toDate(now64(3), 'Europe/Moscow'), 'open', 'past') AS state
FROM promised FINAL
ARRAY JOIN arrayEnumerate(texts) AS number;

CREATE TABLE IF NOT EXISTS outbox ON CLUSTER 'main'
(
    key         String,
    version     UInt32,
    topic       LowCardinality(String),
    receiver    LowCardinality(String),
    state       LowCardinality(String),
    wanted_at   DateTime64(3, 'UTC'),
    news        Bool,
    at          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    chat        Int64,
    message_id  Int64,
    doubt       Bool,
    error       String CODEC(ZSTD(3)),
    partition   UInt32,
    offset      UInt64,
    CONSTRAINT state_known CHECK state IN ('wanted', 'calling', 'sent', 'failed', 'mailed')
)
ENGINE = ReplicatedReplacingMergeTree(at)
ORDER BY (key, partition, offset, state)
TTL toDateTime(at) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS deliveries ON CLUSTER 'main' AS
SELECT
    key, version, any(topic) AS topic, any(receiver) AS receiver, max(news) AS news,
    min(wanted_at) AS wanted_at,
    minIf(at, state IN ('sent', 'mailed')) AS delivered_at,
    multiIf(countIf(state = 'sent') > 0, 'sent', countIf(state = 'mailed') > 0, 'mailed', countIf(state = 'failed') > 0, 'failed',
        'waiting') AS result,
    countIf(state = 'calling') AS tries,
    if(result IN ('sent', 'mailed'), dateDiff('millisecond', wanted_at, delivered_at) / 1000, NULL) AS seconds,
    max(doubt) AS repeated, argMaxIf(error, at, error != '') AS error
FROM outbox FINAL
GROUP BY key, version;

CREATE TABLE IF NOT EXISTS days_kept ON CLUSTER 'main'
(
    made_at DateTime64(3, 'UTC'),
    lead_id String,
    day     Date,
    kind    LowCardinality(String),
    action  LowCardinality(String),
    events  UInt64,
    qty     Int64,
    last_ts DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree
PARTITION BY toUnixTimestamp(made_at)
ORDER BY (lead_id, day, kind, action, made_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS days_made ON CLUSTER 'main'
(
    made_at DateTime64(3, 'UTC'),
    rows    UInt64
)
ENGINE = ReplicatedReplacingMergeTree
ORDER BY made_at
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS days ON CLUSTER 'main' AS
SELECT * FROM days_kept FINAL WHERE made_at = (SELECT max(made_at) FROM days_made);

-- 0012_answers.sql
CREATE TABLE IF NOT EXISTS failure_answers ON CLUSTER 'main'
(
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    agent       LowCardinality(String),
    topic       LowCardinality(String),
    partition   UInt32,
    offset      UInt64,
    answer      LowCardinality(String),
    answered_by String,
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    CONSTRAINT answer_known CHECK answer IN ('replayed', 'dropped')
)
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
ORDER BY (topic, partition, offset, agent, ts)
TTL toDateTime(ts) + INTERVAL 90 DAY DELETE
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS failures_current ON CLUSTER 'main' AS
SELECT f.ts AS ts, f.agent AS agent, f.topic AS topic, f.partition AS partition, f.offset AS offset,
    f.error_class AS error_class, f.ingested_at AS ingested_at, a.answer AS answer, a.answered_by AS answered_by,
    a.ingested_at AS answered_at
FROM (SELECT ts, agent, topic, partition, offset, error_class, ingested_at FROM failures FINAL) AS f
LEFT JOIN (SELECT ts, agent, topic, partition, offset, answer, answered_by, ingested_at FROM failure_answers FINAL) AS a
    ON f.topic = a.topic AND f.partition = a.partition AND f.offset = a.offset AND f.agent = a.agent AND f.ts = a.ts;

-- 0013_said.sql
CREATE TABLE IF NOT EXISTS said ON CLUSTER 'main'
(
    ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    event_id     UInt64 CODEC(ZSTD(1)),
    number       UInt32 CODEC(ZSTD(1)),
    lead_id      String CODEC(ZSTD(1)),
    source       LowCardinality(String),
    kind         LowCardinality(String),
    recording_id String CODEC(ZSTD(1)),
    version      UInt32 CODEC(ZSTD(1)),
    chat         String CODEC(ZSTD(1)),
    message      String CODEC(ZSTD(1)),
    speaker      LowCardinality(String),
    text         String CODEC(ZSTD(3)),
    seniority    UInt64 CODEC(ZSTD(1)),
    INDEX text_idx text TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = translateUTF8(lowerUTF8(text), 'ё«»“”„—–…', 'е        ')),
    INDEX lead_idx lead_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (ts, event_id, number, lead_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO said (ts, event_id, number, lead_id, source, kind, recording_id, version, chat, message, speaker, text, seniority)
SELECT ts, event_id, 0, lead_id, source, kind, '', 0, JSONExtractString(payload, 'chat_id'), JSONExtractString(payload, 'message_id'),
    JSONExtractString(payload, 'author', 'name'),
    arrayStringConcat(arrayFilter(part -> part != '', [JSONExtractString(payload, 'subject'), JSONExtractString(payload, 'text'),
        JSONExtractString(payload, 'minutes', 'summary')]), '. ') AS words,
    seniority
FROM events
WHERE kind IN ('message', 'message_edited', 'mail', 'call', 'call_transcribed', 'note', 'meeting_minutes', 'chat_summary') AND words != '';

INSERT INTO said (ts, event_id, number, lead_id, source, kind, recording_id, version, chat, message, speaker, text, seniority)
SELECT t.ts + toIntervalMillisecond(t.start_ms), e.event_id, t.number, t.lead_id, 'meeting', 'meeting_transcribed', t.recording_id,
    t.version, '', '', t.speaker, t.text, t.seniority
FROM transcripts AS t
LEFT JOIN (SELECT lead_id, seniority, any(event_id) AS event_id FROM events WHERE kind = 'meeting_transcribed' GROUP BY lead_id, seniority) AS e
    ON e.lead_id = t.lead_id AND e.seniority = t.seniority;

-- 0014_letters.sql
ALTER TABLE failures ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS item String CODEC(ZSTD(1)) AFTER offset,
    MODIFY ORDER BY (topic, partition, offset, agent, ts, item);

ALTER TABLE failure_answers ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS item String CODEC(ZSTD(1)) AFTER offset,
    MODIFY ORDER BY (topic, partition, offset, agent, ts, item);

CREATE OR REPLACE VIEW failures_current ON CLUSTER 'main' AS
SELECT f.ts AS ts, f.agent AS agent, f.topic AS topic, f.partition AS partition, f.offset AS offset, f.item AS item,
    f.error_class AS error_class, f.ingested_at AS ingested_at, a.answer AS answer, a.answered_by AS answered_by,
    a.ingested_at AS answered_at
FROM (SELECT ts, agent, topic, partition, offset, item, error_class, ingested_at FROM failures FINAL) AS f
LEFT JOIN (SELECT ts, agent, topic, partition, offset, item, answer, answered_by, ingested_at FROM failure_answers FINAL) AS a
    ON f.topic = a.topic AND f.partition = a.partition AND f.offset = a.offset AND f.agent = a.agent AND f.ts = a.ts
        AND f.item = a.item;

-- 0015_promise_marks.sql
ALTER TABLE promised ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS ids Array(UInt64)
    MATERIALIZED arrayMap(text -> reinterpretAsUInt64(reverse(substring(SHA256(concat(talk, '\n', text)), 1, 8))), texts)
    AFTER texts;

ALTER TABLE promised ON CLUSTER 'main' MATERIALIZE COLUMN ids;

CREATE TABLE IF NOT EXISTS promise_marks ON CLUSTER 'main'
(
    lead_id     String,
    promise     UInt64,
    ts          DateTime64(3, 'UTC'),
    event_id    UInt64,
    mark        LowCardinality(String),
    author      String,
    note        String CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC'),
    seniority   UInt64,
    CONSTRAINT mark_known CHECK mark IN ('kept', 'broken', 'cancelled', 'open')
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, promise, ts, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW promises ON CLUSTER 'main' AS
SELECT
    p.lead_id AS lead_id, p.talk AS talk, p.kind AS kind, p.ts AS ts, p.number AS number, p.promise AS promise, p.owner AS owner,
    p.text AS text, p.due AS due, p.due_day AS due_day,
    multiIf(m.mark IN ('kept', 'broken', 'cancelled'), m.mark, due_day IS NULL, 'undated',
        due_day >= toDate(now64(3), 'Europe/Moscow'), 'open', 'past') AS state,
    m.marked_at AS marked_at, m.marked_by AS marked_by, m.note AS note
FROM
(
    SELECT lead_id, talk, kind, ts, number, ids[number] AS promise, owners[number] AS owner, texts[number] AS text, dues[number] AS due,
        if(match(due, '^\\d{4}-\\d\\d-\\d\\d$'), toDate32OrNull(due), NULL) AS due_day
    FROM promised FINAL
    ARRAY JOIN arrayEnumerate(texts) AS number
) AS p
LEFT JOIN
(
    SELECT lead_id, promise, toString(argMax(mark, (ts, event_id))) AS mark, max(ts) AS marked_at,
        argMax(author, (ts, event_id)) AS marked_by, argMax(note, (ts, event_id)) AS note
    FROM promise_marks FINAL GROUP BY lead_id, promise
) AS m ON m.lead_id = p.lead_id AND m.promise = p.promise;

-- 0016_passages.sql
CREATE TABLE IF NOT EXISTS passages ON CLUSTER 'main'
(
    lead_id   String,
    event_id  UInt64 CODEC(NONE),
    number    UInt32 CODEC(ZSTD(1)),
    ts        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    kind      LowCardinality(String),
    of        String CODEC(ZSTD(1)),
    version   UInt32 CODEC(ZSTD(1)),
    thread      String CODEC(ZSTD(1)),
    speaker   LowCardinality(String),
    side      LowCardinality(String),
    at_ms     UInt32 CODEC(ZSTD(1)),
    text      String CODEC(ZSTD(3)),
    seniority UInt64 CODEC(ZSTD(1)),
    words     Array(LowCardinality(String))
        MATERIALIZED tokens(translateUTF8(lowerUTF8(text), 'ё«»“”„—–…', 'е        '), 'splitByNonAlpha') CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, event_id, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

INSERT INTO passages (lead_id, event_id, number, ts, kind, of, version, thread, speaker, side, at_ms, text, seniority)
WITH
    JSONExtractString(payload, 'chat_id') AS chat,
    JSONExtractString(payload, 'call_id') AS call,
    JSONExtractString(payload, 'recording_id') AS recording,
    arrayMap(field -> field.2, arrayFilter(field -> match(field.2, '[А-Яа-яЁё]{3}'), JSONExtractKeysAndValues(payload, 'fields', 'String')))
        AS told
SELECT
    lead_id, event_id, 0, ts,
    multiIf(e.kind LIKE 'message%', 'message', e.kind LIKE 'call%', 'call', e.kind = 'crm_changed', 'crm',
        e.kind IN ('meeting_minutes', 'chat_summary'), 'minutes', e.kind) AS passage,
    multiIf(passage = 'message', concat(chat, '/', JSONExtractString(payload, 'message_id')), passage = 'call', call,
        e.kind = 'note', JSONExtractString(payload, 'note_id'),
        e.kind = 'meeting_minutes', recording, e.kind = 'chat_summary', concat('chat ', JSONExtractString(payload, 'day')), ''),
    multiIf(e.kind = 'message_edited', 1, e.kind = 'message_deleted', 2, e.kind = 'call_transcribed',
        ifNull(JSONExtract(payload, 'version', 'Nullable(UInt32)'), 1), passage = 'minutes',
        ifNull(JSONExtract(payload, 'minutes', 'version', 'Nullable(UInt32)'), 1), 0),
    multiIf(passage = 'message', chat, passage = 'call', call, e.kind = 'mail', JSONExtractString(payload, 'mail_id'),
        passage = 'minutes', recording, e.kind = 'note', JSONExtractString(payload, 'note_id'),
        concat(JSONExtractString(payload, 'entity'), '/', JSONExtractString(payload, 'entity_id'))),
    JSONExtractString(payload, 'author', 'name'),
    multiIf(action IN ('client', 'in'), 'client', action IN ('staff', 'out'), 'staff', ''),
    0,
    multiIf(passage = 'crm', arrayStringConcat(told, '. '), JSONExtractBool(payload, 'gone'), '', arrayStringConcat(arrayFilter(part -> part != '',
        [JSONExtractString(payload, 'subject'), JSONExtractString(payload, 'text'), JSONExtractString(payload, 'minutes', 'summary')]), '. '))
        AS said,
    seniority
FROM events AS e
WHERE lead_id != '' AND e.kind IN ('message', 'message_edited', 'message_deleted', 'mail', 'call', 'call_transcribed', 'note', 'meeting_minutes',
    'chat_summary', 'crm_changed') AND (said != '' OR e.kind IN ('message_edited', 'message_deleted', 'call_transcribed', 'note'));

INSERT INTO passages (lead_id, event_id, number, ts, kind, of, version, thread, speaker, side, at_ms, text, seniority)
SELECT t.lead_id, e.event_id, t.number, t.ts + toIntervalMillisecond(t.start_ms), 'said', t.recording_id, t.version, t.recording_id,
    t.speaker, '', t.start_ms, t.text, t.seniority
FROM transcripts AS t
LEFT JOIN (SELECT lead_id, seniority, any(event_id) AS event_id FROM events WHERE kind = 'meeting_transcribed' GROUP BY lead_id, seniority) AS e
    ON e.lead_id = t.lead_id AND e.seniority = t.seniority;

INSERT INTO passages (lead_id, event_id, number, ts, kind, of, version, thread, speaker, side, at_ms, text, seniority)
SELECT lead_id, event_id, 0, ts, 'said', JSONExtractString(payload, 'recording_id'), JSONExtractUInt(payload, 'version'),
    JSONExtractString(payload, 'recording_id'), '', '', 0, '', seniority
FROM events WHERE kind = 'meeting_transcribed' AND lead_id != '' AND length(JSONExtractArrayRaw(payload, 'utterances')) = 0;

-- 0017_outcomes.sql
CREATE TABLE IF NOT EXISTS outcomes ON CLUSTER 'main'
(
    lead_id     String,
    ts          DateTime64(3, 'UTC'),
    event_id    UInt64,
    outcome     LowCardinality(String),
    since_day   String,
    reason      String CODEC(ZSTD(3)),
    author      String,
    ingested_at DateTime64(3, 'UTC'),
    seniority   UInt64,
    CONSTRAINT outcome_known CHECK outcome IN ('left', 'stays', 'returned')
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, ts, event_id)
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS outcomes_current ON CLUSTER 'main' AS
SELECT lead_id, toString(argMax(outcome, (ts, event_id))) AS outcome, toDate32(argMax(since_day, (ts, event_id))) AS outcome_since,
    argMax(reason, (ts, event_id)) AS reason, argMax(author, (ts, event_id)) AS author, max(ts) AS said_at
FROM outcomes FINAL GROUP BY lead_id;

CREATE OR REPLACE VIEW leads ON CLUSTER 'main' AS
SELECT
    k.lead_id AS lead_id, c.client AS client, c.curator AS curator, c.card AS card, k.since AS since, k.last_event AS last_event,
    s.points AS points, s.level AS level, s.reasons AS reasons, s.updated_at AS updated_at, a.open_alerts AS open_alerts,
    a.confirmed AS confirmed, o.outcome AS outcome, if(o.outcome = '', NULL, o.outcome_since) AS outcome_since
FROM
(
    SELECT lead_id, minOrNull(at) AS since, maxOrNull(at) AS last_event
    FROM
    (
        SELECT lead_id, toNullable(ts) AS at FROM events
        WHERE lead_id != '' AND kind NOT IN ('baseline', 'tick', 'fleet', 'events_moved')
        UNION ALL
        SELECT lead_id, NULL FROM cards FINAL WHERE NOT gone
    )
    GROUP BY lead_id
) AS k
LEFT JOIN
(
    SELECT
        lead_id,
        argMaxIf(client, (source = 'hand', ts, source), client != '') AS client,
        argMaxIf(curator, (source = 'hand', ts, source), curator != '') AS curator,
        argMaxIf(card, (source = 'hand', ts, source), card != '') AS card
    FROM cards FINAL WHERE NOT gone GROUP BY lead_id
) AS c ON c.lead_id = k.lead_id
LEFT JOIN
(
    SELECT lead_id, points, level, ts AS updated_at,
        arrayMap(part -> JSONExtractString(part, 'rule'), arraySlice(JSONExtractArrayRaw(parts), 1, 3)) AS reasons
    FROM scores_current
) AS s ON s.lead_id = k.lead_id
LEFT JOIN
(
    SELECT lead_id, countIf(status != 'resolved') AS open_alerts, countIf(verdict = 'confirmed') AS confirmed
    FROM alerts_current GROUP BY lead_id
) AS a ON a.lead_id = k.lead_id
LEFT JOIN outcomes_current AS o ON o.lead_id = k.lead_id;

-- 0018_trace.sql
ALTER TABLE events ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS origin String DEFAULT JSONExtractString(payload, 'origin') CODEC(ZSTD(1));

ALTER TABLE events ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS ref String DEFAULT multiIf(
    kind IN ('message', 'message_edited', 'message_deleted'),
        concat(JSONExtractString(payload, 'chat_id'), '/', JSONExtractString(payload, 'message_id')),
    kind IN ('meeting_recorded', 'meeting_transcribed', 'meeting_minutes'), JSONExtractString(payload, 'recording_id'),
    kind IN ('reservation', 'pick', 'shipment', 'inbound', 'return', 'adjustment', 'stock_snapshot'), JSONExtractString(payload, 'doc'),
    kind IN ('call', 'call_transcribed'), JSONExtractString(payload, 'call_id'),
    kind = 'meeting_room', JSONExtractString(payload, 'meeting_id'),
    kind = 'mail', JSONExtractString(payload, 'mail_id'),
    kind = 'note', JSONExtractString(payload, 'note_id'),
    kind = 'crm_changed', concat(JSONExtractString(payload, 'entity'), ':', JSONExtractString(payload, 'entity_id')),
    '') CODEC(ZSTD(1));

ALTER TABLE events ON CLUSTER 'main'
    ADD INDEX IF NOT EXISTS event_idx event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS origin_idx origin TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS ref_idx ref TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE events ON CLUSTER 'main' MATERIALIZE COLUMN origin, MATERIALIZE COLUMN ref;

ALTER TABLE events ON CLUSTER 'main' MATERIALIZE INDEX event_idx, MATERIALIZE INDEX origin_idx, MATERIALIZE INDEX ref_idx;

ALTER TABLE unassigned ON CLUSTER 'main' ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1));

ALTER TABLE signals ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS event_ids Array(UInt64)
        DEFAULT arrayMap(one -> reinterpretAsUInt64(reverse(unhex(JSONExtractString(one, 'event_id')))), JSONExtractArrayRaw(evidence)),
    ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1)),
    ADD INDEX IF NOT EXISTS events_idx event_ids TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE signals ON CLUSTER 'main' MATERIALIZE COLUMN event_ids, MATERIALIZE INDEX events_idx;

ALTER TABLE alerts ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS event_ids Array(UInt64)
        DEFAULT arrayMap(one -> reinterpretAsUInt64(reverse(unhex(JSONExtractString(one, 'event_id')))), JSONExtractArrayRaw(evidence)),
    ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1)),
    ADD INDEX IF NOT EXISTS events_idx event_ids TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE alerts ON CLUSTER 'main' MATERIALIZE COLUMN event_ids, MATERIALIZE INDEX events_idx;

CREATE OR REPLACE VIEW alerts_current ON CLUSTER 'main' AS
SELECT * FROM alerts FINAL ORDER BY alert_id, version DESC LIMIT 1 BY alert_id;

ALTER TABLE outbox ON CLUSTER 'main'
    ADD COLUMN IF NOT EXISTS retry_at DateTime64(3, 'UTC') DEFAULT 0 AFTER doubt,
    ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1)) AFTER retry_at;

CREATE TABLE IF NOT EXISTS handovers ON CLUSTER 'main'
(
    outlet    LowCardinality(String),
    topic     LowCardinality(String),
    partition UInt32,
    offset    UInt64,
    key       String,
    version   UInt32,
    outcome   LowCardinality(String),
    given_at  DateTime64(3, 'UTC'),
    at        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    tries     UInt32,
    retry_at  DateTime64(3, 'UTC'),
    error     String CODEC(ZSTD(3)),
    lead_id   String,
    origin    String CODEC(ZSTD(1)),
    CONSTRAINT outcome_known CHECK outcome IN ('waiting', 'delivered', 'refused')
)
ENGINE = ReplicatedReplacingMergeTree(at)
ORDER BY (topic, partition, offset, outcome)
TTL toDateTime(at) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW deliveries ON CLUSTER 'main' AS
SELECT
    'telegram' AS outlet, key, version, any(topic) AS topic, any(receiver) AS receiver, max(news) AS news,
    min(wanted_at) AS wanted_at,
    minIf(at, state IN ('sent', 'mailed')) AS delivered_at,
    multiIf(countIf(state = 'sent') > 0, 'sent', countIf(state = 'mailed') > 0, 'mailed', countIf(state = 'failed') > 0, 'failed',
        'waiting') AS result,
    countIf(state = 'calling') AS tries,
    if(result IN ('sent', 'mailed'), dateDiff('millisecond', wanted_at, delivered_at) / 1000, NULL) AS seconds,
    max(doubt) AS repeated, argMaxIf(error, at, error != '') AS error, argMax(retry_at, at) AS retry_at,
    anyIf(origin, origin != '') AS origin, anyIf(chat, chat != 0) AS chat, max(message_id) AS message_id
FROM outbox FINAL
GROUP BY key, version
UNION ALL
SELECT
    h.outlet AS outlet, h.key AS key, h.version AS version, any(h.topic) AS topic, any(concat('lead:', h.lead_id)) AS receiver, true AS news,
    min(h.given_at) AS wanted_at,
    minIf(h.at, h.outcome = 'delivered') AS delivered_at,
    multiIf(countIf(h.outcome = 'delivered') > 0, 'sent',
        countIf(h.outcome = 'refused' OR (h.topic, h.partition, h.offset) IN (SELECT topic, partition, offset FROM failures)) > 0, 'failed',
        'waiting') AS result,
    max(h.tries) AS tries,
    if(result = 'sent', dateDiff('millisecond', wanted_at, delivered_at) / 1000, NULL) AS seconds,
    false AS repeated, argMaxIf(h.error, h.at, h.error != '') AS error, argMax(h.retry_at, h.at) AS retry_at,
    anyIf(h.origin, h.origin != '') AS origin, toInt64(0) AS chat, toInt64(0) AS message_id
FROM (SELECT * FROM handovers FINAL) AS h
GROUP BY h.outlet, h.key, h.version;

CREATE TABLE IF NOT EXISTS events_minute ON CLUSTER 'main'
(
    minute    DateTime('UTC'),
    source    LowCardinality(String),
    kind      LowCardinality(String),
    partition UInt32,
    block     UInt64,
    offsets   SimpleAggregateFunction(groupUniqArrayArray, Array(UInt16))
)
ENGINE = ReplicatedAggregatingMergeTree
ORDER BY (minute, source, kind, partition, block)
TTL minute + INTERVAL 29 DAY DELETE
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS edges_minute ON CLUSTER 'main' AS
SELECT minute, 'event' AS edge, source AS name, kind, sum(many) AS records
FROM
(
    SELECT minute, source, kind, length(groupUniqArrayArray(offsets)) AS many
    FROM events_minute GROUP BY minute, source, kind, partition, block
)
GROUP BY minute, source, kind
UNION ALL
SELECT toStartOfMinute(toDateTime(ingested_at, 'UTC')) AS minute, 'dead_letter' AS edge, agent AS name, error_class AS kind, count() AS records
FROM failures FINAL GROUP BY minute, name, kind
UNION ALL
SELECT toStartOfMinute(toDateTime(delivered_at, 'UTC')) AS minute, 'delivery' AS edge, outlet AS name, result AS kind, count() AS records
FROM deliveries WHERE result IN ('sent', 'mailed') GROUP BY minute, name, kind;

-- 0019_promised_before.sql
INSERT INTO promised (lead_id, talk, kind, event_id, ts, version, owners, dues, texts, ingested_at, position)
SELECT
    lead_id,
    if(kind = 'meeting_minutes', JSONExtractString(payload, 'recording_id'), concat('chat:', toString(toUnixTimestamp64Milli(ts)))),
    if(kind = 'meeting_minutes', 'meeting', 'chat'),
    event_id, ts,
    if(kind = 'meeting_minutes', JSONExtractUInt(payload, 'minutes', 'version'), 0),
    arrayMap(one -> replaceRegexpOne(JSONExtractString(one, 'owner'), '^не указан$', ''), JSONExtractArrayRaw(payload, 'minutes', 'actions')),
    arrayMap(one -> replaceRegexpOne(JSONExtractString(one, 'due'), '^не указан$', ''), JSONExtractArrayRaw(payload, 'minutes', 'actions')),
    arrayMap(one -> JSONExtractString(one, 'text'), JSONExtractArrayRaw(payload, 'minutes', 'actions')),
    ingested_at, bitNot(seniority)
FROM events
WHERE kind IN ('meeting_minutes', 'chat_summary');

-- 0020_installation.sql
CREATE VIEW IF NOT EXISTS installation ON CLUSTER 'main' AS
SELECT 'Europe/Moscow' AS zone;

-- 0021_questions.sql
CREATE TABLE IF NOT EXISTS questions ON CLUSTER 'main'
(
    lead_id     String,
    question_id UInt64,
    ts          DateTime64(3, 'UTC'),
    asked_by    String,
    text        String CODEC(ZSTD(3)),
    model       LowCardinality(String),
    missing     Bool,
    dropped     UInt32,
    verdict     LowCardinality(String),
    judged_by   String,
    body        String CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC'),
    position    UInt64,
    CONSTRAINT verdict_known CHECK verdict IN ('', 'useful', 'useless', 'wrong_quote')
)
ENGINE = ReplicatedReplacingMergeTree(position)
ORDER BY (lead_id, question_id)
TTL toDateTime(ts) + INTERVAL 1 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- 0022_first_and_last.sql
ALTER TABLE events ON CLUSTER 'main' MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE events ON CLUSTER 'main' ADD PROJECTION IF NOT EXISTS first_and_last (SELECT lead_id, kind, min(ts), max(ts) GROUP BY lead_id, kind);

ALTER TABLE events ON CLUSTER 'main' MATERIALIZE PROJECTION first_and_last;

CREATE OR REPLACE VIEW leads ON CLUSTER 'main' AS
SELECT
    k.lead_id AS lead_id, c.client AS client, c.curator AS curator, c.card AS card, k.since AS since, k.last_event AS last_event,
    s.points AS points, s.level AS level, s.reasons AS reasons, s.updated_at AS updated_at, a.open_alerts AS open_alerts,
    a.confirmed AS confirmed, o.outcome AS outcome, if(o.outcome = '', NULL, o.outcome_since) AS outcome_since
FROM
(
    SELECT lead_id, min(first) AS since, max(last) AS last_event
    FROM
    (
        SELECT lead_id, toNullable(min(ts)) AS first, toNullable(max(ts)) AS last FROM events
        WHERE lead_id != '' AND kind NOT IN ('baseline', 'tick', 'fleet', 'events_moved')
        GROUP BY lead_id
        UNION ALL
        SELECT lead_id, NULL, NULL FROM cards FINAL WHERE NOT gone
    )
    GROUP BY lead_id
) AS k
LEFT JOIN
(
    SELECT
        lead_id,
        argMaxIf(client, (source = 'hand', ts, source), client != '') AS client,
        argMaxIf(curator, (source = 'hand', ts, source), curator != '') AS curator,
        argMaxIf(card, (source = 'hand', ts, source), card != '') AS card
    FROM cards FINAL WHERE NOT gone GROUP BY lead_id
) AS c ON c.lead_id = k.lead_id
LEFT JOIN
(
    SELECT lead_id, points, level, ts AS updated_at,
        arrayMap(part -> JSONExtractString(part, 'rule'), arraySlice(JSONExtractArrayRaw(parts), 1, 3)) AS reasons
    FROM scores_current
) AS s ON s.lead_id = k.lead_id
LEFT JOIN
(
    SELECT lead_id, countIf(status != 'resolved') AS open_alerts, countIf(verdict = 'confirmed') AS confirmed
    FROM alerts_current GROUP BY lead_id
) AS a ON a.lead_id = k.lead_id
LEFT JOIN outcomes_current AS o ON o.lead_id = k.lead_id;

-- 0023_access_and_consents.sql
CREATE TABLE IF NOT EXISTS access_log ON CLUSTER 'main'
(
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    writer      String CODEC(ZSTD(1)),
    number      UInt64 CODEC(Delta(8), ZSTD(1)),
    user_id     LowCardinality(String),
    person      LowCardinality(String),
    deed        LowCardinality(String),
    lead_id     String CODEC(ZSTD(1)),
    object      String CODEC(ZSTD(1)),
    address     LowCardinality(String),
    digest      String CODEC(ZSTD(1)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    INDEX lead_idx lead_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree(ingested_at)
ORDER BY (ts, writer, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS consents ON CLUSTER 'main'
(
    person_id    String,
    person       String CODEC(ZSTD(1)),
    leads        Array(String),
    basis        LowCardinality(String),
    document     String CODEC(ZSTD(1)),
    text_version String CODEC(ZSTD(1)),
    scope        Array(LowCardinality(String)),
    given_on     String,
    until_day    String,
    withdrawn_on String,
    objected_on  String,
    reason       String CODEC(ZSTD(1)),
    noted_by     String,
    noted_at     DateTime64(3, 'UTC'),
    gone         Bool,
    position     UInt64,
    CONSTRAINT basis_known CHECK basis IN ('', 'consent', 'contract', 'law', 'interest')
)
ENGINE = ReplicatedReplacingMergeTree(position)
ORDER BY person_id
SETTINGS replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE OR REPLACE VIEW consents_current ON CLUSTER 'main' AS
WITH toString(toDate(now64(3), 'Europe/Moscow')) AS today
SELECT
    person_id, person, arrayJoin(leads) AS lead_id, basis, document, text_version, given_on, until_day, withdrawn_on, objected_on, reason,
    noted_by, noted_at,
    multiIf(
        (objected_on != '' AND objected_on <= today) OR (withdrawn_on != '' AND withdrawn_on <= today), 'objected',
        basis != '' AND given_on <= today AND (until_day = '' OR until_day >= today), 'basis',
        'none') AS standing,
    standing = 'none' OR (standing = 'basis' AND has(scope, 'record')) AS may_record,
    standing = 'none' OR (standing = 'basis' AND has(scope, 'transcript')) AS may_transcribe,
    standing = 'none' OR (standing = 'basis' AND has(scope, 'llm_external')) AS may_go_outside
FROM consents FINAL
WHERE NOT gone;

-- 0024_seen.sql
ALTER TABLE events ON CLUSTER 'main' ADD PROJECTION IF NOT EXISTS seen (SELECT lead_id, kind, action, min(ts), max(ts) GROUP BY lead_id, kind, action);

ALTER TABLE events ON CLUSTER 'main' MATERIALIZE PROJECTION seen;

ALTER TABLE events ON CLUSTER 'main' DROP PROJECTION IF EXISTS first_and_last;

-- 0025_commands.sql
CREATE TABLE IF NOT EXISTS command_events ON CLUSTER 'main'
(
    lead_id     String,
    command_id  UInt64,
    number      UInt32,
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    change_id   String,
    name        LowCardinality(String),
    version     UInt32,
    effect      LowCardinality(String),
    before      LowCardinality(String),
    state       LowCardinality(String),
    title       String CODEC(ZSTD(1)),
    proposer    LowCardinality(String),
    confidence  UInt8,
    trigger     LowCardinality(String),
    how         LowCardinality(String),
    person      LowCardinality(String),
    user_id     LowCardinality(String),
    reason      String CODEC(ZSTD(1)),
    what        String CODEC(ZSTD(1)),
    due_at      DateTime64(3, 'UTC'),
    digest      String CODEC(ZSTD(1)),
    command     String CODEC(ZSTD(3)),
    ingested_at DateTime64(3, 'UTC'),
    seniority   UInt64,
    INDEX command_idx command_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (lead_id, command_id, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS assistant_lines ON CLUSTER 'main'
(
    person      String,
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    side        LowCardinality(String),
    line_id     String,
    lead_id     String,
    name        LowCardinality(String),
    via         LowCardinality(String),
    text        String CODEC(ZSTD(3)),
    of          String,
    question    Bool,
    options     String CODEC(ZSTD(1)),
    choice      Int16,
    command     String,
    ingested_at DateTime64(3, 'UTC'),
    seniority   UInt64,
    CONSTRAINT side_known CHECK side IN ('asked', 'said')
)
ENGINE = ReplicatedReplacingMergeTree(seniority)
ORDER BY (person, ts, side, line_id)
TTL toDateTime(ts) + INTERVAL 1 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- 0026_small_blocks.sql
ALTER TABLE events ON CLUSTER 'main' MODIFY SETTING min_compress_block_size = 8192;

-- 0027_scanned_columns.sql
ALTER TABLE events ON CLUSTER 'main' MODIFY COLUMN ingested_at MODIFY SETTING min_compress_block_size = 65536;

ALTER TABLE events ON CLUSTER 'main' MODIFY COLUMN stored_at MODIFY SETTING min_compress_block_size = 65536;

