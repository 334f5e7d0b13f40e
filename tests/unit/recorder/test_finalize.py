"""The hook: finalize.sh as Jibri calls it, under every POSIX shell that is here."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from recorder.spool import Spool

SCRIPT = Path(__file__).parents[3] / "jibri-hooks" / "finalize.sh"
SHELLS = [
    pytest.param(shell, id=shell[0], marks=pytest.mark.skipif(not shutil.which(shell[0]), reason="not installed"))
    for shell in (["dash"], ["busybox", "sh"], ["bash", "--posix"])
]


def call(shell: list[str], *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [*shell, str(SCRIPT), *arguments], env=path | environ, capture_output=True, text=True, timeout=20
    )


def test_executable() -> None:
    """Jibri executes the file itself, without a shell: it has the bit and a shebang."""
    directory = "/nowhere/at/all"
    done = subprocess.run([SCRIPT, directory], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert os.access(SCRIPT, os.X_OK)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ["381ca070-b77f", "two words", 'it\'s "quoted" $HOME `id`', "-n", "лид%d0*?", "a\\nb"])
def test_marker(tmp_path: Path, shell: list[str], name: str) -> None:
    """Whatever the directory is called, the marker beside it names exactly that directory."""
    directory = tmp_path / "my recordings" / name
    directory.mkdir(parents=True)
    done = call(shell, f"{directory}/")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    [marker] = Spool(directory.parent / ".leadpulse").pending()
    assert marker.directory == directory


@pytest.mark.parametrize("shell", SHELLS)
def test_spool_setting(tmp_path: Path, shell: list[str]) -> None:
    """LEADPULSE_SPOOL moves the spool, and nothing appears beside the recording."""
    directory = tmp_path / "rec" / "s"
    directory.mkdir(parents=True)
    call(shell, str(directory), LEADPULSE_SPOOL=str(tmp_path / "other spool"))
    [marker] = Spool(tmp_path / "other spool").pending()
    assert marker.directory == directory
    assert [p.name for p in (tmp_path / "rec").iterdir()] == ["s"]


@pytest.mark.parametrize("shell", SHELLS)
def test_called_twice(tmp_path: Path, shell: list[str]) -> None:
    """Two calls leave two markers: the second may be about a second file, so it never replaces the first."""
    directory = tmp_path / "s"
    directory.mkdir()
    call(shell, str(directory))
    call(shell, str(directory))
    assert [m.directory for m in Spool(tmp_path / ".leadpulse").pending()] == [directory, directory]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("arguments", [[], [""], ["relative/dir"], ["/"]])
def test_useless_calls(tmp_path: Path, shell: list[str], arguments: list[str]) -> None:
    """A call without an absolute directory complains on stderr, ends with 0 and writes nothing."""
    done = call(shell, *arguments, LEADPULSE_SPOOL=str(tmp_path / "spool"))
    assert done.returncode == 0
    assert "leadpulse finalize" in done.stderr
    assert not (tmp_path / "spool").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_spool_in_the_way(tmp_path: Path, shell: list[str]) -> None:
    """A spool that cannot be made is said on stderr, and the exit code stays 0."""
    (tmp_path / "spool").write_text("a file")
    done = call(shell, str(tmp_path), LEADPULSE_SPOOL=str(tmp_path / "spool"))
    assert done.returncode == 0
    assert "cannot make" in done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_full_disk(tmp_path: Path, shell: list[str]) -> None:
    """Where not a byte can be written, no empty marker stays behind."""
    limited = ["sh", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$@"', "sh", *shell]
    done = call(limited, str(tmp_path / "s"), LEADPULSE_SPOOL=str(tmp_path / "spool"))
    assert done.returncode == 0
    assert "cannot write" in done.stderr
    assert list((tmp_path / "spool" / "pending").iterdir()) == []
