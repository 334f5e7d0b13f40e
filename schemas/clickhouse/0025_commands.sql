-- What became of the assistant's proposals: a row a change of a command's state, the first record of each counts. `command` is what was signed, JSON
-- (schemas/commands.py); with it and `digest` anybody can verify what people were shown.
CREATE TABLE IF NOT EXISTS command_events
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
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, command_id, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- What our people said to the assistant, and what it answered: a row a line. `person` is whose talk it is (`web/USER`, `tg:ID`).
CREATE TABLE IF NOT EXISTS assistant_lines
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
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (person, ts, side, line_id)
TTL toDateTime(ts) + INTERVAL 1 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;
