"""SIGKILL of the recorder agent at random points of copy and publish."""

import asyncio
import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import living
from tests.integration.recorder_host import DEADLINE_S, Host, reach, whole

SHORT, FULL = 8, 20
"""Kills; twenty were asked for."""
SIZE = 3 << 20


def write_noise(recordings: Path, session: str) -> Path:
    """A recording of random bytes, so that no two files are alike."""
    directory = recordings / session
    directory.mkdir()
    (directory / f"lead-7-{session}_2026-08-20-12-00-00.mp4").write_bytes(os.urandom(SIZE))
    return directory


@pytest.mark.parametrize("kills", [SHORT, pytest.param(FULL, marks=pytest.mark.proof)])
async def test_killed_at_random_points(
    tmp_path: Path, bootstrap: str, kills: int, record_property: Callable[[str, object], None]
) -> None:
    """SIGKILLs while copying, between copy and publish, and at any time: each file once and whole on the share,
    each recording told at least once and under one id, and interrupted copies are continued."""
    record_property("kills", kills)
    host = Host(tmp_path, bootstrap, COPY_MB_PER_SECOND="12", LOCAL="delete")
    await host.create_topics()
    dice = random.Random(4)
    for number in range(kills):
        session = f"s{number:02}"
        await host.finalize(write_noise(host.recordings, session))
        process = await host.start("run")
        match number % 4:
            case 0 | 1:  # in the middle of the copy
                wanted = dice.uniform(0.05, 0.95) * SIZE
                await reach(lambda wanted=wanted, s=session: copied(host, s) >= wanted)  # type: ignore[misc]
            case 2:  # the copy has its name, its event is on the way
                await reach(lambda s=session: any(s in path.name for path in named(host)))  # type: ignore[misc]
                await asyncio.sleep(dice.uniform(0.0, 0.12))
            case _:  # anywhere from start to end
                await asyncio.sleep(dice.uniform(0.0, 0.9))
        process.kill()
        await process.wait()
    process = await host.start("once")
    assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0

    told = await host.recordings_told(kills)
    ids = {recording.session_id: set[str]() for recording in told}
    for recording in told:
        ids[recording.session_id].add(recording.recording_id)
    assert sorted(ids) == [f"s{number:02}" for number in range(kills)]
    assert {len(of_one) for of_one in ids.values()} == {1}
    assert whole(host.share, told)
    assert host.stored() == sorted({host.share / recording.path for recording in told})
    assert [path.name for path in host.recordings.iterdir()] == [".leadpulse"]
    assert any(int(count) for count in re.findall(r"resumed=(\d+)", host.log.read_text()))


def named(host: Host) -> list[Path]:
    return [path for path in host.stored() if not path.name.startswith(".")]


def copied(host: Host, session: str) -> int:
    """Bytes of a session's `.part`; all of them when it has its name already."""
    found = [path for path in living.files(host.share) if path.parent.name == session]
    return max((SIZE if path.name[0] != "." else living.size(path) for path in found), default=0)
