"""Settings of the store."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from streams.settings.section import Section


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
