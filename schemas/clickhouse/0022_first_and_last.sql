-- When a client was first and last heard of, read without looking at every event: each part of `events` keeps it by client and
-- kind. ClickHouse makes it anew with every part: after a merge, a deletion (moved, erased) and the TTL.
ALTER TABLE events MODIFY SETTING deduplicate_merge_projection_mode = 'rebuild', lightweight_mutation_projection_mode = 'rebuild';

ALTER TABLE events ADD PROJECTION IF NOT EXISTS first_and_last (SELECT lead_id, kind, min(ts), max(ts) GROUP BY lead_id, kind);

ALTER TABLE events MATERIALIZE PROJECTION first_and_last;

-- As in 0017; events are grouped before the cards come to them, in the projection's words, else it would not be read.
CREATE OR REPLACE VIEW leads AS
SELECT
    k.lead_id AS lead_id, c.client AS client, c.curator AS curator, c.card AS card, k.since AS since, k.last_event AS last_event,
    s.points AS points, s.level AS level, s.reasons AS reasons, s.updated_at AS updated_at, a.open_alerts AS open_alerts,
    a.confirmed AS confirmed, o.outcome AS outcome, if(o.outcome = '', NULL, o.outcome_since) AS outcome_since
FROM
(
    SELECT lead_id, min(first) AS since, max(last) AS last_event
    FROM
    (
        SELECT lead_id, toNullable(min(ts)) AS first, toNullable(max(ts)) AS last FROM events
        WHERE lead_id != '' AND kind NOT IN ('baseline', 'tick', 'fleet', 'events_moved')
        GROUP BY lead_id
        UNION ALL
        SELECT lead_id, NULL, NULL FROM cards FINAL WHERE NOT gone
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
