-- What a client said and what was written to him, client by client: where answers to questions about him are looked for. `said` stands
-- in the order of time for the search over all clients; to read one client there is to read everybody.
-- A row an utterance or a text. `of` names what it is a version of (a message, a call's words, a meeting's, its minutes): of the rows with one
-- `kind` and `of` only the newest event's count (the highest `version`; of a message and a note the last change), and a row without text says that
-- there is nothing left. `words` are those of the text, as the search cuts them, and no lemmas: a question brings its words in all forms, so
-- that a new word list needs no new rows.
CREATE TABLE IF NOT EXISTS passages
(
    lead_id   String,
    event_id  UInt64 CODEC(NONE),
    number    UInt32 CODEC(ZSTD(1)),
    ts        DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    kind      LowCardinality(String),
    of        String CODEC(ZSTD(1)),
    version   UInt32 CODEC(ZSTD(1)),
    thread      String CODEC(ZSTD(1)),
    speaker   LowCardinality(String),
    side      LowCardinality(String),
    at_ms     UInt32 CODEC(ZSTD(1)),
    text      String CODEC(ZSTD(3)),
    seniority UInt64 CODEC(ZSTD(1)),
    words     Array(LowCardinality(String))
        MATERIALIZED tokens(translateUTF8(lowerUTF8(text), 'ё«»“”„—–…', 'е        '), 'splitByNonAlpha') CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(seniority)
ORDER BY (lead_id, event_id, number)
TTL toDateTime(ts) + INTERVAL 3 YEAR DELETE
SETTINGS index_granularity = 1024, merge_with_ttl_timeout = 604800, non_replicated_deduplication_window = 1000,
    fsync_after_insert = 1, fsync_part_directory = 1;

-- What was stored before; done twice it is the same.
INSERT INTO passages (lead_id, event_id, number, ts, kind, of, version, thread, speaker, side, at_ms, text, seniority)
WITH
    JSONExtractString(payload, 'chat_id') AS chat,
    JSONExtractString(payload, 'call_id') AS call,
    JSONExtractString(payload, 'recording_id') AS recording,
    arrayMap(field -> field.2, arrayFilter(field -> match(field.2, '[А-Яа-яЁё]{3}'), JSONExtractKeysAndValues(payload, 'fields', 'String')))
        AS told
SELECT
    lead_id, event_id, 0, ts,
    multiIf(e.kind LIKE 'message%', 'message', e.kind LIKE 'call%', 'call', e.kind = 'crm_changed', 'crm',
        e.kind IN ('meeting_minutes', 'chat_summary'), 'minutes', e.kind) AS passage,
    multiIf(passage = 'message', concat(chat, '/', JSONExtractString(payload, 'message_id')), passage = 'call', call,
        e.kind = 'note', JSONExtractString(payload, 'note_id'),
        e.kind = 'meeting_minutes', recording, e.kind = 'chat_summary', concat('chat ', JSONExtractString(payload, 'day')), ''),
    multiIf(e.kind = 'message_edited', 1, e.kind = 'message_deleted', 2, e.kind = 'call_transcribed',
        ifNull(JSONExtract(payload, 'version', 'Nullable(UInt32)'), 1), passage = 'minutes',
        ifNull(JSONExtract(payload, 'minutes', 'version', 'Nullable(UInt32)'), 1), 0),
    multiIf(passage = 'message', chat, passage = 'call', call, e.kind = 'mail', JSONExtractString(payload, 'mail_id'),
        passage = 'minutes', recording, e.kind = 'note', JSONExtractString(payload, 'note_id'),
        concat(JSONExtractString(payload, 'entity'), '/', JSONExtractString(payload, 'entity_id'))),
    JSONExtractString(payload, 'author', 'name'),
    multiIf(action IN ('client', 'in'), 'client', action IN ('staff', 'out'), 'staff', ''),
    0,
    multiIf(passage = 'crm', arrayStringConcat(told, '. '), JSONExtractBool(payload, 'gone'), '', arrayStringConcat(arrayFilter(part -> part != '',
        [JSONExtractString(payload, 'subject'), JSONExtractString(payload, 'text'), JSONExtractString(payload, 'minutes', 'summary')]), '. '))
        AS said,
    seniority
FROM events AS e
WHERE lead_id != '' AND e.kind IN ('message', 'message_edited', 'message_deleted', 'mail', 'call', 'call_transcribed', 'note', 'meeting_minutes',
    'chat_summary', 'crm_changed') AND (said != '' OR e.kind IN ('message_edited', 'message_deleted', 'call_transcribed', 'note'));

INSERT INTO passages (lead_id, event_id, number, ts, kind, of, version, thread, speaker, side, at_ms, text, seniority)
SELECT t.lead_id, e.event_id, t.number, t.ts + toIntervalMillisecond(t.start_ms), 'said', t.recording_id, t.version, t.recording_id,
    t.speaker, '', t.start_ms, t.text, t.seniority
FROM transcripts AS t
LEFT JOIN (SELECT lead_id, seniority, any(event_id) AS event_id FROM events WHERE kind = 'meeting_transcribed' GROUP BY lead_id, seniority) AS e
    ON e.lead_id = t.lead_id AND e.seniority = t.seniority;

INSERT INTO passages (lead_id, event_id, number, ts, kind, of, version, thread, speaker, side, at_ms, text, seniority)
SELECT lead_id, event_id, 0, ts, 'said', JSONExtractString(payload, 'recording_id'), JSONExtractUInt(payload, 'version'),
    JSONExtractString(payload, 'recording_id'), '', '', 0, '', seniority
FROM events WHERE kind = 'meeting_transcribed' AND lead_id != '' AND length(JSONExtractArrayRaw(payload, 'utterances')) = 0;
