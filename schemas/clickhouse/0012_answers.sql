-- What a person did about a dead letter (`leadpulse dlq`), who and when. A letter without a row here is open.
CREATE TABLE IF NOT EXISTS failure_answers
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
ENGINE = ReplacingMergeTree(ingested_at)
ORDER BY (topic, partition, offset, agent, ts)
TTL toDateTime(ts) + INTERVAL 90 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- Each letter with its answer; `answer` is empty while it is open. Without the record and the fault's text: they may hold
-- words of clients.
CREATE VIEW IF NOT EXISTS failures_current AS
SELECT f.ts AS ts, f.agent AS agent, f.topic AS topic, f.partition AS partition, f.offset AS offset,
    f.error_class AS error_class, f.ingested_at AS ingested_at, a.answer AS answer, a.answered_by AS answered_by,
    a.ingested_at AS answered_at
FROM (SELECT ts, agent, topic, partition, offset, error_class, ingested_at FROM failures FINAL) AS f
LEFT JOIN (SELECT ts, agent, topic, partition, offset, answer, answered_by, ingested_at FROM failure_answers FINAL) AS a
    ON f.topic = a.topic AND f.partition = a.partition AND f.offset = a.offset AND f.agent = a.agent AND f.ts = a.ts;
