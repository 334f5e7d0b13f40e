"""Settings from the environment."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from recorder.settings import PREFIX, Settings, SettingsError, load

README = Path(__file__).parents[3] / "jibri-hooks" / "README.md"
MUST = {PREFIX + "RECORDINGS": "/rec", PREFIX + "TARGET": "/share"}


def test_defaults() -> None:
    """Two folders are enough; the spool lies where finalize.sh puts it; other variables are not ours."""
    settings = load(MUST | {"LEADPULSE_KAFKA__BOOTSTRAP": "x:1", "HOME": "/root"})
    assert settings.spool == Path("/rec/.leadpulse")
    assert settings.kafka_bootstrap == "127.0.0.1:19092"
    assert settings.local == "keep"


def test_values() -> None:
    """Each kind of value is read in its own way."""
    given = {
        "SPOOL": "/s",
        "LOCAL": "Quarantine",
        "LOW_PRIORITY": "no",
        "UMASK": "007",
        "OWNER": "root:0",
        "COPY_MB_PER_SECOND": "0",
        "PARALLEL": "4",
        "KAFKA_SECURITY": "sasl_ssl",
        "PREFIXES": "lead-, лид-",
        "POLL_SECONDS": "0.1",
        "METRICS_PORT": "0",
    }
    settings = load(MUST | {PREFIX + name: text for name, text in given.items()})
    assert settings.spool == Path("/s")
    assert settings.local == "quarantine"
    assert not settings.low_priority
    assert (settings.umask, settings.owner) == (0o007, (0, 0))
    assert (settings.copy_mb_per_second, settings.parallel) == (0.0, 4)
    assert settings.kafka_security == "SASL_SSL"
    assert settings.prefixes == ("lead-", "лид-")
    assert settings.poll_seconds == 0.1
    assert settings.metrics_port == 0


def test_password_from_file(tmp_path: Path) -> None:
    """A secret may come from a file, and it never shows in the settings' text."""
    (tmp_path / "secret").write_text("hunter2\n")
    settings = load(MUST | {PREFIX + "KAFKA_PASSWORD_FILE": str(tmp_path / "secret")})
    assert settings.kafka_password == "hunter2"
    assert "hunter2" not in repr(settings)


def test_all_faults_at_once() -> None:
    """One message names every fault, by the variable's own name."""
    wrong = {
        "TARGET": "relative",
        "LOCAL": "maybe",
        "LOW_PRIORITY": "maybe",
        "UMASK": "9",
        "OWNER": "nobody-of-this-name:0",
        "PARALLEL": "0",
        "AUDIO": "mp3",
        "COPY_MB_PER_SECOND": "-1",
        "HOOK": "finalize.sh",
        "POLL_SECONDS": "nan",
        "QUIET_MINUTES": "-1",
        "METRICS_PORT": "70000",
        "KAFKA_SECURITY": "TLS",
        "PREFIXES": " , ",
        "TYPO": "1",
        "KAFKA_PASSWORD_FILE": "/nowhere/at/all",
    }
    with pytest.raises(SettingsError) as caught:
        load({PREFIX + name: text for name, text in wrong.items()})
    for name in [*wrong, "RECORDINGS"]:
        assert f"{PREFIX}{name}:" in str(caught.value)


def test_readme_lists_all() -> None:
    """The README's table has every setting, and no other."""
    listed = re.findall(r"^\| `([A-Z_]+)` \|", README.read_text(), re.MULTILINE)
    assert set(listed) == {f.name.upper() for f in fields(Settings)}
