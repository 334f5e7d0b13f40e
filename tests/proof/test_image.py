"""The Dockerfile's steps in a root made by debootstrap, then the program in it: not root, only its data writable."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.dockerfile import Build, Stage, run
from tests.wheel import ROOT

pytestmark = [pytest.mark.proof, pytest.mark.skipif(os.geteuid() != 0, reason="chroot and mounts need root")]

COMPILERS = ("gcc", "cc", "c++", "make", "javac", "pip", "mvn")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Stages over a minimal Debian of the release that the file begins with."""
    folder = tmp_path_factory.mktemp("image")
    base = folder / "debian"
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", base], check=True, capture_output=True)
    return Build(ROOT / "Dockerfile", base, folder)


def checked(stage: Stage, data: Path) -> dict[str, list[str]]:
    """What `leadpulse check` finds."""
    data.mkdir()
    said = run(stage, data, "check", "--json")
    assert said.returncode in (0, 1), said.stderr
    found: dict[str, list[str]] = json.loads(said.stdout)["faults"]
    return found


def found_in(stage: Stage, data: Path, *programs: str) -> list[str]:
    """Which of the programs the stage has."""
    look = Stage(stage.root, stage.environ, stage.workdir, stage.user, stage.volumes, ["sh", "-c"])
    each = f"for name in {' '.join(programs)}; do command -v $name; done"  # dash looks for the first of several only
    return run(look, data, f"{each}; id -u; touch /usr/x /etc/x 2>&1; true").stdout.split("\n")


def test_a_worker(build: Build, tmp_path: Path) -> None:
    """`leadpulse check` answers as user 10001 with a read-only root; of all it misses only what is not there."""
    stage = build.make("leadpulse")
    faults = checked(stage, tmp_path / "data")
    assert faults["настройки"] == faults["папки и диски"] == faults["порты"] == []
    assert any("Kafka" in fault for fault in faults["Kafka"])
    said = found_in(stage, tmp_path / "data", *COMPILERS, "java")
    assert said[0] == "10001"
    assert sum("Read-only file system" in line for line in said) == 2


def test_the_whole_on_one_machine(build: Build, tmp_path: Path) -> None:
    """The other target has Java and Kafka in it, and still no compiler and nobody else's tools."""
    stage = build.make("embedded")
    assert checked(stage, tmp_path / "data")["папки и диски"] == []
    said = found_in(stage, tmp_path / "data", *COMPILERS, "java")
    assert said[:2] == ["/usr/bin/java", "10001"]
    [kafka] = (stage.root / "opt/leadpulse/cache/kafka").iterdir()
    assert len(list(kafka.glob("*.jar"))) > 20 and len(list(kafka.glob("*.jsa"))) == 1
