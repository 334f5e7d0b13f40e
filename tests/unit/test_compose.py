"""`deploy/compose.yaml`: by the specification's own schema, settings that exist, closed, and every worker in it."""

import json
import os
import re
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from streams import settings
from streams.cli.run import WORKERS
from streams.embedded.handover import SECRETS
from streams.embedded.jars import version
from streams.engine.signing_keys import EVERY
from streams.settings import Settings
from streams.settings.mcp import Mcp
from tests.wheel import ROOT

FOLDER = ROOT / "deploy"
FILE = FOLDER / "compose.yaml"
SCHEMA = distribution("check-jsonschema").locate_file("check_jsonschema/builtin_schemas/vendor/compose-spec.json")
WHOLE: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = WHOLE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("leadpulse")}
STARTS = [name for name in OURS if name not in ("prepare", "mcp")]


def environ(service: dict[str, Any], secrets: Path) -> dict[str, str]:
    """Its variables as Docker gives them with the example's `.env`, and secrets in files that are there."""
    known = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", (FOLDER / "compose" / "env.example").read_text(), re.M))
    found = {}
    for name, text in service["environment"].items():
        value = re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda match: known[match[1]], text)
        found[name] = value.replace("/run/secrets", str(secrets)) if name.endswith("_FILE") else value
    return found


def test_it_keeps_the_specification() -> None:
    """Every key and shape, by the schema of compose files."""
    jsonschema.validate(WHOLE, json.loads(Path(str(SCHEMA)).read_text()))


def test_every_worker_is_in_it() -> None:
    """By its own name, and nothing runs before topics and tables are there."""
    assert {name: SERVICES[name]["command"] for name in STARTS} == {name: ["worker", name] for name in WORKERS}
    for name in STARTS:
        assert SERVICES[name]["depends_on"]["prepare"] == {"condition": "service_completed_successfully"}


def test_mcp_is_there_for_who_asks() -> None:
    """Off by default; an image with its packages, behind Caddy, and asked for its health where it answers."""
    service = SERVICES["mcp"]
    assert service["profiles"] == ["mcp"] and service["command"] == ["mcp"]
    assert service["build"]["args"] == {"MCP": "1"} and service["image"] != SERVICES["web"]["image"]
    assert SERVICES["caddy"]["environment"]["LEADPULSE_MCP"] == f"mcp:{Mcp().port}" and "ports" not in service
    assert f"http://127.0.0.1:{Mcp().port}/healthz" in service["healthcheck"]["test"][-1]
    assert service["depends_on"] == SERVICES["web"]["depends_on"]
    assert not [name for name, one in SERVICES.items() if "profiles" in one and name != "mcp"]


def test_keys_are_made_before_who_signs_with_them() -> None:
    """Each that there is, in the volume that all who sign have, and in no variable."""
    assert SERVICES["prepare"]["command"][0].endswith("&& leadpulse keys ensure")
    assert all(SERVICES[who]["depends_on"]["prepare"] and "data:" in str(SERVICES[who]["volumes"]) for who in EVERY)
    assert not [name for one in OURS.values() for name in one["environment"] if "COMMANDS__KEYS" in name]


@pytest.mark.parametrize("name", OURS)
def test_its_settings_are_settings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read as a worker reads them: a name or a value that is none would end it at its start."""
    for secret in WHOLE["secrets"]:
        (tmp_path / secret).write_text("https://portal.bitrix24.ru/rest/1/code/\n")
    for known in [name for name in os.environ if name.startswith("LEADPULSE_")]:
        monkeypatch.delenv(known)
    for variable, value in environ(SERVICES[name], tmp_path).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    loaded = settings.load()
    assert loaded.kafka.bootstrap == "kafka:9092" and loaded.store.backend == "clickhouse"


@pytest.mark.parametrize("name", STARTS)
def test_a_worker_gets_only_its_own_secrets(name: str) -> None:
    """As `leadpulse up` hands them over, and each that it names is mounted."""
    service = SERVICES[name]
    given = {key: value for key, value in service["environment"].items() if key.endswith("_FILE")}
    sections = {key.removeprefix("LEADPULSE_").split("__")[0].lower() for key in given}
    assert sections <= SECRETS[name]
    assert sorted(service.get("secrets", [])) == sorted(value.removeprefix("/run/secrets/") for value in given.values())


@pytest.mark.parametrize("name", OURS)
def test_ours_are_closed(name: str) -> None:
    """No root, nothing writable but data, no right to gain."""
    service = SERVICES[name]
    assert (service["user"], service["read_only"], service["cap_drop"]) == ("10001:10001", True, ["ALL"])


@pytest.mark.parametrize("name", SERVICES)
def test_all_are_held(name: str) -> None:
    """No new privileges, no log that fills the disk, a pinned image of no named registry, a look whether it works."""
    service = SERVICES[name]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["logging"]["options"]["max-size"]
    repository, _, tag = service["image"].partition(":")
    assert re.match(r"\$\{LEADPULSE_VERSION:-\d|v?\d+\.\d+", tag) and "." not in repository.split("/")[0]
    assert ("healthcheck" in service) is (name != "prepare")


@pytest.mark.parametrize("name", STARTS)
def test_its_health_is_asked_where_it_answers(name: str) -> None:
    """The port is that worker's."""
    port = getattr(Settings.model_construct().metrics, name)
    assert f"http://127.0.0.1:{port}/healthz" in SERVICES[name]["healthcheck"]["test"][-1]


def test_outside_only_caddy_listens() -> None:
    """Every other port is on loopback, and the gateway believes nobody but Caddy's address."""
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert ports.pop("caddy") == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for listed in ports.values() for port in listed)
    address = SERVICES["caddy"]["networks"]["edge"]["ipv4_address"]
    assert json.loads(SERVICES["gateway"]["environment"]["LEADPULSE_GATEWAY__TRUSTED_PROXIES"]) == [address]


def test_kafka_is_the_one_that_is_tested() -> None:
    """The same version as the embedded broker's."""
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version()}"


def test_prometheus_asks_every_worker() -> None:
    """Each at its own port, by its name in the network."""
    asked = yaml.safe_load((FOLDER / "compose" / "prometheus.yml").read_text())["scrape_configs"][0]["static_configs"]
    metrics = Settings.model_construct().metrics
    assert sorted(asked[0]["targets"]) == sorted(f"{name}:{getattr(metrics, name)}" for name in WORKERS)


def test_all_live_in_the_installations_zone() -> None:
    """Nobody's clock has a city of its own."""
    of_zone = {name: value for name, value in zones() if not value.startswith("${LEADPULSE_DAYS__ZONE:-")}
    assert of_zone == {} and {name for name, _ in zones()} >= {"grafana", "n8n"}


def zones() -> list[tuple[str, str]]:
    """Every variable with a zone in it, by its service."""
    asked = [
        (name, str(value)) for name, one in SERVICES.items() for value in dict(one.get("environment", {})).values()
    ]
    return [(name, value) for name, value in asked if re.search(r"\b(Europe|Asia)/[A-Z]", value)]


def test_the_example_names_what_is_left_open() -> None:
    """Each `${NAME}` of the file, and no secret among them."""
    asked = set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text()))
    named = set(re.findall(r"^#?([A-Z_]+)=", (FOLDER / "compose" / "env.example").read_text(), re.M))
    assert asked == named
    assert not [name for name in named if re.search("PASSWORD|TOKEN|SECRET|KEY", name)]


def test_secrets_are_made_once(tmp_path: Path) -> None:
    """Every file that the services name; a second call changes none, and nobody but root may enter their folder."""
    script = FOLDER / "compose" / "secrets.sh"
    (tmp_path / "compose").mkdir()
    (tmp_path / "compose" / script.name).write_text(script.read_text())
    command = ["sh", str(tmp_path / "compose" / script.name)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() == {*WHOLE["secrets"], "surrealdb.env"}
    assert sorted(re.findall(r"secrets/(\S+)$", said, re.M)) == ["bitrix-webhook", "speechkit-key", "telegram-token"]
    filled = [text for name, text in made.items() if text.strip() and name != "surrealdb.env"]
    assert len(set(filled)) == len(filled) == 7 and all(len(text.strip()) == 48 for text in filled)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == ""
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == made


def test_what_is_mounted_is_there() -> None:
    """A file that is not there would become an empty folder in its place."""
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    files = [name for name in mounted if name.startswith("./")]
    assert files and all((FOLDER / name).exists() for name in files)
