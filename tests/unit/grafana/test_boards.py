"""The files that Grafana reads are those that the code makes, and have the shape that Grafana wants."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from prometheus_client import REGISTRY

from grafana.__main__ import FOLDER, files
from grafana.boards import BOARDS
from grafana.export import dashboard
from grafana.rules import RULES
from grafana.shapes import Board
from streams.cli import COMMANDS
from streams.engine import metrics

PROVISIONED: dict[str, Any] = yaml.safe_load((FOLDER / "provisioning" / "alerting" / "leadpulse.yaml").read_text())
UIDS = [board.uid for board in BOARDS]


@pytest.fixture(params=BOARDS, ids=UIDS)
def board(request: pytest.FixtureRequest) -> Board:
    """Each dashboard."""
    return cast(Board, request.param)


@pytest.fixture
def made(board: Board) -> dict[str, Any]:
    """Its file."""
    return cast(dict[str, Any], json.loads((FOLDER / "dashboards" / f"{board.uid}.json").read_text()))


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_what_is_committed_is_what_is_made(path: Path) -> None:
    """`python -m grafana` was run after the last change."""
    assert path.read_text() == files()[path]


def test_nothing_else_is_there() -> None:
    """A dashboard that was renamed leaves no old file, which Grafana would show beside the new one."""
    assert {path.stem for path in (FOLDER / "dashboards").iterdir()} == set(UIDS)


def test_ids_are_unique_and_panels_do_not_lie_on_each_other(made: dict[str, Any]) -> None:
    """Grafana drops a panel whose id was there, and draws one over the other."""
    ids = [panel["id"] for panel in made["panels"]]
    assert len(ids) == len(set(ids))
    places = [panel["gridPos"] for panel in made["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, two in combinations(places, 2):
        beside = one["x"] + one["w"] <= two["x"] or two["x"] + two["w"] <= one["x"]
        assert beside or one["y"] + one["h"] <= two["y"] or two["y"] + two["h"] <= one["y"]


def test_the_data_source_comes_by_the_variable_only(made: dict[str, Any]) -> None:
    """Whoever has named his data source otherwise chooses it above, and every panel follows."""
    used = {json.dumps(found) for found in _all(made["panels"], "datasource")}
    known = {"${store}", "${prometheus}"}
    assert {json.loads(one)["uid"] for one in used} <= known
    variables = {variable["name"] for variable in made["templating"]["list"]}
    assert {json.loads(one)["uid"] for one in used} <= {f"${{{name}}}" for name in variables}
    named = set(re.findall(r"\$\{(\w+)[.:}]", json.dumps(made)))
    assert {name for name in named if not name.startswith("__")} <= variables


def test_drop_downs_begin_with_everything(board: Board, made: dict[str, Any]) -> None:
    """Whoever opens a dashboard sees all; every drop-down is used by a panel, every value has its Russian word."""
    variables = {one["name"]: one for one in made["templating"]["list"]}
    for choice in board.choices:
        variable = variables[choice.name]
        assert variable["multi"] and variable["includeAll"] and variable["current"]["value"] == "$__all"
        assert variable["type"] == ("query" if choice.sql else "custom")
        assert any(f"${choice.name})" in panel.sql for panel in board.panels)
        listed = [entry.partition(" : ") for entry in variable["query"].split(", ")] if choice.values else []
        assert [value for _, _, value in listed] == [*choice.values]


def test_no_day_is_cut_in_a_zone_of_its_own() -> None:
    """Where days are cut the zone is asked for; no city stands in a statement."""
    for board in BOARDS:
        for panel in board.panels:
            assert not re.search(r"'[A-Z]\w+/[A-Z]\w+'", panel.sql)
            assert not re.search(r"(toStartOfDay|toMonday|toDate|toHour)\((\w|[.$])+\)", panel.sql)
            assert not re.search(r"dateDiff\('(day|week|month)', \w+, \$__\w+\)", panel.sql)


def test_every_panel_says_what_to_do(board: Board, made: dict[str, Any]) -> None:
    """In Russian: what it shows, and what to do when it is bad; no title twice."""
    shown = [panel for panel in made["panels"] if panel["type"] != "row"]
    assert len({panel["title"] for panel in shown}) == len(shown) == len(board.panels)
    for panel in shown:
        what, _, todo = panel["description"].partition("\n\nЧто делать: ")
        assert re.match("[А-Я]", panel["title"]) and re.match("[А-Я]", what) and len(todo) > 10
        assert todo.endswith(".") and what.endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]


def test_every_column_of_a_table_has_a_russian_name(board: Board) -> None:
    """No code of ours stands over a column."""
    for panel in board.panels:
        if panel.kind == "table":
            named = [name for name in _columns(panel.sql) if not re.match("[А-Я]", panel.titles.get(name, ""))]
            assert named == [], panel.title


def test_clients_lead_to_their_cards(made: dict[str, Any]) -> None:
    """Each number of a client in a table is a link."""
    for panel in made["panels"]:
        if panel["type"] == "table" and re.match(r"SELECT (\w\.)?lead_id", panel["targets"][0]["rawSql"]):
            [over] = [one for one in panel["fieldConfig"]["overrides"] if one["matcher"]["options"] == "lead_id"]
            [link] = [one["value"][0]["url"] for one in over["properties"] if one["id"] == "links"]
            assert link == "${public_url}/leads/${__value.raw}"


def test_commands_that_are_named_exist(board: Board) -> None:
    """Who copies one from a panel or an alert does not meet "no such command"."""
    texts = [dashboard(board), *(rule.do for rule in RULES)]
    named = set(re.findall(r"`leadpulse ([a-z][a-z-]*)", "\n".join(texts)))
    assert named and named - COMMANDS.keys() == set()


def test_metrics_that_are_asked_exist() -> None:
    """A metric of Prometheus in a panel is one that a worker serves."""
    assert metrics.LAG is not None
    served = {name for metric in REGISTRY.collect() for name in (metric.name, f"{metric.name}_total")}
    asked = {name for board in BOARDS for panel in board.panels for name in re.findall(r"leadpulse_\w+", panel.promql)}
    assert asked and asked - served == set()


def test_rules_stand_for_themselves() -> None:
    """No macro of the browser in them, no variable, an id once, and each leads to a panel that is there."""
    [group] = PROVISIONED["groups"]
    assert len({rule["uid"] for rule in group["rules"]}) == len(group["rules"]) == len(RULES)
    for rule in group["rules"]:
        sql = rule["data"][0]["model"]["rawSql"]
        assert not re.search(r"\$__(conditionalAll|adHocFilters)|\$\{|\$(?!__)", sql)
        assert "GROUP BY" not in sql.rpartition(")")[2]
        assert [part["refId"] for part in rule["data"]] == ["A", "B", "C"] and rule["condition"] == "C"
        shown = json.loads((FOLDER / "dashboards" / f"{rule['dashboardUid']}.json").read_text())["panels"]
        [panel] = [panel for panel in shown if panel["id"] == rule["panelId"]]
        assert panel["title"] in {one.panel for one in RULES}


def _all(value: Any, key: str) -> list[Any]:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = [value[key]] if isinstance(value, dict) and key in value else []
    return found + [one for part in inner for one in _all(part, key)]


def _columns(sql: str) -> list[str]:
    """Names of the columns of the outermost SELECT."""
    depth, parts, start = 0, [], len("SELECT ")
    for at in range(start, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[at], 0)
        if depth == 0 and (sql[at] == "," or sql.startswith(" FROM ", at)):
            parts.append(sql[start:at].strip())
            start = at + 1
        if depth == 0 and sql.startswith(" FROM ", at):
            break
    return [part.rpartition(" AS ")[2].rpartition(".")[2] for part in parts]
