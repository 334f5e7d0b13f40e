-- What the readers of sources report: a row a report, at every change and else every few minutes. Times in ms UTC.
CREATE TABLE IF NOT EXISTS source_rounds
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
ENGINE = ReplacingMergeTree(ingested_at)
ORDER BY (source, way, ts)
TTL toDateTime(ts) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Every source hour by hour: what came, how late, what could not be used, how its reading went, and whether it is silent by
-- its own habit. The row of an hour is written anew while it changes. `events` are live ones, `history` is of imports;
-- `last_event`, `last_round`, `due_at` (it is silent if nothing comes before), `state` and `since` are as at the hour's end.
CREATE TABLE IF NOT EXISTS sources
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
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (source, hour)
TTL hour + INTERVAL 3 YEAR DELETE
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Each source as it stands.
CREATE VIEW IF NOT EXISTS sources_current AS
SELECT * FROM sources FINAL ORDER BY source, hour DESC LIMIT 1 BY source;
