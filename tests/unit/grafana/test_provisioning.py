"""What Grafana is given beside dashboards: where the store is, by whom it is read, where the files lie."""

import re
from typing import Any
from xml.etree import ElementTree

import yaml

from grafana.__main__ import FOLDER
from grafana.rules import SOURCE
from tests.wheel import ROOT

PROVISIONING = FOLDER / "provisioning"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())
GRAFANA = COMPOSE["services"]["grafana"]
FILES = sorted(PROVISIONING.rglob("*.yaml"))


def read(name: str) -> Any:
    """A file of the provisioning."""
    return yaml.safe_load((PROVISIONING / name).read_text())


def test_the_rules_ask_the_source_that_is_there() -> None:
    """By its id, over HTTP, without a setting of the plugin that the door would refuse."""
    sources = read("datasources/leadpulse.yaml")["datasources"]
    [store] = [one for one in sources if one["type"] == "grafana-clickhouse-datasource"]
    assert (store["uid"], store["jsonData"]["protocol"]) == (SOURCE, "http")
    assert "customSettings" not in store["jsonData"]
    assert store["secureJsonData"]["password"] == "${LEADPULSE_CLICKHOUSE_PASSWORD}"


def test_what_is_asked_of_the_environment_is_given_and_documented() -> None:
    """Each `${NAME}` of the files: by compose (the password from its secret), and in the table for an own Grafana."""
    texts = [path.read_text() for path in FILES if path.parent.name != "alerting"]
    asked = {name for text in texts for name in re.findall(r"\$\{(\w+)\}", text)}
    given = {*GRAFANA["environment"], *re.findall(r"(LEADPULSE_\w+)=", GRAFANA["entrypoint"][-1])}
    assert asked and asked - given == set()
    assert asked - set(re.findall(r"^(LEADPULSE_\w+)=", (ROOT / "docs" / "grafana.md").read_text(), re.M)) == set()


def test_compose_mounts_what_it_names() -> None:
    """Folders that are there, read-only, and the dashboards where their provider looks."""
    mounted = dict(volume.removesuffix(":ro").split(":") for volume in GRAFANA["volumes"] if volume.endswith(":ro"))
    assert all((ROOT / "deploy" / source).resolve().is_dir() for source in mounted)
    assert GRAFANA["environment"]["LEADPULSE_DASHBOARDS"] in mounted.values()
    assert read("dashboards/leadpulse.yaml")["providers"][0]["options"]["path"] == "${LEADPULSE_DASHBOARDS}"


def test_the_servers_user_only_reads() -> None:
    """One user, one profile that cannot be left, rights to read and no others."""
    users = ElementTree.parse(ROOT / "deploy" / "clickhouse" / "grafana.xml").getroot()
    [user] = list(users.find("users") or [])
    assert user.tag == GRAFANA["environment"]["LEADPULSE_CLICKHOUSE_USER"]
    assert users.findtext(f"profiles/{user.findtext('profile')}/readonly") == "2"
    grants = [query.text or "" for query in user.iter("query")]
    assert grants and all(re.fullmatch(r"GRANT SELECT ON (leadpulse\.\*|system\.\w+)", grant) for grant in grants)


def test_every_rule_is_in_the_page() -> None:
    """Who gets one finds it by its title."""
    page = (ROOT / "docs" / "grafana.md").read_text()
    [group] = read("alerting/leadpulse.yaml")["groups"]
    assert [rule["title"] for rule in group["rules"] if f"| {rule['title']} |" not in page] == []
