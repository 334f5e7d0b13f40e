"""An installed wheel, outside the clone, as a server runs it: `leadpulse up` gets ready under its unit's system calls.

The wheel is unpacked and compiled as pip does; its requirements and Kafka's jars are those of this run. `make proof`
installs and fetches them anew as well.
"""

import compileall
import zipfile
from collections.abc import Callable
from pathlib import Path

from streams.embedded.jars import fetch
from tests.up import COMMAND, Up, held_by
from tests.wheel import ROOT, build


async def test_an_unpacked_wheel_gets_ready(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> None:
    """In an empty folder with a new home all workers of the wheel's code come up: entry points, pom, migrations."""
    site, home, folder = tmp_path / "site", tmp_path / "home", tmp_path / "empty"
    zipfile.ZipFile(build(tmp_path)).extractall(site)
    assert compileall.compile_dir(site, quiet=1)
    home.mkdir()
    folder.mkdir()
    up = Up(folder, free_ports()[0], (*held_by(ROOT / "deploy" / "systemd" / "leadpulse.service"), *COMMAND))
    up.environ |= {"PYTHONPATH": str(site), "HOME": str(home), "LEADPULSE_CACHE": str((await fetch()).parents[1])}
    up.environ["LEADPULSE_STORE__CONFINED"] = "false"  # it lets a folder of sources be read in part, and this is one
    try:
        await up.start()
        await up.ready()
        assert "Seccomp:\t2" in Path(f"/proc/{up.children()['java'].pid}/status").read_text()
        assert str(site).encode() in Path(f"/proc/{up.children()['pipeline'].pid}/environ").read_bytes()
        assert list(site.rglob("*.jar")) == []
    finally:
        await up.kill()
