-- When the day's chats were last handed over to be summarised.
CREATE TABLE IF NOT EXISTS chat_days
(
    until    DateTime64(3, 'UTC'),
    leads    UInt32,
    asked_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(asked_at)
ORDER BY until
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Every call of a language model: what it cost, how it ended, and whether words left the house. No words, only hashes.
CREATE TABLE IF NOT EXISTS llm_calls
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
ENGINE = ReplacingMergeTree(ingested_at)
PARTITION BY toYYYYMM(ts)
ORDER BY (ts, call_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS ttl_only_drop_parts = 1, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;
