"""Settings of Kafka: the cluster, and the embedded broker."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from streams.settings.section import Section


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
