"""What a confined process can and cannot do, each in a child of its own, since nothing takes it back."""

import os
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from streams.engine import environment, landlock
from tests.ports import free_port

NOTHING = landlock.Needs((), (), frozenset(), frozenset())

TRY = """
import os, socket, sys
from pathlib import Path
from streams.engine import landlock

def can(what, *arguments):
    try:
        what(*arguments)
    except PermissionError:
        return False
    return True

def connect(port):
    with socket.socket() as s:
        s.connect(("127.0.0.1", port))

def listen(port):
    with socket.socket() as s:
        s.bind(("127.0.0.1", port))

own, other, known, strange, free = Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])
(own / "before").write_text("x")
version = landlock.confine(
    landlock.Needs(read=(other / "told",), write=(own,), listen=frozenset({0}), connect=frozenset({known}))
)
import xml.dom.minidom  # a module that nothing has loaded yet
import alerting.render
sys.stdout.write(repr([version, *map(int, [
    can((own / "before").read_text), can((own / "new").write_text, "x"), can((own / "deep").mkdir),
    can(os.replace, own / "new", own / "newer"), can((other / "told").read_text),
    can((other / "secret").read_text), can((other / "made").write_text, "x"), can((other / "told").write_text, "x"),
    can(os.listdir, other), can(Path("/etc/shadow").read_text), can(os.listdir, Path.home()),
    can(Path("/proc/self/environ").read_bytes), can(Path(f"/proc/{os.getppid()}/environ").read_bytes),
    can(os.execv, "/bin/true", ["true"]),
    can(connect, known), can(connect, strange), can(listen, 0), can(listen, free),
])]))
"""


def test_only_what_was_named_is_left(tmp_path: Path) -> None:
    """Own folders, one file of another, the interpreter, two kinds of ports; neither secrets of the system, nor the
    environment, nor programs, nor other ports. A kernel without it says so in `check`."""
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (other / "told").write_text("x")
    (other / "secret").write_text("x")
    with socket.socket() as known, socket.socket() as strange:
        for listener in (known, strange):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
        ports = [str(s.getsockname()[1]) for s in (known, strange)]
        done = run(TRY, str(own), str(other), *ports, str(free_port()))
    version, *can = eval(done)
    assert version == landlock.abi()
    files = [1, 1, 1, 1, 1, *([0] * 9)] if version else [1] * 13
    nets = [1, 0, 1, 0] if version >= 4 else [1] * 4
    assert can == files + nets


def test_what_check_says() -> None:
    """Nothing where all is held; else which kernel it takes, and what holds people's SQL meanwhile."""
    assert landlock.told(4) is None
    assert "6.7" in str(landlock.told(3))
    assert "5.13" in str(landlock.told(0))
    assert landlock.abi() >= 0


def test_too_late() -> None:
    """A thread that runs already would stay free: that is a fault of ours, and said. Without Landlock nothing is."""
    if landlock.abi() == 0:
        assert landlock.confine(NOTHING) == 0
        return
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="threads run already"):
            landlock.confine(NOTHING)
    finally:
        stop.set()
        thread.join()


def test_sources_are_read_and_nothing_beside_them() -> None:
    """Of the folder that we are run from only its packages: `leadpulse.toml` and `var` may stand beside them."""
    root = Path(__file__).parents[3]
    paths = landlock.python_paths()
    assert root / "streams" in paths
    assert root not in paths
    assert not any((root / "var").is_relative_to(path) or (root / "leadpulse.toml") == path for path in paths)


FORGET = """
import os, sys
from pathlib import Path
from streams.engine import environment
environment.forget("LEADPULSE_")
shown = Path("/proc/self/environ").read_bytes()
sys.stdout.write(repr([b"hunter2" in shown, b"kept" in shown, os.environ.get("LEADPULSE_A__B"), os.environ["OTHER"]]))
"""


def test_secrets_are_forgotten() -> None:
    """They are gone from the process's own view and from what /proc shows of it; other variables stay."""
    given = {"LEADPULSE_A__B": "hunter2", "LEADPULSE_C": "x=hunter2", "OTHER": "kept", "LEADPULSE_EMPTY": ""}
    assert eval(run(FORGET, environ=given)) == [False, True, None, "kept"]
    environment.forget("NO_SUCH_PREFIX_")


def run(script: str, *arguments: str, environ: dict[str, str] | None = None) -> str:
    """What a child prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        env=dict(os.environ) | (environ or {}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_our_own_packages_may_be_read_wherever_they_are(tmp_path: Path) -> None:
    """Of an editable installation, called from any folder, nothing stands on Python's path; it is imported later."""
    program = (
        "import sys; from streams.engine.landlock import python_paths;"
        "sys.path[:] = [p for p in sys.path if 'lib' in p];"
        "print(*python_paths(), sep=chr(10))"
    )
    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    paths = [Path(line) for line in said.stdout.splitlines()]
    for name in ("streams", "schemas", "processors", "alerting"):
        assert any(path.name == name and (path / "__init__.py").exists() for path in paths)
