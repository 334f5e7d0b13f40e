-- Talks from before `promised` was there: the search tells by this table which minutes are the newest. What is there
-- already has the same key and place, so done twice it is the same.
INSERT INTO promised (lead_id, talk, kind, event_id, ts, version, owners, dues, texts, ingested_at, position)
SELECT
    lead_id,
    if(kind = 'meeting_minutes', JSONExtractString(payload, 'recording_id'), concat('chat:', toString(toUnixTimestamp64Milli(ts)))),
    if(kind = 'meeting_minutes', 'meeting', 'chat'),
    event_id, ts,
    if(kind = 'meeting_minutes', JSONExtractUInt(payload, 'minutes', 'version'), 0),
    arrayMap(one -> replaceRegexpOne(JSONExtractString(one, 'owner'), '^не указан$', ''), JSONExtractArrayRaw(payload, 'minutes', 'actions')),
    arrayMap(one -> replaceRegexpOne(JSONExtractString(one, 'due'), '^не указан$', ''), JSONExtractArrayRaw(payload, 'minutes', 'actions')),
    arrayMap(one -> JSONExtractString(one, 'text'), JSONExtractArrayRaw(payload, 'minutes', 'actions')),
    ingested_at, bitNot(seniority)
FROM events
WHERE kind IN ('meeting_minutes', 'chat_summary');
