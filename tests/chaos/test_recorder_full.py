"""A recordings disk without a byte left, under the agent's own process: a real mount, so as root (CI is)."""

import os
from pathlib import Path

import pytest

from tests.chaos.test_recorder_disks import mounted
from tests.integration.recorder_host import Host, reach, whole
from tests.unit.recorder.clips import write_session

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")


async def test_full_recordings_disk(tmp_path: Path, bootstrap: str) -> None:
    """The agent frees a disk on which its own notes find no room: one recording with a marker, one whose marker the
    hook could not write; each is published once and deleted, and then the disk is in order again."""
    host = Host(tmp_path, bootstrap, LOCAL="delete", QUIET_MINUTES="0.02")
    await host.create_topics()
    async with mounted(host.recordings, "-t", "tmpfs", "-o", "size=4m", "none"):
        for folder in ("pending", "failed", "done"):
            (host.recordings / ".leadpulse" / folder).mkdir(parents=True)
        marked = write_session(host.recordings, "marked")
        await host.finalize(marked)
        forgotten = write_session(host.recordings, "forgotten", room="lead-7")
        fill(forgotten / "ballast")
        await host.finalize(forgotten)
        for path in forgotten.iterdir():
            os.utime(path, (path.stat().st_mtime - 60,) * 2)  # quiet for long: the first sweep takes it
        assert len(host.waiting()) == 1
        async with host.running():
            told = await host.recordings_told(2)
            await reach(lambda: not marked.exists() and not list(forgotten.glob("*.mp4")))
            await reach(lambda: not host.waiting())
        assert sorted(r.session_id for r in told) == ["forgotten", "marked"]
        assert whole(host.share, told)
        assert len(list((host.recordings / ".leadpulse" / "done").glob("*.json"))) >= 1
        assert len(await host.recordings_told(2)) == 2


def fill(path: Path) -> None:
    """Write until nothing fits, in ever smaller steps."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 14, 1 << 12, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
