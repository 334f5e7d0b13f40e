-- What dashboards missed. `stored_at`: when a row was written here; what comes again (after a kill, in a replay) has the
-- time of its last coming. Of rows from before it is not known: 1970.
ALTER TABLE events ADD COLUMN IF NOT EXISTS stored_at DateTime64(3, 'UTC') DEFAULT 0 CODEC(Delta(8), ZSTD(1));

-- unless: SELECT count() FROM system.columns WHERE database = currentDatabase() AND table = 'events' AND name = 'stored_at' AND default_expression LIKE '%now64%'
ALTER TABLE events MATERIALIZE COLUMN stored_at;

ALTER TABLE events MODIFY COLUMN stored_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') CODEC(Delta(8), ZSTD(1));

-- The alert that a signal opened or went into; 0 where a person's word keeps it from being one.
ALTER TABLE signals ADD COLUMN IF NOT EXISTS alert_id UInt64 DEFAULT 0 AFTER signal_id;

-- Where the time went: the recording ended, it was queued, its work began. 1970: not known.
ALTER TABLE stt_jobs
    ADD COLUMN IF NOT EXISTS ended_at DateTime64(3, 'UTC') DEFAULT 0 AFTER ts,
    ADD COLUMN IF NOT EXISTS queued_at DateTime64(3, 'UTC') DEFAULT 0 AFTER ended_at,
    ADD COLUMN IF NOT EXISTS started_at DateTime64(3, 'UTC') DEFAULT 0 AFTER queued_at;

-- Who a client is: what each source tells of him. An empty row takes back what its source told.
CREATE TABLE IF NOT EXISTS cards
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
ENGINE = ReplacingMergeTree(position)
ORDER BY (lead_id, source)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- A client in one row: his name, his curator, when we first and last heard of him, and his risk as it stands. Of each
-- field counts what a person said by hand, else what was told last.
CREATE VIEW IF NOT EXISTS leads AS
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

-- What was promised in a talk: one row a meeting or day of chats, its newest minutes. Read it through `promises`.
CREATE TABLE IF NOT EXISTS promised
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
ENGINE = ReplacingMergeTree(precedence)
ORDER BY (lead_id, talk)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- A promise a row. `due_day` is empty where no day was named. `state`: `open` (its day is still to come, or today), `past` (its day is
-- over), `undated`. Whether it was kept nobody marks yet, so nothing here says so.
CREATE VIEW IF NOT EXISTS promises AS
SELECT
    lead_id, talk, kind, ts, number, owners[number] AS owner, texts[number] AS text, dues[number] AS due,
    if(match(due, '^\\d{4}-\\d\\d-\\d\\d$'), toDate32OrNull(due), NULL) AS due_day,
    multiIf(due_day IS NULL, 'undated', due_day >= toDate(now64(3), 'Europe/Moscow'), 'open', 'past') AS state
FROM promised FINAL
ARRAY JOIN arrayEnumerate(texts) AS number;

-- What Telegram and the mail were given: a row a change of a message in `notify.outbox`. Read it through `deliveries`.
CREATE TABLE IF NOT EXISTS outbox
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
ENGINE = ReplacingMergeTree(at)
ORDER BY (key, partition, offset, state)
TTL toDateTime(at) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- A message a row: whether it reached anybody, how often that was tried, and seconds from the news to the chat.
CREATE VIEW IF NOT EXISTS deliveries AS
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

-- Moscow days of a client as they stood at the last nightly count: exact, and read without counting anew. `made_at` is
-- the night; a night is whole when it stands in `days_made`.
CREATE TABLE IF NOT EXISTS days_kept
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
ENGINE = ReplacingMergeTree
PARTITION BY toUnixTimestamp(made_at)
ORDER BY (lead_id, day, kind, action, made_at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS days_made
(
    made_at DateTime64(3, 'UTC'),
    rows    UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY made_at
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS days AS
SELECT * FROM days_kept FINAL WHERE made_at = (SELECT max(made_at) FROM days_made);
