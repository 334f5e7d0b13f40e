"""Settings that every worker has: batches, health pages."""

from pydantic import Field

from streams.settings.section import Section


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
