"""An installed wheel, outside the clone, as a server runs it: `leadpulse up` gets ready under its unit's system calls.

The wheel is unpacked as pip does; its requirements are those of this run. `make proof` installs them anew as well.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.up import COMMAND, Up, held_by
from tests.wheel import ROOT, build


async def test_an_unpacked_wheel_gets_ready(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> None:
    """In an empty folder with a new home all workers of the wheel's code come up: entry points, pom, migrations."""
    site, home, folder = tmp_path / "site", tmp_path / "home", tmp_path / "empty"
    zipfile.ZipFile(build(tmp_path)).extractall(site)
    home.mkdir()
    folder.mkdir()
    up = Up(folder, free_ports()[0], (*held_by(ROOT / "deploy" / "systemd" / "leadpulse.service"), *COMMAND))
    up.environ |= {"PYTHONPATH": str(site), "HOME": str(home)}
    up.environ["LEADPULSE_STORE__CONFINED"] = "false"  # it lets a folder of sources be read in part, and this is one
    try:
        await up.start()
        await up.ready()
        assert "Seccomp:\t2" in Path(f"/proc/{up.children()['java'].pid}/status").read_text()
        assert str(site).encode() in Path(f"/proc/{up.children()['pipeline'].pid}/environ").read_bytes()
        assert list(site.rglob("*.jar")) == []
    finally:
        await up.kill()
