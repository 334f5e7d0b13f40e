"""The parts of the settings: a docstring under every field says what it does, and its unit."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Section(BaseModel):
    """A part of the settings; an unknown key is a fault, so a typing error is found at start."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Kafka(Section):
    """How to reach the broker."""

    bootstrap: str = "127.0.0.1:19092"
    """Comma-separated host:port list."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Security protocol."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """Used with the SASL protocols."""
    username: str = ""
    """SASL user."""
    password: SecretStr = SecretStr("")
    """SASL password."""
    ca_file: Path | None = None
    """CA certificate for TLS; the system's own when empty."""
    replication: int = Field(1, ge=1, le=5)
    """Replication factor of topics that `topics apply` creates; 3 on a cluster."""
    session_timeout: float = Field(10.0, ge=6.0)
    """Seconds without a heartbeat after which a worker's partitions move to another."""
    prefix: str = Field("", pattern=r"^[A-Za-z0-9._-]*$")
    """Put before every topic and group name, so that several installations can share a cluster."""


class Broker(Section):
    """The embedded broker of `leadpulse up` and `leadpulse broker`."""

    port: int = Field(19092, ge=1, le=65534)
    """Client port on 127.0.0.1; the controller uses the next one."""
    heap_mb: int = Field(384, ge=128, le=4096)
    """Java heap."""
    folder: Path = Path("var/kafka")
    """Data folder."""


class Store(Section):
    """Where history lives."""

    backend: Literal["chdb", "clickhouse"] = "chdb"
    """`chdb` keeps ClickHouse inside the store worker; `clickhouse` talks HTTP to a server."""
    folder: Path = Path("var/chdb")
    """chDB data folder; one process owns it."""
    url: str = "http://127.0.0.1:8123"
    """ClickHouse server."""
    database: str = "leadpulse"
    """Database on the server."""
    username: str = "default"
    """ClickHouse user."""
    password: SecretStr = SecretStr("")
    """ClickHouse password."""
    timeout: float = Field(30.0, gt=0)
    """Seconds for one statement."""
    api_host: str = "127.0.0.1"
    """Where the read API listens."""
    api_port: int = Field(8081, ge=0, le=65535)
    """Port of the read API."""
    api_token: SecretStr = SecretStr("")
    """Bearer token of the read API; made at the first start and kept in `api_token_file` when empty."""
    api_token_file: Path = Path("var/api-token")
    """Where the made token is kept, readable by the owner only."""
    tick_seconds: int = Field(3600, ge=1, le=86_400)
    """Distance of ticks; an hour outside of tests."""
    baseline_seconds: float = Field(5.0, gt=0)
    """Quiet time after the last history row of a lead before its baseline is computed."""
    baseline_at: str = Field("03:00", pattern=r"^\d\d:\d\d$")
    """Moscow time of the nightly baselines of all leads."""
    report_at: str = Field("20:00", pattern=r"^\d\d:\d\d$")
    """Moscow time of the daily report."""


class WmsSource(Section):
    """How one warehouse system proves itself. One of the two."""

    token: SecretStr | None = None
    """Bearer token."""
    hmac_secret: SecretStr | None = None
    """Key of `X-Leadpulse-Signature: sha256=<hex of HMAC-SHA256 over the body>`."""


class TelegramBot(Section):
    """How one bot's webhook proves itself."""

    secret: SecretStr
    """What Telegram sends back in `X-Telegram-Bot-Api-Secret-Token`."""


class Gateway(Section):
    """Inbound HTTP."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(8080, ge=0, le=65535)
    """Port to listen on."""
    max_body: int = Field(1 << 20, ge=1024)
    """Largest body in bytes; a larger one gets 413."""
    max_items: int = Field(1000, ge=1)
    """Largest number of events in one WMS request."""
    ack_timeout: float = Field(10.0, gt=0)
    """Seconds to wait for the broker before 503."""
    read_timeout: float = Field(10.0, gt=0)
    """Seconds that a sender has for the whole body before 408."""
    max_in_work: int = Field(128, ge=1)
    """Requests at once, each holding at most one body in memory; one more gets 503."""
    wms: dict[str, WmsSource] = {}
    """Warehouse systems by the name in the path."""
    telegram: dict[str, TelegramBot] = {}
    """Bots by the name in the path."""
    jitsi_token: SecretStr | None = None
    """Bearer token of the Prosody module's reports (`/hooks/jitsi`); without it nobody is let in."""


class Telegram(Section):
    """The bot that talks to curators."""

    api: str = "https://api.telegram.org"
    """Bot API server."""
    token: SecretStr = SecretStr("")
    """Bot token; without it nothing is sent and alerts wait in Kafka."""
    curator_chat: int = 0
    """Chat of curators that have no chat of their own in `curators`."""
    curators: dict[str, int] = {}
    """Lead id to the chat of its curator."""
    report_chat: int = 0
    """Shared chat of the daily report; `curator_chat` when 0."""
    ops_chat: int = 0
    """Chat of those who run the installation; `report_chat` when 0."""
    staff: list[int] = []
    """Telegram user ids of our own people: their words raise no alert, and only they may press buttons."""
    timeout: float = Field(15.0, gt=0)
    """Seconds for one call."""
    per_second: float = Field(25.0, gt=0)
    """Calls a second over all chats (Telegram allows about 30)."""
    per_chat_second: float = Field(1.0, gt=0)
    """Messages a second to one private chat."""
    per_group_minute: float = Field(18.0, gt=0)
    """Messages a minute to one group (Telegram allows 20)."""


class Speech(Section):
    """Transcription."""

    recordings: Path = Path("var/recordings")
    """Root of the shared recordings storage."""
    vosk_model: Path = Path("tests/fixtures/vosk-ru-tiny")
    """Folder of a Kaldi model that Vosk 0.3.45 can load."""
    segment_min_s: float = Field(120.0, gt=0)
    """A segment is cut at the longest silence after this many seconds …"""
    segment_max_s: float = Field(240.0, gt=0)
    """… and before this many."""
    hard_max_s: float = Field(276.0, gt=0)
    """Where there is no silence at all, the cut is made here."""
    segment_timeout: float = Field(600.0, gt=0)
    """Seconds after which a silent Vosk child is killed."""
    idle_seconds: float = Field(120.0, gt=0)
    """So long without work ends the Vosk child and frees its memory."""
    vosk_threads: int = Field(0, ge=0, le=64)
    """Segments that Vosk hears at once, each on a core of its own; 0 takes all cores but one."""
    vosk_memory_mb: int = Field(0, ge=0)
    """Memory at which the Vosk child ends itself, and that must be free before it starts. 0: no limit, and three times
    the size of the model must be free."""
    engines: list[Literal["speechkit_stream", "speechkit_async", "vosk"]] = Field(
        ["speechkit_stream", "vosk"], min_length=1
    )
    """In the order they are asked; each the fallback of those before it. SpeechKit is left out while it has no key."""
    fallback: str = Field("immediate", pattern=r"^(immediate|never|wait:\d+)$")
    """When the first engine cannot work: `immediate` goes on with the next one, `wait:<s>` does so when the recording
    has waited so many seconds since it came in, `never` lets it wait."""
    deadline_minutes: float = Field(0.0, ge=0)
    """A recording should have its words so long after it came in: in time for that, the rest of it goes to the last
    engine. 0 sets none."""
    upgrade_days: float = Field(7.0, ge=0)
    """A degraded transcript is improved when the first engine is back, unless its meeting is older; 0 never does."""
    upgrade_seconds: float = Field(60.0, gt=0)
    """Distance of improvements, newest meeting first; only while this worker has no recording in work."""
    upgrade_attempts: int = Field(3, ge=1)
    """So many attempts at one recording."""
    spool: Path = Path("var/speech")
    """Folder for decoded sound of recordings in work: 1.9 MB a minute. On this machine's own disk."""


class Pipeline(Section):
    """Normalize and fold."""

    room_prefixes: tuple[str, ...] = ("lead-",)
    """Jitsi rooms named so belong to the lead whose id follows; the same list as in Prosody and the recorder."""

    max_batch: int = Field(4000, ge=1, le=50_000)
    """Most records of one partition settled at once."""
    dead_letter_run: int = Field(1000, ge=1)
    """So many rejected records in a row stop the worker."""
    dead_letter_ratio: float = Field(0.5, gt=0, le=1)
    """Rejected share of the last `dead_letter_window` records that stops the worker."""
    dead_letter_window: int = Field(10_000, ge=10)
    """Records over which the share is taken."""
    watchdog_seconds: float = Field(300.0, gt=0)
    """So long without a commit, with records waiting and nothing in work, ends the process with 70."""


class Metrics(Section):
    """Health and metrics of the workers: /healthz, /readyz, /metrics."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    gateway: int = Field(9101, ge=0, le=65535)
    """Port of the gateway's."""
    pipeline: int = Field(9102, ge=0, le=65535)
    """Port of the pipeline's."""
    transcribe: int = Field(9103, ge=0, le=65535)
    """Port of transcribe's."""
    store: int = Field(9104, ge=0, le=65535)
    """Port of the store's."""
    notify: int = Field(9105, ge=0, le=65535)
    """Port of notify's."""
    recorder: int = Field(9106, ge=0, le=65535)
    """Port of the recorder agent's."""
    minutes: int = Field(9107, ge=0, le=65535)
    """Port of minutes'."""
