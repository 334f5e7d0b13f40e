"""Settings of the agent: `LEADPULSE_RECORDER__NAME`, a secret also from the file that `…_FILE` names.

The README's table is the same list; a test compares them.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from grp import getgrnam
from pathlib import Path
from pwd import getpwnam
from typing import Literal

Local = Literal["keep", "quarantine", "delete"]
PREFIX = "LEADPULSE_RECORDER__"
SECURITY = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")


class SettingsError(Exception):
    """The environment is wrong; the text lists every fault at once, without any value of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. The upper-case field name behind `LEADPULSE_RECORDER__` is the environment variable."""

    recordings: Path
    """Jibri's `recordings-directory` as this process sees it."""
    recordings_mount: Path | None = None
    """A folder that must be a mount point before anything is looked for in `recordings`."""
    target: Path
    """Root of the shared recordings storage. It must exist: an unmounted share is waited for, never created."""
    spool: Path
    """Spool folder; `.leadpulse` in `recordings` when not set, as in finalize.sh."""
    kafka_bootstrap: str = "127.0.0.1:19092"
    """Comma-separated host:port list."""
    kafka_security: str = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    kafka_mechanism: str = "SCRAM-SHA-512"
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, with the SASL protocols."""
    kafka_username: str = ""
    """SASL user."""
    kafka_password: str = field(default="", repr=False)
    """SASL password; better by KAFKA_PASSWORD_FILE."""
    kafka_ca: Path | None = None
    """CA certificate for TLS; the system's own when not set."""
    kafka_prefix: str = ""
    """Put before topic names, as `LEADPULSE_KAFKA__PREFIX` of the main installation."""
    prefixes: tuple[str, ...] = ("lead-",)
    """Room name prefixes in front of the lead id, comma-separated."""
    host: str = field(default_factory=socket.gethostname)
    """Name of this Jibri in the events."""
    min_seconds: float = 3.0
    """A shorter recording is `too_short`."""
    quiet_minutes: float = 10.0
    """A directory without marker is taken when nothing in it has changed for so long."""
    poll_seconds: float = 1.0
    """Distance of looks into the spool."""
    parallel: int = 2
    """Recordings probed or copied at once."""
    stall_seconds: float = 120.0
    """A copy or a probe without any progress for so long is ended and tried again."""
    copy_mb_per_second: float = 0.0
    """Limit of one copy; 0 is none."""
    low_priority: bool = True
    """Copy and probe with the lowest priority of CPU and disk: the meeting that is being recorded comes first."""
    audio: str = "none"
    """`opus` or `flac` puts the sound alone beside the video: 16 kHz mono."""
    local: Local = "keep"
    """What becomes of the local files after the verified copy and the broker's acknowledgement: keep, quarantine or
    delete."""
    quarantine_days: float = 7.0
    """So long stay local files in quarantine, unless the disk gets full."""
    source_free_mb: float = 2048.0
    """With less left on the recordings' disk the agent is unready, and quarantine is emptied, the oldest first."""
    target_free_mb: float = 1024.0
    """A copy that would leave less on the target waits; 0 is no limit."""
    target_mount: Path | None = None
    """A folder that must be a mount point before anything is copied: an unmounted share is an empty local folder."""
    umask: int = 0o027
    """File mode mask on the target, octal."""
    owner: tuple[int, int] | None = None
    """`user:group` of what is written on the target, names or numbers; needs root or CAP_CHOWN."""
    hook: Path = Path("/opt/leadpulse/finalize.sh")
    """Where finalize.sh is, for `check`."""
    metrics_host: str = "127.0.0.1"
    """Address of /healthz, /readyz and /metrics."""
    metrics_port: int = 9106
    """Port of /healthz, /readyz and /metrics; 0 takes a free one."""
    log_level: str = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""


def load(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`. Raises `SettingsError` with every fault."""
    given = {name.removeprefix(PREFIX).lower(): text for name, text in environ.items() if name.startswith(PREFIX)}
    faults: list[str] = []
    secret = given.pop("kafka_password_file", "")
    if secret:
        try:
            given["kafka_password"] = Path(secret).read_text().strip()
        except OSError as error:
            faults.append(f"{PREFIX}KAFKA_PASSWORD_FILE: {error.strerror}")
    known = {f.name for f in fields(Settings)}
    faults += [f"{PREFIX}{name.upper()}: there is no such setting" for name in sorted(given.keys() - known)]
    values: dict[str, object] = {}
    for name in sorted(given.keys() & known):
        try:
            values[name] = _READERS.get(name, str)(given[name].strip())
        except ValueError as error:
            faults.append(f"{PREFIX}{name.upper()}: {error}")
    faults += [f"{PREFIX}{name.upper()}: must be set" for name in ("recordings", "target") if not given.get(name)]
    if faults:
        raise SettingsError("wrong settings:\n" + "\n".join(f"  - {fault}" for fault in faults))
    values.setdefault("spool", Path(given["recordings"]) / ".leadpulse")
    return Settings(**values)  # type: ignore[arg-type]  # the readers below give each field its type


def _path(text: str) -> Path:
    if not text.startswith("/"):
        raise ValueError("must be an absolute path")
    return Path(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError("must be a number above 0")
    return number


def _not_negative(text: str) -> float:
    return 0.0 if text in {"0", "0.0"} else _positive(text)


def _count(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= 16):
        raise ValueError("must be a number from 1 to 16")
    return int(text)


def _mask(text: str) -> int:
    try:
        mask = int(text, 8)
    except ValueError:
        mask = -1
    if not 0 <= mask <= 0o777:
        raise ValueError("must be octal, as 027")
    return mask


def _owner(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    user, colon, group = text.partition(":")
    if not (user and colon and group):
        raise ValueError("must be user:group")
    try:
        return (
            int(user) if user.isdecimal() else getpwnam(user).pw_uid,
            int(group) if group.isdecimal() else getgrnam(group).gr_gid,
        )
    except KeyError:
        raise ValueError("there is no such user or group on this host") from None


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65535):
        raise ValueError("must be a port number")
    return int(text)


def _bool(text: str) -> bool:
    answers = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    if text.lower() not in answers:
        raise ValueError("must be true or false")
    return answers[text.lower()]


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise ValueError("must have at least one prefix")
    return names


def _one_of(*choices: str) -> Callable[[str], str]:
    known = {choice.lower(): choice for choice in choices}

    def read(text: str) -> str:
        if text.lower() not in known:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return known[text.lower()]

    return read


_READERS: dict[str, Callable[[str], object]] = {
    "recordings": _path,
    "target": _path,
    "spool": _path,
    "kafka_ca": _path,
    "kafka_security": _one_of(*SECURITY),
    "kafka_mechanism": _one_of(*MECHANISMS),
    "prefixes": _names,
    "min_seconds": _positive,
    "quiet_minutes": _positive,
    "poll_seconds": _positive,
    "parallel": _count,
    "stall_seconds": _positive,
    "copy_mb_per_second": _not_negative,
    "low_priority": _bool,
    "audio": _one_of("none", "opus", "flac"),
    "local": _one_of("keep", "quarantine", "delete"),
    "quarantine_days": _positive,
    "source_free_mb": _not_negative,
    "target_free_mb": _not_negative,
    "recordings_mount": _path,
    "target_mount": _path,
    "umask": _mask,
    "owner": _owner,
    "hook": _path,
    "metrics_port": _port,
    "log_level": _one_of("DEBUG", "INFO", "WARNING", "ERROR"),
}
