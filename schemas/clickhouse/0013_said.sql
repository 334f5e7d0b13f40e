-- Everything that was said or written, a row an utterance or a text, in the order of time: the search reads the newest rows that
-- the text index names, and stops. `events` and `transcripts` stand client by client: there a common word is read to its last row.
-- What counts is decided there all the same: a row here that `events` or `recordings` does not confirm is not found.
-- `number`: of an utterance, 0 of all else; `chat`, `message`: of a chat message, what changes and deletions name it by.
CREATE TABLE IF NOT EXISTS said
(
    ts           DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    event_id     UInt64 CODEC(ZSTD(1)),
    number       UInt32 CODEC(ZSTD(1)),
    lead_id      String CODEC(ZSTD(1)),
    source       LowCardinality(String),
    kind         LowCardinality(String),
    recording_id String CODEC(ZSTD(1)),
    version      UInt32 CODEC(ZSTD(1)),
    chat         String CODEC(ZSTD(1)),
    message      String CODEC(ZSTD(1)),
    speaker      LowCardinality(String),
    text         String CODEC(ZSTD(3)),
    seniority    UInt64 CODEC(ZSTD(1)),
    INDEX text_idx text TYPE text(tokenizer = 'splitByNonAlpha', preprocessor = translateUTF8(lowerUTF8(text), 'ё«»“”„—–…', 'е        ')),
    INDEX lead_idx lead_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (ts, event_id, number, lead_id)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- What was stored before; done twice it is the same.
INSERT INTO said (ts, event_id, number, lead_id, source, kind, recording_id, version, chat, message, speaker, text, seniority)
SELECT ts, event_id, 0, lead_id, source, kind, '', 0, JSONExtractString(payload, 'chat_id'), JSONExtractString(payload, 'message_id'),
    JSONExtractString(payload, 'author', 'name'),
    arrayStringConcat(arrayFilter(part -> part != '', [JSONExtractString(payload, 'subject'), JSONExtractString(payload, 'text'),
        JSONExtractString(payload, 'minutes', 'summary')]), '. ') AS words,
    seniority
FROM events
WHERE kind IN ('message', 'message_edited', 'mail', 'call', 'call_transcribed', 'note', 'meeting_minutes', 'chat_summary') AND words != '';

INSERT INTO said (ts, event_id, number, lead_id, source, kind, recording_id, version, chat, message, speaker, text, seniority)
SELECT t.ts + toIntervalMillisecond(t.start_ms), e.event_id, t.number, t.lead_id, 'meeting', 'meeting_transcribed', t.recording_id,
    t.version, '', '', t.speaker, t.text, t.seniority
FROM transcripts AS t
LEFT JOIN (SELECT lead_id, seniority, any(event_id) AS event_id FROM events WHERE kind = 'meeting_transcribed' GROUP BY lead_id, seniority) AS e
    ON e.lead_id = t.lead_id AND e.seniority = t.seniority;
