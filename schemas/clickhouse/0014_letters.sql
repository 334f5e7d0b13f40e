-- Which of several letters of one place it is: messages of the outbox stand on no place of their own.
ALTER TABLE failures
    ADD COLUMN IF NOT EXISTS item String CODEC(ZSTD(1)) AFTER offset,
    MODIFY ORDER BY (topic, partition, offset, agent, ts, item);

ALTER TABLE failure_answers
    ADD COLUMN IF NOT EXISTS item String CODEC(ZSTD(1)) AFTER offset,
    MODIFY ORDER BY (topic, partition, offset, agent, ts, item);

CREATE OR REPLACE VIEW failures_current AS
SELECT f.ts AS ts, f.agent AS agent, f.topic AS topic, f.partition AS partition, f.offset AS offset, f.item AS item,
    f.error_class AS error_class, f.ingested_at AS ingested_at, a.answer AS answer, a.answered_by AS answered_by,
    a.ingested_at AS answered_at
FROM (SELECT ts, agent, topic, partition, offset, item, error_class, ingested_at FROM failures FINAL) AS f
LEFT JOIN (SELECT ts, agent, topic, partition, offset, item, answer, answered_by, ingested_at FROM failure_answers FINAL) AS a
    ON f.topic = a.topic AND f.partition = a.partition AND f.offset = a.offset AND f.agent = a.agent AND f.ts = a.ts
        AND f.item = a.item;
