-- What people and dashboards read: each thing once, in its newest version.
CREATE VIEW IF NOT EXISTS transcripts_current AS
SELECT * FROM transcripts FINAL
WHERE (recording_id, lead_id, version) IN (SELECT recording_id, lead_id, version FROM recordings FINAL);

CREATE VIEW IF NOT EXISTS alerts_current AS
SELECT * FROM alerts FINAL ORDER BY alert_id, version DESC LIMIT 1 BY alert_id;

-- Moscow days of a client, exact: repeated deliveries are counted once.
CREATE VIEW IF NOT EXISTS lead_days AS
SELECT lead_id, toDate(ts, 'Europe/Moscow') AS day, kind, action, count() AS events, sum(qty) AS qty, max(ts) AS last_ts
FROM events FINAL
WHERE lead_id != ''
GROUP BY lead_id, day, kind, action;
