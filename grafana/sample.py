"""An invented company of forty clients in the store, for pictures and tests: two months, always the same.

Statements for an empty, migrated database. Times hang on `now` (s UTC) only; what looks like chance is a hash.
"""

from collections.abc import Iterator

CLIENTS = 40
DAYS = 60
"""What is drawn of the past."""


def statements(now: int) -> Iterator[str]:
    """To be run one after the other."""
    names = {"now": f"toDateTime64({now}, 3, 'UTC')", "hours": DAYS * 24, "days": DAYS, "clients": CLIENTS}
    yield from (f"ALTER TABLE {table} REMOVE TTL" for table in _AGING)  # it stays as it was, however old it gets
    for text in _TEXTS:
        yield text.format(**names)


_AGING = (
    "events",
    "scores",
    "signals",
    "promised",
    "promise_marks",
    "said",
    "outbox",
    "failures",
    "unassigned",
    "stt_jobs",
    "sources",
)
_LEAD = "toString(1000 + cityHash64(number, 'lead') % {clients})"
_TEXTS = (
    """INSERT INTO cards (lead_id, source, ts, client, curator, card, gone, ingested_at, position)
    SELECT toString(1000 + number), 'bitrix:main', {now} - INTERVAL 100 DAY, concat('Клиент ', toString(number)),
        ['Анна Белова', 'Пётр Громов', 'Мария Седова', ''][1 + number % 4], '', false, {now} - INTERVAL 100 DAY, number
    FROM numbers({clients})""",
    """INSERT INTO sources (source, hour, events, history, rejected, backlog, lag_ms, lag_max_ms, rounds, failed_rounds, gap_ms,
        last_event, last_round, due_at, state, since, error, updated_at)
    SELECT ['telegram:bot', 'bitrix:main', 'wms:main', 'jibri'][1 + number % 4] AS source,
        toStartOfHour({now} - toIntervalHour(intDiv(number, 4))) AS at, if(hole, 0, intDiv(usual * size, 100)), 0,
        cityHash64(number, 'bad') % 40 = 0, if(number < 4 OR cityHash64(number, 'wait') % 20 = 0, 3 + cityHash64(number) % 900, 0),
        [900, 45000, 2500, 9000][1 + number % 4] + cityHash64(number, 'lag') % 3000, 90000,
        if(number % 4 = 1, 60, 0), if(number % 4 = 1 AND cityHash64(number, 'f') % 12 = 0, 7, 0), 60000,
        if(hole, {now} - 27000, least(at + 1800, {now} - 40)), if(number % 4 = 1, least(at + 3500, {now}), toDateTime(0)), at + 4 * 3600, if(hole, 'silent', 'well'), at, '', least(at + 3600, {now})
    FROM (SELECT number, toHour({now} - toIntervalHour(intDiv(number, 4)), 'Europe/Moscow') AS clock,
        if(clock BETWEEN 9 AND 19, 100, 12) AS size, [120, 40, 300, 4][1 + number % 4] + cityHash64(number) % 40 AS usual,
        number % 4 = 3 AND number < 20 AS hole FROM numbers({hours} * 4))""",
    """INSERT INTO events (lead_id, ts, event_id, source, kind, action, qty, backfill, payload, ingested_at, seniority, stored_at)
    SELECT """
    + _LEAD
    + """, {now} - toIntervalSecond(cityHash64(number, 'when') % (86400 * 14)) AS at, number, 'wms:main', 'reservation',
        'created', 1 + number % 50, false, '{{}}', at + toIntervalMillisecond(cityHash64(number, 'in') % 3000), number,
        at + toIntervalMillisecond(3000 + cityHash64(number, 'store') % 900)
    FROM numbers(20000)""",
    """INSERT INTO days_kept (made_at, lead_id, day, kind, action, events, qty, last_ts)
    SELECT toStartOfHour({now}), toString(1000 + lead), toDate({now}) - 1 - back,
        ['reservation', 'shipment', 'message', 'call', 'meeting_recorded', 'meeting_transcribed'][1 + what], 'created',
        greatest(1, intDiv(cityHash64(number) % 9 * if(toDayOfWeek(toDate({now}) - 1 - back) > 5, 1, 4), 4)) AS events,
        if(what < 2, events * (20 + lead) * if(lead % 9 = 4 AND back < 10, 1, 4), 0),
        toDateTime64(toDate({now}) - 1 - back, 3, 'UTC') + toIntervalHour(12)
    FROM (SELECT number, number % 6 AS what, intDiv(number, 6) % {clients} AS lead, intDiv(number, 6 * {clients}) AS back
        FROM numbers(6 * {clients} * {days}))
    WHERE NOT (lead % 11 = 5 AND back < 9 + lead) AND (what < 3 OR cityHash64(number, 'rare') % 12 = 0)""",
    "INSERT INTO days_made SELECT toStartOfHour({now}), count() FROM days_kept",
    """INSERT INTO scores (lead_id, ts, score_id, version, points, level, background, parts, ingested_at, seniority)
    SELECT toString(1000 + lead), {now} - toIntervalDay(back) - INTERVAL 1 HOUR AS at, number, 1,
        (cityHash64(lead) % 100) * if(back < 10, 1.0, 0.6) AS points,
        multiIf(points >= 70, 'red', points >= 40, 'yellow', 'green'), 5, '[]', at, number
    FROM (SELECT number, number % {clients} AS lead, intDiv(number, {clients}) AS back FROM numbers({clients} * 30))""",
    """INSERT INTO signals (lead_id, ts, signal_id, alert_id, rule, severity, window_start, value, baseline, score, unit,
        evidence, ingested_at, seniority)
    SELECT """
    + _LEAD
    + """, {now} - toIntervalHour(cityHash64(number, 'at') % (24 * 30)) AS at, number, if(cityHash64(number) % 7 = 0, 0, number),
        ['order_silence', 'volume_decline', 'complaint_phrase', 'chat_silence', 'reservation_spike'][1 + number % 5],
        ['warning', 'critical', 'info'][1 + number % 3], at - INTERVAL 7 DAY, 1, 2, 3, 'days', '[]', at, number
    FROM numbers(160)""",
    """INSERT INTO alerts (alert_id, version, lead_id, rule, severity, status, opened_at, updated_at, value, baseline, score, unit,
        acknowledged_by, snoozed_until, verdict, evidence, ingested_at, rings, rung, held, ring_at, within, escalated, cleared)
    SELECT number, 1 + version, """
    + _LEAD
    + """, ['order_silence', 'volume_decline', 'complaint_phrase', 'chat_silence', 'reservation_spike'][1 + number % 5],
        ['warning', 'critical'][1 + number % 2],
        ['open', 'acknowledged', 'resolved'][1 + if(version = 0 OR number % 7 = 0, 0, 1 + number % 2)] AS status,
        {now} - toIntervalHour(6 + cityHash64(number, 'at') % (24 * 28)) AS at,
        at + toIntervalMinute(version * (5 + cityHash64(number, 'min') % 300)), 1, 2, 3, 'days',
        if(status = 'open', '', concat('u', toString(number % 3))), toDateTime64(0, 3, 'UTC'),
        if(status != 'resolved', '', if(cityHash64(number, 'v') % 4 = 0, 'false_alarm', 'confirmed')), '[]', at + version,
        number % 4 != 0, number % 4 != 0, if(number % 4 = 0, ['night', 'budget', 'within'][1 + number % 3], ''),
        toDateTime64(0, 3, 'UTC'), '', number % 23 = 0, false
    FROM (SELECT intDiv(number, 2) AS number, number % 2 AS version FROM numbers(240))""",
    """INSERT INTO promised (lead_id, talk, kind, event_id, ts, version, owners, dues, texts, ingested_at, position)
    SELECT toString(1000 + number % {clients}), concat('r', toString(number)), ['meeting', 'chat'][1 + number % 2],
        number, {now} - toIntervalDay(number % 30) AS at, 1, ['Анна', 'клиент'],
        [toString(toDate(at) + 3), ''], ['прислать акт сверки', 'подумать'], at, number
    FROM numbers(36)""",
    """INSERT INTO promise_marks (lead_id, promise, ts, event_id, mark, author, note, ingested_at, seniority)
    SELECT lead_id, ids[1], at, event_id, ['kept', 'broken', 'cancelled'][1 + event_id % 3], 'Мария Седова', '', at, event_id
    FROM (SELECT lead_id, ids, event_id, ts + INTERVAL 1 DAY AS at FROM promised WHERE event_id % 4 = 1)""",
    """INSERT INTO outcomes (lead_id, ts, event_id, outcome, since_day, reason, author, ingested_at, seniority)
    SELECT toString(1000 + number * 5), {now} - toIntervalDay(1 + number * 4) AS at, number, ['left', 'left', 'returned'][1 + number % 3],
        toString(toDate(at)), '', 'Мария Седова', at, number FROM numbers(5)""",
    """INSERT INTO outbox (key, version, topic, receiver, state, wanted_at, news, at, chat, message_id, doubt, error, partition, offset)
    SELECT concat('a', toString(m)), 1, 'lead.alerts', concat('lead:', toString(1000 + m % {clients})),
        if(last, if(m % 20 = 7, 'failed', if(m % 25 = 3, 'mailed', 'sent')), 'calling'),
        {now} - toIntervalMinute(20 + cityHash64(m) % (60 * 24 * 7)) AS wanted, true,
        wanted + toIntervalMillisecond(if(last, 300 + cityHash64(m, 's') % 1500, 50)), 1, m, false, '', 0, number
    FROM (SELECT number, intDiv(number, 2) AS m, number % 2 = 1 AS last FROM numbers(600))""",
    """INSERT INTO failures (ts, agent, topic, partition, offset, error_class, error, payload, ingested_at)
    SELECT {now} - toIntervalMinute(10 + cityHash64(number) % (60 * 24 * 5)) AS at, concat('pipeline.', topic),
        ['source.wms', 'source.bitrix', 'source.telegram'][1 + number % 3] AS topic, number % 12, number,
        if(number % 6 = 0, 'Unmapped', 'ValidationError'), 'нет поля', '{{}}', at FROM numbers(90)""",
    """INSERT INTO unassigned (client_kind, client_value, ts, event_id, source, topic, record, ingested_at, seniority)
    SELECT 'tg_chat', toString(number % 7), {now} - toIntervalMinute(cityHash64(number) % (60 * 24 * 5)) AS at, number,
        ['telegram:bot', 'wms:main'][1 + number % 2], 'source.telegram', '{{}}', at, number FROM numbers(120)""",
    "INSERT INTO reports SELECT 'd', {now} - INTERVAL 32 HOUR, {now} - INTERVAL 8 HOUR, true, '{{}}', {now} - INTERVAL 8 HOUR",
    """INSERT INTO stt_jobs (recording_id, version, lead_id, ts, ended_at, queued_at, started_at, engine, model, duration_ms, sound_ms,
        words, sessions, retries, billed_units, warnings, first_event_ms, segments_done, segments_failed, main_share, degraded,
        punctuated, seconds, real_time_factor, shares, segments, flaw, transcribed_at, seniority)
    SELECT concat('r', toString(number)), 1, """
    + _LEAD
    + """, {now} - toIntervalHour(5 + number * 7) AS at, at + INTERVAL 1 HOUR, at + INTERVAL 61 MINUTE AS queued,
        queued + toIntervalSecond(cityHash64(number) % 900) AS began, if(bad, 'vosk', 'speechkit'), 'general',
        3600000, 3000000 + cityHash64(number) % 600000, 6000, 12, number % 3, 240, 0, 900, 12, bad, if(bad, 0, 1), bad, NOT bad,
        600 + cityHash64(number, 's') % 900 AS seconds, seconds / 3000, '{{}}', '[]', if(bad, 'запасной движок', ''),
        began + toIntervalSecond(seconds), number
    FROM (SELECT number, number % 13 = 4 AS bad FROM numbers(90))""",
    """INSERT INTO llm_calls (call_id, ts, role, model, outcome, lead_id, external, prompt_tokens, answer_tokens, cost_usd, seconds,
        prompt_sha256, answer_sha256, ingested_at)
    SELECT toString(number), {now} - toIntervalHour(number * 2) AS at, ['minutes', 'summary', 'tags'][1 + number % 3],
        ['glm-5', 'glm-5-air'][1 + number % 2], if(number % 17 = 3, 'network', 'ok'), """
    + _LEAD
    + """, true, 4000 + cityHash64(number) % 9000, 700, 0.004 + (cityHash64(number) % 40) / 1000, 3 + cityHash64(number, 's') % 20,
        '', '', at FROM numbers(330)""",
)
