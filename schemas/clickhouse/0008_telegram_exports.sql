-- When chats were last written as files.
CREATE TABLE IF NOT EXISTS telegram_exports
(
    until   DateTime64(3, 'UTC'),
    files   UInt32,
    made_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(made_at)
ORDER BY until
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1;
