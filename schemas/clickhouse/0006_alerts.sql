-- Why an alert rang or did not, and what its text was made of: the report says it, and the figures of all clients count it.
ALTER TABLE alerts
    ADD COLUMN IF NOT EXISTS rings Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS rung UInt16 DEFAULT 0,
    ADD COLUMN IF NOT EXISTS held LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS ring_at DateTime64(3, 'UTC') DEFAULT 0,
    ADD COLUMN IF NOT EXISTS within LowCardinality(String) DEFAULT '',
    ADD COLUMN IF NOT EXISTS escalated Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS cleared Bool DEFAULT false,
    ADD COLUMN IF NOT EXISTS figures String DEFAULT '{}' CODEC(ZSTD(3));

-- A view keeps the columns that its table had when it was made.
CREATE OR REPLACE VIEW alerts_current AS
SELECT * FROM alerts FINAL ORDER BY alert_id, version DESC LIMIT 1 BY alert_id;
