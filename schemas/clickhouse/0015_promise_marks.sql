-- Which promise is which: by its talk and its words, so that minutes made anew keep it where the words stay. As
-- `processors.promises` has it.
ALTER TABLE promised ADD COLUMN IF NOT EXISTS ids Array(UInt64)
    MATERIALIZED arrayMap(text -> reinterpretAsUInt64(reverse(substring(SHA256(concat(talk, '\n', text)), 1, 8))), texts)
    AFTER texts;

ALTER TABLE promised MATERIALIZE COLUMN ids;

-- What a person said of a promise, a row a word. Read it through `promises`, where the newest one counts.
CREATE TABLE IF NOT EXISTS promise_marks
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
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, promise, ts, event_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- A promise a row. `due_day` is empty where no day was named. `state`: `kept`, `broken`, `cancelled` as a person said last; else
-- `open` (its day is still to come, or today), `past` (its day is over), `undated`.
CREATE OR REPLACE VIEW promises AS
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
