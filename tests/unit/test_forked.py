"""A forked process of a test is as one that Python started, but for what it had to import."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.forked import ROOT, Forked, Request

CHILD = "tests.unit.forked_child"
ENVIRON = {"A": "b", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def start(out: Path, *arguments: str) -> Forked:
    """The child, with its output in a file."""
    with out.open("wb") as file:
        return Forked(Request(CHILD, arguments, ENVIRON), file.fileno(), file.fileno())


def waits(out: Path) -> None:
    """Until the child has said something."""
    deadline = time.monotonic() + 300
    while not out.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.parametrize("code", [0, 3])
def test_it_has_its_own_environment_arguments_and_end(tmp_path: Path, code: int) -> None:
    """The same as `python -m` says and leaves, but the workers are imported before."""
    out = tmp_path / "out"
    process = start(out, "exit", str(code))
    assert process.wait(300) == process.poll() == process.returncode == code
    command = [sys.executable, "-m", CHILD, "exit", str(code)]
    own = subprocess.run(command, env=ENVIRON, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert own.returncode == code
    assert out.read_text().splitlines() == ["imported True", *own.stdout.splitlines()[1:]]
    assert own.stdout.startswith(f"imported False\n['exit', '{code}'] __main__ [('A', 'b'), ")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(tmp_path: Path, number: int) -> None:
    """And the code says which; another process goes on meanwhile, and is ended with no signal of ours."""
    out = tmp_path / "out"
    process, other = start(out, "sleep"), start(tmp_path / "other", "sleep")
    waits(out)
    waits(tmp_path / "other")
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.01)
    process.send_signal(number)
    assert process.wait(300) == -number
    process.send_signal(number)
    assert other.poll() is None
    other.send_signal(signal.SIGKILL)
    assert other.wait(300) == -signal.SIGKILL


def test_none_outlives_who_asked_for_it() -> None:
    """A test session that is killed leaves no worker: its line is closed by the kernel."""
    code = (
        "import os; from tests.forked import Forked, Request;"
        f"process = Forked(Request({CHILD!r}, ('sleep',), {ENVIRON!r}), 2, 2);"
        "os.write(1, b'%d' % process.pid); os.kill(os.getpid(), 9)"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert said.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 300
    while psutil.pid_exists(int(said.stdout)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not psutil.pid_exists(int(said.stdout))


def test_it_may_end_while_a_signal_is_sent(tmp_path: Path) -> None:
    """However often it is sent: between its end and what its code says there is nobody to take it."""
    for number in range(30):
        process = start(tmp_path / str(number), "sleep")
        waits(tmp_path / str(number))
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.returncode == -signal.SIGTERM
