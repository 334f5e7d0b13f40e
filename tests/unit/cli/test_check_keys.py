"""`leadpulse check` looks whether processes can sign."""

from pathlib import Path

from streams.cli.check_keys import key_warnings
from streams.engine.signing_keys import made_key
from streams.settings import Commands, Kafka, Settings

CLUSTER = Kafka(bootstrap="kafka.example.com:9092")


def test_a_key_that_an_older_version_did_not_have(tmp_path: Path) -> None:
    """It is named with what to do; who has all of them reads nothing."""
    loaded = Settings(kafka=CLUSTER, commands=Commands(keys=tmp_path))
    for who in ("agent", "web", "notify"):
        made_key(tmp_path, who)
    (warning,) = key_warnings(loaded)
    assert warning.startswith(f"commands.keys: нет ключа {tmp_path / 'pipeline.key'} (кнопки Telegram)")
    assert warning.endswith("leadpulse keys ensure pipeline")
    made_key(tmp_path, "pipeline")
    assert key_warnings(loaded) == []


def test_before_the_first_start_nothing_is_missing(tmp_path: Path) -> None:
    """`leadpulse up` makes them; without it, or without the assistant, that is another matter."""
    commands = Commands(keys=tmp_path / "none")
    assert key_warnings(Settings(commands=commands)) == []
    assert len(key_warnings(Settings(kafka=CLUSTER, commands=commands))) == 4
    assert key_warnings(Settings(kafka=CLUSTER, commands=Commands(keys=tmp_path / "none", enabled=False))) == []
