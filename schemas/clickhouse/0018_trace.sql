-- A trace through the store: from an event, a raw record, or what its source calls it, to signals, alerts and deliveries.
-- `events` stands client by client: three bloom filters name the granules that may have it (10 M rows: 16 to 40 ms of CPU).
ALTER TABLE events ADD COLUMN IF NOT EXISTS origin String DEFAULT JSONExtractString(payload, 'origin') CODEC(ZSTD(1));

ALTER TABLE events ADD COLUMN IF NOT EXISTS ref String DEFAULT multiIf(
    kind IN ('message', 'message_edited', 'message_deleted'),
        concat(JSONExtractString(payload, 'chat_id'), '/', JSONExtractString(payload, 'message_id')),
    kind IN ('meeting_recorded', 'meeting_transcribed', 'meeting_minutes'), JSONExtractString(payload, 'recording_id'),
    kind IN ('reservation', 'pick', 'shipment', 'inbound', 'return', 'adjustment', 'stock_snapshot'), JSONExtractString(payload, 'doc'),
    kind IN ('call', 'call_transcribed'), JSONExtractString(payload, 'call_id'),
    kind = 'meeting_room', JSONExtractString(payload, 'meeting_id'),
    kind = 'mail', JSONExtractString(payload, 'mail_id'),
    kind = 'note', JSONExtractString(payload, 'note_id'),
    kind = 'crm_changed', concat(JSONExtractString(payload, 'entity'), ':', JSONExtractString(payload, 'entity_id')),
    '') CODEC(ZSTD(1));

ALTER TABLE events
    ADD INDEX IF NOT EXISTS event_idx event_id TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS origin_idx origin TYPE bloom_filter(0.01) GRANULARITY 1,
    ADD INDEX IF NOT EXISTS ref_idx ref TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE events MATERIALIZE COLUMN origin, MATERIALIZE COLUMN ref;

ALTER TABLE events MATERIALIZE INDEX event_idx, MATERIALIZE INDEX origin_idx, MATERIALIZE INDEX ref_idx;

ALTER TABLE unassigned ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1));

-- The events that a finding rests on stood in JSON alone.
ALTER TABLE signals
    ADD COLUMN IF NOT EXISTS event_ids Array(UInt64)
        DEFAULT arrayMap(one -> reinterpretAsUInt64(reverse(unhex(JSONExtractString(one, 'event_id')))), JSONExtractArrayRaw(evidence)),
    ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1)),
    ADD INDEX IF NOT EXISTS events_idx event_ids TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE signals MATERIALIZE COLUMN event_ids, MATERIALIZE INDEX events_idx;

ALTER TABLE alerts
    ADD COLUMN IF NOT EXISTS event_ids Array(UInt64)
        DEFAULT arrayMap(one -> reinterpretAsUInt64(reverse(unhex(JSONExtractString(one, 'event_id')))), JSONExtractArrayRaw(evidence)),
    ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1)),
    ADD INDEX IF NOT EXISTS events_idx event_ids TYPE bloom_filter(0.01) GRANULARITY 1;

ALTER TABLE alerts MATERIALIZE COLUMN event_ids, MATERIALIZE INDEX events_idx;

CREATE OR REPLACE VIEW alerts_current AS
SELECT * FROM alerts FINAL ORDER BY alert_id, version DESC LIMIT 1 BY alert_id;

-- Of a message: the raw record that it tells of, and when Telegram is asked again.
ALTER TABLE outbox
    ADD COLUMN IF NOT EXISTS retry_at DateTime64(3, 'UTC') DEFAULT 0 AFTER doubt,
    ADD COLUMN IF NOT EXISTS origin String DEFAULT '' CODEC(ZSTD(1)) AFTER retry_at;

-- What files, Bitrix24, Open Notebook and n8n were given, and what became of it: a row an outcome. Read it through `deliveries`.
CREATE TABLE IF NOT EXISTS handovers
(
    outlet    LowCardinality(String),
    topic     LowCardinality(String),
    partition UInt32,
    offset    UInt64,
    key       String,
    version   UInt32,
    outcome   LowCardinality(String),
    given_at  DateTime64(3, 'UTC'),
    at        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    tries     UInt32,
    retry_at  DateTime64(3, 'UTC'),
    error     String CODEC(ZSTD(3)),
    lead_id   String,
    origin    String CODEC(ZSTD(1)),
    CONSTRAINT outcome_known CHECK outcome IN ('waiting', 'delivered', 'refused')
)
ENGINE = ReplacingMergeTree(at)
ORDER BY (topic, partition, offset, outcome)
TTL toDateTime(at) + INTERVAL 3 YEAR DELETE
SETTINGS merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- A thing a row, to people (`telegram`: also where it went by mail) and to other systems: whether it arrived, how often that
-- was tried, and seconds from the news. What was tried until it became a dead letter has failed, too.
CREATE OR REPLACE VIEW deliveries AS
SELECT
    'telegram' AS outlet, key, version, any(topic) AS topic, any(receiver) AS receiver, max(news) AS news,
    min(wanted_at) AS wanted_at,
    minIf(at, state IN ('sent', 'mailed')) AS delivered_at,
    multiIf(countIf(state = 'sent') > 0, 'sent', countIf(state = 'mailed') > 0, 'mailed', countIf(state = 'failed') > 0, 'failed',
        'waiting') AS result,
    countIf(state = 'calling') AS tries,
    if(result IN ('sent', 'mailed'), dateDiff('millisecond', wanted_at, delivered_at) / 1000, NULL) AS seconds,
    max(doubt) AS repeated, argMaxIf(error, at, error != '') AS error, argMax(retry_at, at) AS retry_at,
    anyIf(origin, origin != '') AS origin, anyIf(chat, chat != 0) AS chat, max(message_id) AS message_id
FROM outbox FINAL
GROUP BY key, version
UNION ALL
SELECT
    h.outlet AS outlet, h.key AS key, h.version AS version, any(h.topic) AS topic, any(concat('lead:', h.lead_id)) AS receiver, true AS news,
    min(h.given_at) AS wanted_at,
    minIf(h.at, h.outcome = 'delivered') AS delivered_at,
    multiIf(countIf(h.outcome = 'delivered') > 0, 'sent',
        countIf(h.outcome = 'refused' OR (h.topic, h.partition, h.offset) IN (SELECT topic, partition, offset FROM failures)) > 0, 'failed',
        'waiting') AS result,
    max(h.tries) AS tries,
    if(result = 'sent', dateDiff('millisecond', wanted_at, delivered_at) / 1000, NULL) AS seconds,
    false AS repeated, argMaxIf(h.error, h.at, h.error != '') AS error, argMax(h.retry_at, h.at) AS retry_at,
    anyIf(h.origin, h.origin != '') AS origin, toInt64(0) AS chat, toInt64(0) AS message_id
FROM (SELECT * FROM handovers FINAL) AS h
GROUP BY h.outlet, h.key, h.version;

-- Offsets of `lead.events` that came in a minute of the broker's clock, as sets: a replay adds nothing. Read it through
-- `edges_minute`.
CREATE TABLE IF NOT EXISTS events_minute
(
    minute    DateTime('UTC'),
    source    LowCardinality(String),
    kind      LowCardinality(String),
    partition UInt32,
    block     UInt64,
    offsets   SimpleAggregateFunction(groupUniqArrayArray, Array(UInt16))
)
ENGINE = AggregatingMergeTree
ORDER BY (minute, source, kind, partition, block)
TTL minute + INTERVAL 29 DAY DELETE
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- How much went where in a minute: events by source and kind, dead letters by the stage that wrote them, deliveries by outlet.
CREATE VIEW IF NOT EXISTS edges_minute AS
SELECT minute, 'event' AS edge, source AS name, kind, sum(many) AS records
FROM
(
    SELECT minute, source, kind, length(groupUniqArrayArray(offsets)) AS many
    FROM events_minute GROUP BY minute, source, kind, partition, block
)
GROUP BY minute, source, kind
UNION ALL
SELECT toStartOfMinute(toDateTime(ingested_at, 'UTC')) AS minute, 'dead_letter' AS edge, agent AS name, error_class AS kind, count() AS records
FROM failures FINAL GROUP BY minute, name, kind
UNION ALL
SELECT toStartOfMinute(toDateTime(delivered_at, 'UTC')) AS minute, 'delivery' AS edge, outlet AS name, result AS kind, count() AS records
FROM deliveries WHERE result IN ('sent', 'mailed') GROUP BY minute, name, kind;
