-- What a person said became of a client, a row a word; the newest one counts. Kept as long as the client: who left stays gone.
CREATE TABLE IF NOT EXISTS outcomes
(
    lead_id     String,
    ts          DateTime64(3, 'UTC'),
    event_id    UInt64,
    outcome     LowCardinality(String),
    since_day   String,
    reason      String CODEC(ZSTD(3)),
    author      String,
    ingested_at DateTime64(3, 'UTC'),
    seniority   UInt64,
    CONSTRAINT outcome_known CHECK outcome IN ('left', 'stays', 'returned')
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, ts, event_id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW IF NOT EXISTS outcomes_current AS
SELECT lead_id, toString(argMax(outcome, (ts, event_id))) AS outcome, toDate32(argMax(since_day, (ts, event_id))) AS outcome_since,
    argMax(reason, (ts, event_id)) AS reason, argMax(author, (ts, event_id)) AS author, max(ts) AS said_at
FROM outcomes FINAL GROUP BY lead_id;

-- As in 0011, and what became of him; empty where nobody has said it.
CREATE OR REPLACE VIEW leads AS
SELECT
    k.lead_id AS lead_id, c.client AS client, c.curator AS curator, c.card AS card, k.since AS since, k.last_event AS last_event,
    s.points AS points, s.level AS level, s.reasons AS reasons, s.updated_at AS updated_at, a.open_alerts AS open_alerts,
    a.confirmed AS confirmed, o.outcome AS outcome, if(o.outcome = '', NULL, o.outcome_since) AS outcome_since
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
) AS a ON a.lead_id = k.lead_id
LEFT JOIN outcomes_current AS o ON o.lead_id = k.lead_id;
