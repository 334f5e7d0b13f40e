"""The only list of metric names. Every worker serves the ones it touches at /metrics."""

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("leadpulse_records_total", "Records settled", ["topic"])
BATCHES = Counter("leadpulse_batches_total", "Batches settled", ["topic"])
DEAD_LETTERS = Counter("leadpulse_dead_letters_total", "Records that could not be used", ["topic"])
RETRIES = Counter("leadpulse_retries_total", "Attempts repeated after a passing fault", ["topic"])
SETTLE_SECONDS = Histogram(
    "leadpulse_settle_seconds",
    "From taking a batch to its acknowledgement",
    ["topic"],
    buckets=(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60),
)
LAG = Gauge("leadpulse_consumer_lag", "Records behind the end of the partition", ["topic", "partition"])
LEADS = Gauge("leadpulse_leads", "Leads in the state", ["partition"])
SIGNALS = Counter("leadpulse_signals_total", "Signals found", ["rule", "severity"])
ALERTS = Counter("leadpulse_alerts_total", "Alert transitions", ["rule", "status"])
REQUESTS = Counter("leadpulse_requests_total", "Inbound HTTP requests", ["entrance", "status"])
TELEGRAM_CALLS = Counter("leadpulse_telegram_calls_total", "Bot API calls", ["method", "outcome"])
AUDIO_SECONDS = Counter("leadpulse_audio_seconds_total", "Audio transcribed", ["engine"])
STORED_ROWS = Counter("leadpulse_stored_rows_total", "Rows given to ClickHouse", ["table"])
