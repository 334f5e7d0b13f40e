"""`streams.cli.check`."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processors.days import zone
from streams.cli.check_kafka import clock_faults
from streams.cli.check_outlets import llm_warnings
from streams.settings import Llm, Settings, Transfer
from streams.settings.llm import Model
from tests.fakes.speechkit import FakeSpeechKit, Refusal
from tests.ports import free_port
from tests.unit.cli.conftest import Line, StoreApi


def faults(output: str) -> dict[str, str]:
    """Faults of each check, joined."""
    return {name: "; ".join(found) for name, found in json.loads(output)["faults"].items()}


def test_every_fault_comes_at_once_in_plain_words(line: Line, tmp_path: Path) -> None:
    """Kafka, store, model, folder, bot and an entrance without secret, in one run with exit code 1."""
    (tmp_path / "file").touch()
    telegram = free_port()
    result = line(
        "check",
        "--json",
        LEADPULSE_KAFKA__BOOTSTRAP=f"127.0.0.1:{free_port()}",
        LEADPULSE_STORE__API_PORT=str(free_port()),
        LEADPULSE_SPEECH__VOSK_MODEL=str(tmp_path / "nowhere"),
        LEADPULSE_SPEECH__RECORDINGS=str(tmp_path / "file"),
        LEADPULSE_TELEGRAM__API=f"http://127.0.0.1:{telegram}",
        LEADPULSE_TELEGRAM__TOKEN="123:secret",
        LEADPULSE_GATEWAY__WMS='{"main": {}}',
    )
    assert result.exit_code == 1
    assert "secret" not in result.output
    found = faults(result.stdout)
    assert found["настройки"] == ""
    assert "Kafka не отвечает" in found["Kafka"]
    assert "хранилище не отвечает" in found["хранилище"]
    assert "nowhere" in found["модель речи"]
    assert "не папка" in found["записи встреч"]
    assert "Telegram не отвечает" in found["Telegram"]
    assert "curator_chat" in found["Telegram"]
    assert "gateway.wms.main" in found["шлюз"]


def test_a_wrong_file_of_thresholds_is_told(line: Line, tmp_path: Path) -> None:
    """A name that is no threshold, a file that is not there; a good file is no fault."""
    (tmp_path / "rules.toml").write_text("[alerts]\nquiet_form = 21\n")
    told = faults(line("check", "--json", LEADPULSE_PIPELINE__RULES=str(tmp_path / "rules.toml")).stdout)["правила"]
    assert "quiet_form" in told
    told = faults(line("check", "--json", LEADPULSE_PIPELINE__RULES=str(tmp_path / "none.toml")).stdout)["правила"]
    assert "pipeline.rules" in told
    (tmp_path / "rules.toml").write_text("[alerts]\nquiet_from = 22\n")
    good = line("check", "--json", LEADPULSE_PIPELINE__RULES=str(tmp_path / "rules.toml"))
    assert faults(good.stdout)["правила"] == ""


def test_a_list_of_leads_that_is_not_there_is_told(line: Line, tmp_path: Path) -> None:
    """Its path, its setting and the reason; nothing where there is no list."""
    lost = tmp_path / "leads.csv"
    told = faults(line("check", "--json", LEADPULSE_JITSI__KNOWN_LEADS_FILE=str(lost)).stdout)["список лидов"]
    assert told == f"jitsi.known_leads_file: {lost} — такого файла или папки нет"
    lost.write_text("12345\n")
    good = line("check", "--json", LEADPULSE_JITSI__KNOWN_LEADS_FILE=str(lost))
    assert faults(good.stdout)["список лидов"] == ""


def test_faults_of_mappings_are_told_with_file_and_line(line: Line, tmp_path: Path) -> None:
    """All files at once, a name that no system has, a folder that is not there; the examples of `deploy` are right."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    (folder / "a.yaml").write_text("version: 1\nitms: data\n")
    (folder / "b.yml").write_bytes("version: 1\nabout: склад\n".encode("cp1251"))

    def told(**environ: str) -> str:
        return faults(line("check", "--json", **environ).stdout)["разметки склада"]

    found = told(LEADPULSE_WMS__MAPPINGS=str(folder))
    assert f"{folder / 'a.yaml'}: строка 2, itms: такого поля здесь нет; вы имели в виду items?" in found
    assert f"{folder / 'b.yml'}: файл не в UTF-8" in found
    assert "wms.mappings" in told(LEADPULSE_WMS__MAPPINGS=str(tmp_path / "none"))
    examples = str(Path(__file__).parents[3] / "deploy" / "mappings")
    systems = {name: {"token": "t"} for name in ("skladbot", "moysklad", "1c")}
    folders = {name: {"path": str(tmp_path / name)} for name in ("1c", "none")}
    found = told(LEADPULSE_WMS__MAPPINGS=examples, LEADPULSE_WMS__FOLDERS=json.dumps(folders))
    assert f"wms.folders.1c.path: папки {tmp_path / '1c'} нет или её нельзя читать" in found
    polls = '{"absent": {"urls": ["https://wms.example.ru/api"]}}'
    assert "wms.polls.absent: нет разметки absent.yaml" in told(LEADPULSE_WMS__POLLS=polls)
    assert "wms.folders.none: нет разметки none.yaml" in found
    found = told(LEADPULSE_WMS__MAPPINGS=examples, LEADPULSE_GATEWAY__WMS=json.dumps(systems))
    assert found.startswith("table.yaml: разметка для системы table, а в настройках её нет: ни [gateway.wms.table]")
    assert "; " not in found


def test_a_system_that_signs_needs_an_address_of_its_own(line: Line) -> None:
    """`hmac_secret` alone admits nobody, and the address to use is told."""
    systems = {
        "signs": {"hmac_secret": "key"},
        "good": {"hmac_secret": "key", "path_secret": "an-address-of-its-own"},
        "both": {"hmac_secret": "key", "token": "t"},
    }
    told = faults(line("check", "--json", LEADPULSE_GATEWAY__WMS=json.dumps(systems)).stdout)["шлюз"]
    assert "gateway.wms.signs: к hmac_secret нужен path_secret" in told
    assert "/hooks/wms/signs/<path_secret>" in told
    assert "good" not in told
    assert "both" not in told


def test_wrong_settings_hide_no_other_fault(line: Line, tmp_path: Path) -> None:
    """What cannot be read has its default, and everything else is looked at all the same."""
    (tmp_path / "file").touch()
    (tmp_path / "leadpulse.toml").write_text('[telegram]\ntokn = "1:x"\ncurator_chat = 5\n[kafka\n')
    broken = line("check", "--json", LEADPULSE_SPEECH__RECORDINGS=str(tmp_path / "file"))
    assert "leadpulse.toml: ошибка в записи TOML" in faults(broken.stdout)["настройки"]
    assert "не папка" in faults(broken.stdout)["записи встреч"]
    (tmp_path / "leadpulse.toml").write_text('[telegram]\ntokn = "1:x"\ncurator_chat = 5\n')
    result = line(
        "check",
        "--json",
        LEADPULSE_GATEWAY__PORT="x",
        LEADPULSE_TELEGRAM__CURATORS='{"12a": 5}',
        LEADPULSE_SPEECH__RECORDINGS=str(tmp_path / "file"),
    )
    assert result.exit_code == 1
    found = faults(result.stdout)
    assert "telegram.tokn: нет такой настройки; вы имели в виду token?" in found["настройки"]
    assert "gateway.port (LEADPULSE_GATEWAY__PORT): нужно: целое число" in found["настройки"]
    assert "номер лида" in found["настройки"]
    assert "не папка" in found["записи встреч"]
    assert "не указан чат" not in found["Telegram"]


def test_the_model_of_the_tests_is_a_warning(line: Line) -> None:
    """It works, so it is no fault; nobody should work with it."""
    model = str(Path(__file__).parents[2] / "fixtures" / "vosk-ru-tiny")
    result = line("check", "--json", LEADPULSE_SPEECH__VOSK_MODEL=model)
    assert faults(result.stdout)["модель речи"] == ""
    assert "крошечная учебная модель" in json.loads(result.stdout)["warnings"]["модель речи"][0]
    assert "    ! speech.vosk_model" in line("check", LEADPULSE_SPEECH__VOSK_MODEL=model).stdout


def test_a_clock_that_differs() -> None:
    """From five seconds on, in words for either side."""
    assert clock_faults(4.9) == clock_faults(-4.9) == []
    assert clock_faults(61.2)[0].startswith("часы Kafka спешат на 61 с")
    assert clock_faults(-7)[0].startswith("часы Kafka отстают")


def test_a_model_that_nobody_serves(line: Line) -> None:
    """The address is asked for nothing that costs money."""
    url = f"http://127.0.0.1:{free_port()}/v1"
    result = line("check", "--json", LEADPULSE_LLM__MODELS=json.dumps({"own": {"base_url": url, "model": "m"}}))
    assert f"llm.models.own.base_url: по адресу {url} никто не отвечает" in faults(result.stdout)["модели"]


def test_a_model_abroad_is_off_until_the_dates() -> None:
    """Which model gets nothing, which of the two dates is missing, and who does its work; no line for one at home."""
    at = "https://models.example.com/v1/"
    models = {"glm": Model(base_url=at, model="m", country="CN"), "ru": Model(base_url=at, model="m", country="RU")}
    loaded = Settings(llm=Llm(models=models | {"own": Model(base_url=at, model="m", external=False)}))
    yesterday = datetime.now(zone()).date() - timedelta(days=1)
    cases = [
        (Transfer(), ["transfer.notified_on"]),
        (Transfer(notified_on=yesterday), ["transfer.allowed_from"]),
        (Transfer(notified_on=yesterday, allowed_from=yesterday + timedelta(days=9)), ["ещё не настал"]),
        (Transfer(notified_on=yesterday, allowed_from=yesterday), []),
    ]
    for transfer, words in cases:
        told = llm_warnings(loaded.model_copy(update={"transfer": transfer}))
        assert [line.startswith("llm.models.glm: ") and "делают правила" in line for line in told] == [True] * len(
            words
        )
        assert all(word in line for word, line in zip(words, told, strict=True))


def test_a_bot_that_answers_is_no_fault(line: Line, store: StoreApi) -> None:
    """getMe is asked with the token of the settings; another token is refused and not told."""
    environ = {
        "LEADPULSE_KAFKA__BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "LEADPULSE_TELEGRAM__API": f"http://127.0.0.1:{store.server_port}",
        "LEADPULSE_TELEGRAM__CURATOR_CHAT": "5",
    }
    store.answers = {"/api/sql": {"columns": ["1"], "rows": [[1]]}}
    result = line("check", "--json", **environ, LEADPULSE_TELEGRAM__TOKEN="1:wrong")
    assert faults(result.stdout)["Telegram"] == "Telegram не принимает токен бота (telegram.token): ответ 401"
    assert faults(result.stdout)["хранилище"] == ""
    assert ("POST", "/bot1:wrong/getMe", {}) in store.asked


def test_a_clickhouse_server_is_asked_as_well(line: Line) -> None:
    """With the server backend a dead server is its own fault."""
    port = free_port()
    result = line(
        "check",
        "--json",
        LEADPULSE_KAFKA__BOOTSTRAP=f"127.0.0.1:{free_port()}",
        LEADPULSE_STORE__BACKEND="clickhouse",
        LEADPULSE_STORE__URL=f"http://127.0.0.1:{port}",
    )
    assert f"ClickHouse не отвечает по адресу http://127.0.0.1:{port}" in faults(result.stdout)["хранилище"]


def test_speechkit_key_and_role_are_asked_for_free(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A good key is no fault; an unknown one, a missing role and a dead address are told apart. Nothing is billed."""
    with FakeSpeechKit() as fake:
        kit = {f"LEADPULSE_SPEECHKIT__{name.upper()}": str(value) for name, value in fake.settings().items()}
        kit["LEADPULSE_KAFKA__BOOTSTRAP"] = f"127.0.0.1:{free_port()}"
        assert faults(line("check", "--json", **kit).stdout)["SpeechKit"] == ""
        wrong = kit | {"LEADPULSE_SPEECHKIT__API_KEY": "AQVN-wrong"}
        result = line("check", "--json", **wrong)
        assert "не принимает ключ" in faults(result.stdout)["SpeechKit"]
        assert "AQVN-wrong" not in result.output

        def no_role(context: object) -> dict[str, str]:
            raise Refusal("PERMISSION_DENIED", "no role")

        monkeypatch.setattr(fake, "admit", no_role)
        assert "ai.speechkit-stt.user" in faults(line("check", "--json", **kit).stdout)["SpeechKit"]
        assert fake.sessions == []
    assert "не отвечает" in faults(line("check", "--json", **kit).stdout)["SpeechKit"]
    kit |= {"LEADPULSE_SPEECHKIT__API_KEY": "", "LEADPULSE_LIVE__ENGINE": "speechkit"}
    assert "live.engine" in faults(line("check", "--json", **kit).stdout)["SpeechKit"]


def test_a_key_that_was_copied_badly_is_told(line: Line) -> None:
    """A line feed within the key would end as "Locally cancelled" in gRPC: it is named before, and not shown."""
    result = line("check", LEADPULSE_SPEECHKIT__API_KEY="AQVN-first\nsecond")
    assert result.exit_code == 1
    assert "speechkit.api_key" in result.stdout
    assert "AQVN" not in result.stdout


def test_a_sherpa_model_is_recognised(line: Line, tmp_path: Path) -> None:
    """The newest Vosk model is of another kind: said in words. No model is needed where Vosk is no engine."""
    (tmp_path / "m" / "am-onnx").mkdir(parents=True)
    environ = {
        "LEADPULSE_KAFKA__BOOTSTRAP": f"127.0.0.1:{free_port()}",
        "LEADPULSE_SPEECH__VOSK_MODEL": str(tmp_path / "m"),
    }
    assert "sherpa-onnx" in faults(line("check", "--json", **environ).stdout)["модель речи"]
    only = line("check", "--json", **environ, LEADPULSE_SPEECH__ENGINES='["speechkit_stream"]')
    assert faults(only.stdout)["модель речи"] == ""
    assert "api_key" in faults(only.stdout)["SpeechKit"]
