-- The user of people's SQL on a ClickHouse server (`store.reader_username`, `store.reader_password`): what it may read,
-- and limits that no query can lift. Run once as an administrator, after `leadpulse migrate`:
--     clickhouse-client --multiquery < deploy/clickhouse/reader.sql
-- Change the password, the name of the database where it is not `leadpulse`, and the limits where `store.sql_seconds`
-- is more than 10. MIN 1 everywhere: 0 would mean "no limit".

CREATE SETTINGS PROFILE IF NOT EXISTS leadpulse_reading SETTINGS
    readonly = 2 CONST,
    max_execution_time = 10 MIN 1 MAX 10,
    max_threads = 1 MIN 1 MAX 2,
    max_memory_usage = 268435456 MIN 1 MAX 268435456,
    max_temporary_data_on_disk_size_for_query = 268435456 MIN 1 MAX 268435456,
    max_result_rows = 10000 MIN 1 MAX 10000,
    max_result_bytes = 16777216 MIN 1 MAX 16777216,
    result_overflow_mode = 'throw' CONST,
    max_concurrent_queries_for_user = 4 CONST;

-- SELECT on the database, and nothing of READ, SOURCES, dictGet, KILL or INTROSPECTION: file(), url(), s3() and remote()
-- are refused by the server itself. `readonly = 2`, since the client has to say in which form it wants numbers.
CREATE ROLE IF NOT EXISTS leadpulse_reading;
GRANT SELECT ON leadpulse.* TO leadpulse_reading;
GRANT SELECT ON system.one TO leadpulse_reading;
GRANT SELECT ON system.numbers TO leadpulse_reading;
GRANT SELECT ON system.tables TO leadpulse_reading;
GRANT SELECT ON system.columns TO leadpulse_reading;
GRANT SELECT ON system.parts TO leadpulse_reading;
GRANT SELECT ON system.databases TO leadpulse_reading;
GRANT SELECT ON system.functions TO leadpulse_reading;
GRANT SELECT ON system.settings TO leadpulse_reading;

CREATE USER IF NOT EXISTS leadpulse_reader IDENTIFIED WITH sha256_password BY 'change-me'
    DEFAULT ROLE leadpulse_reading SETTINGS PROFILE leadpulse_reading;
GRANT leadpulse_reading TO leadpulse_reader;

-- A query of a person is six statements: what there is to read, its tree, itself.
CREATE QUOTA IF NOT EXISTS leadpulse_reading FOR INTERVAL 1 minute MAX queries = 600, execution_time = 120
    TO leadpulse_reading;

-- The worker's own user ends a query that nobody waits for any more; without this the time limit does it.
GRANT KILL QUERY ON *.* TO default;
