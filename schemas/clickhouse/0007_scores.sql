-- Every score of a client, with all that made it: weight, strength and age of each part, so that any past one can be explained.
CREATE TABLE IF NOT EXISTS scores
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
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, score_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- Each client's score as it stands.
CREATE VIEW IF NOT EXISTS scores_current AS
SELECT * FROM scores FINAL ORDER BY lead_id, ts DESC, version DESC LIMIT 1 BY lead_id;
