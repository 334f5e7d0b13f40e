"""The unit files: systemd understands them, they are closed, and their times fit the programs."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from streams.cli.run import WORKERS
from streams.embedded.broker import STOP_SECONDS as BROKER_SECONDS
from streams.embedded.child import STOP_SECONDS as CHILD_SECONDS
from streams.engine.worker import STOP_SECONDS as WORKER_SECONDS

ROOT = Path(__file__).parents[2]
OURS = [ROOT / "deploy/systemd/leadpulse.service", ROOT / "deploy/systemd/leadpulse@.service"]
UNITS = [*OURS, ROOT / "jibri-hooks/leadpulse-recorder.service"]
MOST_EXPOSED = 2.0
"""Of ten, by `systemd-analyze security`; its own word for such a unit is "OK", and Debian's usual service has 9.6."""


@pytest.fixture
def placed(tmp_path: Path) -> Path:
    """The units in a folder, with a program that is there: `verify` looks whether it can be started."""
    program = shutil.which("true")
    for unit in UNITS:
        text = re.sub(r"/opt/leadpulse/venv/bin/\S+", str(program), unit.read_text())
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def analyze(*words: object) -> subprocess.CompletedProcess[str]:
    """`systemd-analyze`; it looks at files only."""
    return subprocess.run(["systemd-analyze", *map(str, words)], capture_output=True, text=True)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_reads_it_without_a_word(unit: Path, placed: Path) -> None:
    """Not one unknown key, wrong value or missing section."""
    name = "leadpulse@store.service" if "@" in unit.name else unit.name
    if "@" in unit.name:
        (placed / name).symlink_to(placed / unit.name)
    said = analyze("verify", "--man=no", "--recursive-errors=no", placed / name)
    about = [line for line in said.stderr.splitlines() if unit.name.partition("@")[0] in line]
    assert (said.returncode, about) == (0, [])


@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.name)
def test_it_is_closed(unit: Path, placed: Path) -> None:
    """systemd's own measure of what a broken-in program could reach."""
    limit = int(MOST_EXPOSED * 10)
    said = analyze("security", "--offline=yes", "--no-pager", f"--threshold={limit}", placed / unit.name)
    assert said.returncode == 0, said.stdout


def keys(unit: Path) -> dict[str, list[str]]:
    """Every key of a unit with its values."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def test_both_are_closed_alike() -> None:
    """What is taken away from the one is taken away from the other."""
    one, other = (keys(unit) for unit in OURS)
    told = {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}
    meant = {
        "Description",
        "Documentation",
        "Environment",
        "EnvironmentFile",
        "ExecStart",
        "TimeoutStopSec",
        "OOMPolicy",
    }
    assert told == meant


def test_there_is_time_to_stop_in_order() -> None:
    """`up` stops the gateway, then the others, then Kafka, each with its limit; a worker has its own. Only the main
    process gets the signal: it says who ends when."""
    up, worker = (keys(unit) for unit in OURS)
    assert float(up["TimeoutStopSec"][0]) > 2 * CHILD_SECONDS + BROKER_SECONDS
    assert float(worker["TimeoutStopSec"][0]) > 2 * WORKER_SECONDS
    assert up["KillMode"] == worker["KillMode"] == ["mixed"]


def test_a_worker_of_a_unit_is_one_of_ours() -> None:
    """`leadpulse@NAME` in the documents starts a worker that exists."""
    named = {
        name
        for page in (ROOT / "docs").glob("*.md")
        for name in re.findall(r"leadpulse@([a-z]+)(?![a-z.])", page.read_text())
    }
    assert named <= WORKERS.keys() | {"service"}
