"""An installed wheel in a venv of its own, with a new home: `leadpulse up` from nothing to ready."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.up import Up, held_by
from tests.wheel import ROOT, build

pytestmark = pytest.mark.proof


@pytest.fixture
def leadpulse(tmp_path: Path) -> Path:
    """The command, installed from the wheel with the locked requirements into a venv of its own."""
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    pip: list[str | Path] = [venv / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "--require-hashes", "-r", ROOT / "requirements" / "lock.txt"], check=True)
    subprocess.run([*pip, build(tmp_path)], check=True)
    return venv / "bin" / "leadpulse"


async def test_a_fresh_venv_in_an_empty_folder(
    leadpulse: Path, tmp_path: Path, free_ports: Callable[[], tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wheel and locked requirements, nothing else: Kafka is fetched into the home's cache, all workers get ready, under
    the system calls of the unit that the wheel brought."""
    ours = [name for name in os.environ if name.startswith("LEADPULSE_")]
    for name in ("PYTHONPATH", "XDG_CACHE_HOME", "VIRTUAL_ENV", *ours):
        monkeypatch.delenv(name, raising=False)
    venv, home, folder = leadpulse.parents[1], tmp_path / "home", tmp_path / "empty"
    home.mkdir()
    folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    unit = venv / "share" / "leadpulse" / "deploy" / "systemd" / "leadpulse.service"
    up = Up(folder, free_ports()[0], (*held_by(unit), str(leadpulse), "up"))
    try:
        await up.start()
        await up.ready()
        assert "confined landlock=" in up.log  # the store may still give up what it does not need
    finally:
        await up.kill()
    [jars] = (home / ".cache" / "leadpulse" / "kafka").iterdir()
    assert len(list(jars.glob("*.jar"))) > 20
    assert (venv / "share" / "leadpulse" / "jibri-hooks" / "finalize.sh").exists()
    assert (folder / "var" / "chdb").is_dir()
