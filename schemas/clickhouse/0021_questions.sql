-- Questions that people asked about a client, each with its answer as it was told, and their verdict on it: a row a question, the last
-- record counts. `body` is the whole of it, JSON (schemas/answers.py).
CREATE TABLE IF NOT EXISTS questions
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
ENGINE = ReplacingMergeTree(position)
ORDER BY (lead_id, question_id)
TTL toDateTime(ts) + INTERVAL 1 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;
