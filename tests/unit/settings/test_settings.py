"""Settings: every fault at once, in plain words, without a secret."""

import os
from pathlib import Path

import pytest

from processors.days import HOME, zone_name
from schemas.errors import ConfigError
from streams.settings import load
from tests.zones import VLADIVOSTOK, living_in


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder and no settings in the environment; what `load` puts there is taken back."""
    for name in [name for name in os.environ if name.upper().startswith("LEADPULSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fault() -> str:
    """What `load` says."""
    with pytest.raises(ConfigError) as caught:
        load()
    return str(caught.value)


def test_nothing_set_is_right() -> None:
    """The defaults are a working installation on one machine, all on loopback."""
    settings = load()
    assert settings.kafka.bootstrap == "127.0.0.1:19092"
    assert {settings.gateway.host, settings.metrics.host, settings.store.api_host} == {"127.0.0.1"}


def test_the_process_lives_in_the_zone_of_the_settings() -> None:
    """Whoever reads the settings cuts days there; an unknown zone is a fault with its name, and moves nobody."""
    with living_in(HOME):
        os.environ["LEADPULSE_DAYS__ZONE"] = VLADIVOSTOK
        load()
        assert zone_name() == VLADIVOSTOK
        for unknown in ("Asia/Moscow", "../etc/passwd", "MSK+3", "", "Москва"):
            os.environ["LEADPULSE_DAYS__ZONE"] = unknown
            assert "days" in fault()
            assert zone_name() == VLADIVOSTOK


def test_environment_goes_before_the_file(clean: Path) -> None:
    """The file is read, and the environment overrides it key by key."""
    (clean / "leadpulse.toml").write_text('[kafka]\nbootstrap = "file:1"\nprefix = "file."\n')
    os.environ["LEADPULSE_KAFKA__BOOTSTRAP"] = "env:2"
    settings = load()
    assert (settings.kafka.bootstrap, settings.kafka.prefix) == ("env:2", "file.")


def test_every_fault_at_once(clean: Path) -> None:
    """Faults of the file, of the environment and of a secret's file are told together, each with its place."""
    (clean / "leadpulse.toml").write_text('[kafka]\nbootstrp = "typo:1"\n[pipeline]\nmax_batch = 0\n')
    os.environ["LEADPULSE_GATEWAY__PORT"] = "many"
    os.environ["LEADPULSE_TELEGRAM__TOKEN_FILE"] = str(clean / "missing")
    text = fault()
    for place in ("kafka.bootstrp", "pipeline.max_batch", "gateway.port", "LEADPULSE_TELEGRAM__TOKEN_FILE"):
        assert place in text
    assert text.count("\n  - ") == 4


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LEADPULSE_STORE__PASSWORT", "hunter2"),
        ("LEADPULSE_GATEWAY__PORT", "hunter2"),
        ("LEADPULSE_GATEWAY__WMS__MAIN__TOKEN__X", "hunter2"),
        ("LEADPULSE_TELEGRAM__STAFF", "hunter2"),
        ("LEADPULSE_TELEGRAM", "hunter2"),
        ("LEADPULSE_TELEGRAM__TOKEN", '["hunter2"]'),
        ("LEADPULSE_KAFKA__SECURITY", "hunter2"),
    ],
)
def test_no_value_is_told(name: str, value: str) -> None:
    """A value in the wrong place may be a secret: the message names the place only."""
    os.environ[name] = value
    try:
        load()
    except ConfigError as error:
        assert "hunter2" not in str(error)


@pytest.mark.parametrize("name", ["LEADPULSE_TELEGRAM__STAFF", "LEADPULSE_TELEGRAM", "LEADPULSE_GATEWAY__WMS"])
def test_what_is_no_json_is_a_fault_like_any_other(name: str) -> None:
    """A list in the environment that cannot be read ends in a clear message, not in a traceback."""
    os.environ[name] = "hunter2"
    section = name.split("__")[0].removeprefix("LEADPULSE_").lower()
    assert section in fault()


@pytest.mark.parametrize("content", [b"[kafka", b"[kafka]\nprefix = '\xff'\n"])
def test_unreadable_file_is_a_fault(clean: Path, content: bytes) -> None:
    """A broken leadpulse.toml is named."""
    (clean / "leadpulse.toml").write_bytes(content)
    assert "leadpulse.toml" in fault()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (
            "LEADPULSE_GATEWAY__PORT",
            "99999",
            "gateway.port (LEADPULSE_GATEWAY__PORT): нужно: целое число от 0 до 65535",
        ),
        ("LEADPULSE_STORE__REPORT_AT", "25:99", "нужно: время от 00:00 до 23:59"),
        ("LEADPULSE_MINUTES__CHAT_AT", "19:45\n", "нужно: время от 00:00 до 23:59"),
        ("LEADPULSE_TELEGRAM__CURATORS", '{"ООО Ромашка": 5}', "нужно: номер лида, от 1 до 12 цифр"),
        ("LEADPULSE_LLM__NO_EXTERNAL", '["12a"]', "нужно: номер лида, от 1 до 12 цифр"),
        ("LEADPULSE_GATEWAY__TELEGRAM__MAIN__SECRET", "два слова", "нужно: от 1 до 256 латинских букв"),
        ("LEADPULSE_KAFKA__SECURITY", "TLS", 'нужно: одно из: "PLAINTEXT"'),
        ("LEADPULSE_TELEGRAM__STAFF", "111", "нужно: список: целое число"),
        ("LEADPULSE_TELEGRAM__STAFF", "Иван", "нужен JSON"),
        ("LEADPULSE_TELEGRAM__TOKN", "1:x", "нет такой настройки; вы имели в виду token?"),
        ("LEADPULSE_TELEGRM__TOKEN", "1:x", "нет такой настройки; вы имели в виду LEADPULSE_TELEGRAM__TOKEN?"),
        ("LEADPULSE_TELEGRAM_TOKEN", "1:x", "нет такой настройки; вы имели в виду LEADPULSE_TELEGRAM__TOKEN?"),
        ("LEADPULSE_TELEGRAM__STAFF", '["Анна"]', "telegram.staff.0 (LEADPULSE_TELEGRAM__STAFF): нужно: целое число"),
        ("LEADPULSE_SPEECH__ENGINES", '["vosk", "x"]', 'нужно: одно из: "speechkit_stream"'),
        ("LEADPULSE_TELEGRAM__REPORT_AT", "19:45", "нет такой настройки; вы имели в виду store.report_at?"),
        ("LEADPULSE_TELEGRAM__BOOTSTRAP", "x", "нет такой настройки; вы имели в виду kafka.bootstrap?"),
        ("LEADPULSE_LLM__MODELS__FLASH__MODEL", "x", "llm.models.flash.base_url: не указано; нужно: строка"),
    ],
)
def test_a_fault_says_what_is_right(name: str, value: str, words: str) -> None:
    """In Russian: the shape of the value, or the name that was meant; a wrong name in the environment too."""
    os.environ[name] = value
    assert words in fault()


def test_a_fault_of_the_file_has_its_place_in_it(clean: Path) -> None:
    """A setting of the file is named as it stands there; a section that does not exist is told as well."""
    (clean / "leadpulse.toml").write_text('[telegrm]\ntoken = "1:x"\n[store]\nbaseline_at = "3:00"\n')
    text = fault()
    assert "telegrm: нет такой настройки; вы имели в виду telegram?" in text
    assert "store.baseline_at: нужно: время" in text


@pytest.mark.parametrize("name", ["LEADPULSE_CACHE", "LEADPULSE_RECORDER__TARGET", "LEADPULSE_SPOOL"])
def test_names_of_others_are_no_fault(name: str) -> None:
    """Setup and the recorder on the same machine have variables of their own."""
    os.environ[name] = "x"
    load()


def test_secret_of_the_toml_file_from_a_file(clean: Path) -> None:
    """`token_file` beside its neighbours, in named sections too; the environment's own secret goes before it."""
    (clean / "token").write_text("123:abc\n")
    (clean / "leadpulse.toml").write_text(
        '[telegram]\ntoken_file = "token"\n[gateway.wms.main]\nhmac_secret_file = "token"\n'
    )
    settings = load()
    assert settings.telegram.token.get_secret_value() == "123:abc"
    secret = settings.gateway.wms["main"].hmac_secret
    assert secret is not None
    assert secret.get_secret_value() == "123:abc"
    os.environ["LEADPULSE_TELEGRAM__TOKEN"] = "5:env"
    assert load().telegram.token.get_secret_value() == "5:env"


def test_a_secret_that_is_given_twice_or_is_no_file(clean: Path) -> None:
    """Both ways at once are a fault; a secret that was written where its file's path belongs is not told."""
    (clean / "leadpulse.toml").write_text(
        '[telegram]\ntoken = "1:x"\ntoken_file = "t"\n[kafka]\npassword_file = "hunter2"\n'
    )
    text = fault()
    assert "telegram.token_file: указано вместе с token" in text
    assert "kafka.password_file: такого файла нет" in text
    assert "hunter2" not in text


def test_secret_from_a_file(clean: Path) -> None:
    """`…_FILE` names the file a secret is in; the line end is no part of it, and it does not show when printed."""
    (clean / "token").write_text("123:abc\n")
    os.environ["LEADPULSE_TELEGRAM__TOKEN_FILE"] = str(clean / "token")
    settings = load()
    assert settings.telegram.token.get_secret_value() == "123:abc"
    assert "123:abc" not in repr(settings)


def test_secrets_by_name_from_a_file(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All know the names, by the common file; the values come from a file that one process has. What is no table is
    told, and not shown."""
    (clean / "leadpulse.toml").write_text('[commands.secrets]\nbooks = ""\n')
    (clean / "keys").write_text('{"books": "very-secret"}')
    assert load().commands.secrets.keys() == {"books"}
    monkeypatch.setenv("LEADPULSE_COMMANDS__SECRETS_FILE", str(clean / "keys"))
    assert load().commands.secrets["books"].get_secret_value() == "very-secret"
    (clean / "keys").write_text("very-secret")
    with pytest.raises(ConfigError, match="JSON") as told:
        load()
    assert "very-secret" not in str(told.value)


def test_secret_of_a_named_source_from_a_file(clean: Path) -> None:
    """The same holds for sources that have a name of the operator's choice."""
    (clean / "key").write_text("k")
    os.environ["LEADPULSE_GATEWAY__WMS__MAIN__HMAC_SECRET_FILE"] = str(clean / "key")
    secret = load().gateway.wms["main"].hmac_secret
    assert secret is not None
    assert secret.get_secret_value() == "k"


def test_secret_file_that_is_no_text_is_a_fault(clean: Path) -> None:
    """A binary file is named, and nothing of it is told."""
    (clean / "key").write_bytes(b"hunter2\xff\xfe")
    os.environ["LEADPULSE_KAFKA__PASSWORD_FILE"] = str(clean / "key")
    text = fault()
    assert "LEADPULSE_KAFKA__PASSWORD_FILE" in text
    assert "hunter2" not in text


def test_paths_that_end_in_file_stay_paths(clean: Path) -> None:
    """`api_token_file` and `ca_file` are settings themselves, not secrets behind a file."""
    os.environ["LEADPULSE_STORE__API_TOKEN_FILE"] = "var/x"
    os.environ["LEADPULSE_KAFKA__CA_FILE"] = "/etc/ca.pem"
    settings = load()
    assert (settings.store.api_token_file, settings.kafka.ca_file) == (Path("var/x"), Path("/etc/ca.pem"))
