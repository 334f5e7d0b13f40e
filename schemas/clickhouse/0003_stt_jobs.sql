-- What each version of a transcript cost and how well it went: one row per (recording, version).
-- `billed_units` as the engines count them (SpeechKit: 15 s per session, rounded up); `seconds` is the job's wall time,
-- which is short where finished segments were taken over. `first_event_ms` is the slowest segment's. `segments` is JSON.
CREATE TABLE IF NOT EXISTS stt_jobs
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
ENGINE = ReplacingMergeTree(transcribed_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (recording_id, version, ts)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;
