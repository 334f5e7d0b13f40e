"""How Kafka's jars get into the cache, by a stand-in for Maven."""

import os
import pwd
from pathlib import Path

import pytest

from schemas.errors import Transient
from streams.embedded import jars

MAVEN = """#!/bin/sh
for argument in "$@"; do
    case $argument in -DoutputDirectory=*) mkdir -p "${argument#*=}" && touch "${argument#*=}/kafka.jar" ;; esac
done
printf '%s\\n' "$@" >"$HOME/said"
"""

BROKEN = """#!/bin/sh
printf '\\033[0m\\033[0m[ERROR] no route\\n[ERROR] Re-run Maven with -X\\n'
exit 1
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, an empty cache and a Maven of our own."""
    (tmp_path / "bin").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("LEADPULSE_CACHE", str(tmp_path / "cache"))
    row = pwd.struct_passwd(("leadpulse", "x", 1, 1, "", str(home), "/bin/sh"))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: row)
    maven(tmp_path, MAVEN)
    return home


def maven(folder: Path, text: str) -> None:
    """Make it the program `mvn`."""
    program = folder / "bin" / "mvn"
    program.write_text(text)
    program.chmod(0o755)


@pytest.mark.parametrize("writable", [True, False])
async def test_a_home_that_cannot_be_written(writable: bool, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Maven keeps its own copies in the home as always; where it cannot, beside the jars, and only for as long."""
    monkeypatch.setattr(os, "access", lambda place, _: writable or not str(place).startswith(str(home)))
    folder = await jars.fetch()
    assert [path.name for path in folder.iterdir()] == ["kafka.jar"]
    assert ("-Dmaven.repo.local=" in (home / "said").read_text()) is not writable
    assert list(folder.parent.iterdir()) == [folder]


async def test_what_a_killed_fetch_left_is_removed(home: Path) -> None:
    """Half a fetch of a process that is gone does not fill the disk; that of a living one is left alone."""
    cache = jars.folder().parent
    dead, alive = cache / ".fetch-99999999-abc", cache / f".fetch-{os.getpid()}-abc"
    for left in (dead, alive):
        (left / "jars").mkdir(parents=True)
    await jars.fetch()
    assert not dead.exists() and alive.exists()


async def test_a_failed_fetch_is_one_line(home: Path) -> None:
    """The reason without Maven's colours and its advice on Maven; nothing half done stays."""
    maven(home.parent, BROKEN)
    with pytest.raises(Transient) as caught:
        await jars.fetch()
    assert str(caught.value) == "Maven не смог получить Kafka: no route"
    assert list(jars.folder().parent.iterdir()) == []
