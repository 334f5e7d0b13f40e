"""`leadpulse web` without Kafka: routes, and that demo users are made in the demo alone."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.cli.web import web_command
from streams.web.table import told


def test_routes_are_the_table() -> None:
    """As JSON what docs/access.json holds; else a line a route."""
    said = CliRunner().invoke(web_command, ["routes", "--json"])
    assert json.loads(said.output) == json.loads(json.dumps(told()))
    lines = CliRunner().invoke(web_command, ["routes"]).output.splitlines()
    assert len(lines) == 2 + len(json.loads(said.output)["routes"])


@pytest.mark.parametrize("running", [None, "no JSON", '{"pid": 4194305, "bootstrap": "127.0.0.1:19092"}'])
def test_demo_users_are_of_the_demo(running: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none runs, or its file is left of one that ended, nobody is let in."""
    monkeypatch.chdir(tmp_path)
    if running is not None:
        (tmp_path / "var" / "demo").mkdir(parents=True)
        (tmp_path / "var" / "demo" / "running.json").write_text(running)
    said = CliRunner().invoke(web_command, ["demo-users", "--print"])
    assert said.exit_code == 1 and "не демонстрация" in str(said.exception)


def test_another_kafka_is_not_the_demos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo runs here, but the settings point elsewhere: its users would get in there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "var" / "demo").mkdir(parents=True)
    running = {"pid": os.getpid(), "bootstrap": "other:9092"}
    (tmp_path / "var" / "demo" / "running.json").write_text(json.dumps(running))
    said = CliRunner().invoke(web_command, ["demo-users", "--print"])
    assert said.exit_code == 1 and "не демонстрация" in str(said.exception)
