"""Metrics, figures and alerts: each is explained on one page, and Prometheus's own tool takes the rules."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from streams.embedded.up import workers_of
from streams.engine import metrics
from streams.settings import Settings
from tests.unit.test_docs_lists import page
from tests.wheel import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
CASES = ROOT / "tests" / "data" / "prometheus_rules_test.yml"
OURS = {one for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)}
SUFFIXES = re.compile(r"_(bucket|sum|count)$")


def rules(name: str) -> list[dict[str, Any]]:
    """The rules of a file."""
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / name).read_text())["groups"][0]["rules"]
    return found


def table(first: str) -> dict[str, list[str]]:
    """Rows of the page's table whose head begins so: what stands in its first column, and the rest."""
    body = page("monitoring.md").split(f"\n| {first} |", 1)[1].split("\n\n", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in body.splitlines()[2:]]
    return {cells[0]: cells[1:] for cells in rows}


def told(metric: Collector) -> str:
    """How a metric stands in the table: its name as Prometheus shows it, and its labels."""
    [family] = metric.collect()
    assert isinstance(metric, MetricWrapperBase)
    total = "_total" if family.type == "counter" else ""
    labels = f" ({', '.join(metric._labelnames)})" if metric._labelnames else ""
    return f"`{family.name}{total}`{labels}"


def test_every_metric_is_explained() -> None:
    """Name, labels, what it is and what to do; none that is no more."""
    rows = table("Метрика")
    assert rows.keys() == {told(metric) for metric in OURS}
    assert all(len(cells) == 2 and all(cells) for cells in rows.values())


def test_every_figure_and_alert_is_explained() -> None:
    """Each has its row, and each row its rule."""
    assert {name.strip("`") for name in table("Показатель")} == {rule["record"] for rule in rules("recording.yml")}
    alerts = {rule["alert"] for rule in rules("alerts.yml")}
    assert {name.strip("`") for name in table("Тревога")} == alerts


@pytest.mark.parametrize("rule", rules("alerts.yml"), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_it_is_and_where_to_read_on(rule: dict[str, Any]) -> None:
    """In Russian, with a severity that a router may go by."""
    assert rule["labels"]["severity"] in ("critical", "warning")
    texts = rule["annotations"]
    assert texts.keys() == {"summary", "description", "runbook"}
    assert all(re.search("[а-яё]", text) for text in texts.values())
    assert texts["runbook"].startswith(f"docs/monitoring.md, {rule['alert']}:")


@pytest.mark.parametrize("name", ["recording.yml", "alerts.yml"])
def test_rules_ask_for_what_there_is(name: str) -> None:
    """A metric that was renamed would leave a rule silent for ever; so would a label."""
    labels = {re.sub(r"`(\w+)`.*", r"\1", told(one)): {*one._labelnames, "le", "worker"} for one in OURS}
    records = {rule["record"] for rule in rules("recording.yml")}
    for rule in rules(name):
        assert set(re.findall(r"leadpulse:[\w:]+", rule["expr"])) <= records
        asked = set(re.findall(r"leadpulse_\w+", re.sub(r"leadpulse:[\w:]+", "", rule["expr"])))
        assert {metric for metric in asked if metric not in labels and SUFFIXES.sub("", metric) not in labels} == set()
        for metric, matchers in re.findall(r"(leadpulse_\w+)\{([^}]*)\}", rule["expr"]):
            known = labels.get(metric) or labels[SUFFIXES.sub("", metric)]
            assert set(re.findall(r"(\w+)\s*[!=]", matchers)) <= known


def test_every_worker_is_missed() -> None:
    """The rule about workers that nobody asks knows all that run everywhere."""
    [rule] = [rule for rule in rules("alerts.yml") if rule["alert"] == "LeadpulseWorkerAbsent"]
    assert set(re.findall(r'worker="(\w+)"', rule["expr"])) == set(workers_of(Settings()))


def test_promtool_takes_the_rules() -> None:
    """Every expression and template, by Prometheus's own parser."""
    said = subprocess.run(["promtool", "check", "rules", *FOLDER.glob("*.yml")], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_alert_fires_on_what_it_is_for(tmp_path: Path) -> None:
    """By Prometheus's own rule engine over series that were written down; and not on the harmless ones beside them."""
    cases = CASES.read_text()
    assert set(re.findall(r"alertname: (\w+)", cases)) == {rule["alert"] for rule in rules("alerts.yml")}
    here = tmp_path / "cases.yml"
    for name, file in (("RECORDING", "recording.yml"), ("ALERTS", "alerts.yml")):
        cases = cases.replace(f"- {name}\n", f"- {FOLDER / file}\n")
    here.write_text(cases)
    said = subprocess.run(["promtool", "test", "rules", here], capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
