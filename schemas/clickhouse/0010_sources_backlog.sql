-- What has come and is not read yet; sources of one kind share a topic, and so this figure.
ALTER TABLE sources ADD COLUMN IF NOT EXISTS backlog UInt64 AFTER rejected;

CREATE OR REPLACE VIEW sources_current AS
SELECT * FROM sources FINAL ORDER BY source, hour DESC LIMIT 1 BY source;
