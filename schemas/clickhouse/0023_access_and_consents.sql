-- The access log as SQL asks for it: who opened what, when, of which client. The proof is the chain on the topic (`leadpulse audit verify`);
-- `writer`, `number` and `digest` lead from a row to its line there. It says whom of ours, and nobody's words: an erasure leaves it.
CREATE TABLE IF NOT EXISTS access_log
(
    ts          DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    writer      String CODEC(ZSTD(1)),
    number      UInt64 CODEC(Delta(8), ZSTD(1)),
    user_id     LowCardinality(String),
    person      LowCardinality(String),
    deed        LowCardinality(String),
    lead_id     String CODEC(ZSTD(1)),
    object      String CODEC(ZSTD(1)),
    address     LowCardinality(String),
    digest      String CODEC(ZSTD(1)),
    ingested_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    INDEX lead_idx lead_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(ingested_at)
ORDER BY (ts, writer, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- Who agreed to what: every record of the register, the last one of a person counts. `gone`: nothing is noted of him any more. No contacts: they
-- are for knowing him again, not for figures.
CREATE TABLE IF NOT EXISTS consents
(
    person_id    String,
    person       String CODEC(ZSTD(1)),
    leads        Array(String),
    basis        LowCardinality(String),
    document     String CODEC(ZSTD(1)),
    text_version String CODEC(ZSTD(1)),
    scope        Array(LowCardinality(String)),
    given_on     String,
    until_day    String,
    withdrawn_on String,
    objected_on  String,
    reason       String CODEC(ZSTD(1)),
    noted_by     String,
    noted_at     DateTime64(3, 'UTC'),
    gone         Bool,
    position     UInt64,
    CONSTRAINT basis_known CHECK basis IN ('', 'consent', 'contract', 'law', 'interest')
)
ENGINE = ReplacingMergeTree(position)
ORDER BY person_id
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;

-- A row a person and client, as it stands today; the rules are those of `processors.privacy.register`.
CREATE OR REPLACE VIEW consents_current AS
WITH toString(toDate(now64(3), 'Europe/Moscow')) AS today
SELECT
    person_id, person, arrayJoin(leads) AS lead_id, basis, document, text_version, given_on, until_day, withdrawn_on, objected_on, reason,
    noted_by, noted_at,
    multiIf(
        (objected_on != '' AND objected_on <= today) OR (withdrawn_on != '' AND withdrawn_on <= today), 'objected',
        basis != '' AND given_on <= today AND (until_day = '' OR until_day >= today), 'basis',
        'none') AS standing,
    standing = 'none' OR (standing = 'basis' AND has(scope, 'record')) AS may_record,
    standing = 'none' OR (standing = 'basis' AND has(scope, 'transcript')) AS may_transcribe,
    standing = 'none' OR (standing = 'basis' AND has(scope, 'llm_external')) AS may_go_outside
FROM consents FINAL
WHERE NOT gone;
