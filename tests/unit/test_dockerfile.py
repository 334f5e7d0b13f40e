"""The Dockerfile: sound by hadolint, and a build gets only what is named. `make proof` runs its steps."""

import subprocess
import sys
from pathlib import Path

from tests.dockerfile import context, instructions
from tests.wheel import ROOT

FILE = ROOT / "Dockerfile"


def test_hadolint_finds_nothing() -> None:
    """Its rules, and shellcheck's for each step; what is left out says why."""
    said = subprocess.run([Path(sys.executable).parent / "hadolint", FILE], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, "")


def test_the_last_stages_run_as_nobody_special() -> None:
    """What a person builds ends with a user by number, which Kubernetes can prove not to be root."""
    user, users = "", {}
    for name, argument in instructions(FILE.read_text()):
        if name == "FROM":
            stage = argument.split(" AS ")[1]
        if name == "USER":
            user = argument
        if name == "CMD":
            users[stage] = user
    assert users == {"embedded": "10001:10001", "leadpulse": "10001:10001"}


def test_secrets_beside_compose_stay_out(tmp_path: Path) -> None:
    """An operator builds where his settings and secrets lie."""
    (tmp_path / ".dockerignore").write_text((ROOT / ".dockerignore").read_text())
    (tmp_path / "deploy" / "secrets").mkdir(parents=True)
    for name in (".env", "leadpulse.toml", "compose.override.yaml", "secrets/telegram-token", "compose.yaml"):
        (tmp_path / "deploy" / name).write_text("secret")
    assert [path.name for path in context(tmp_path)] == ["compose.yaml"]
    ignored = (ROOT / ".gitignore").read_text().split()
    assert {"deploy/.env", "deploy/secrets/", "deploy/leadpulse.toml", "deploy/compose.override.yaml"} <= {*ignored}


def test_a_build_gets_what_is_named() -> None:
    """No settings, no secrets, no data, no history; all that the package is built from."""
    names = {str(path.relative_to(ROOT)) for path in context(ROOT)}
    assert {name.split("/")[0] for name in names} == {
        *("alerting", "deploy", "grafana", "jibri-hooks", "processors", "schemas", "streams"),
        *("README.md", "pyproject.toml", "requirements"),
    }
    assert {name for name in names if name.startswith("requirements/")} == {
        "requirements/lock.txt",
        "requirements/mcp.txt",
    }
    assert not any("__pycache__" in name for name in names)
