"""Much at once for the recorder agent: 500 directories, a file of gigabytes, two hosts, a broker that is away."""

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from streams.embedded.broker import Broker
from tests.costs import peak_mb
from tests.integration.recorder_host import DEADLINE_S, Host, reach, whole
from tests.unit.recorder.clips import write_clip, write_session

MB = 1 << 20
DIRECTORIES = 500
LARGE = pytest.mark.parametrize("large", [512 * MB, pytest.param(2048 * MB, marks=pytest.mark.proof)])
AWAY_S = 8.0
"""Longer than the first pauses between attempts: from then on a minute (tried by hand) or a day is the same loop."""


async def test_many_directories_at_start(tmp_path: Path, bootstrap: str) -> None:
    """500 forgotten directories at start: every one told once and whole, the agent within 80 MB."""
    host = Host(tmp_path, bootstrap, QUIET_MINUTES="0.001")
    await host.create_topics()
    clip = write_clip(tmp_path / "clip.mp4", 1.0)
    for number in range(DIRECTORIES):
        directory = host.recordings / f"s{number:03}"
        directory.mkdir()
        shutil.copy(clip, directory / f"lead-{number}_2026-08-20-12-00-00.mp4")
    async with host.running() as process:
        told = await host.recordings_told(DIRECTORIES)
        await reach(lambda: not host.waiting())
        counts = await host.metrics()
        peak = peak_mb(process.pid)
    assert len(told) == len({recording.recording_id for recording in told}) == DIRECTORIES
    assert len(host.stored()) == DIRECTORIES
    assert whole(host.share, told)
    assert (counts["swept_total"], counts["failed_total"]) == (DIRECTORIES, 0)
    print(json.dumps({"agent_mb": peak} | children(counts)))  # noqa: T201  # the figures, with `pytest -s`
    assert 0 < peak <= 80
    assert max(children(counts).values()) <= 80


@LARGE
async def test_large_file(tmp_path: Path, bootstrap: str, large: int) -> None:
    """It takes no more memory than a small one (sparse: the time is that of hashing and writing)."""
    host = Host(tmp_path, bootstrap)
    await host.create_topics()
    directory = host.recordings / "large"
    directory.mkdir()
    with (directory / "lead-7_2026-08-20-12-00-00.mp4").open("wb") as file:
        file.truncate(large)
    await host.finalize(directory)
    async with host.running() as process:
        [told] = await host.recordings_told(1)
        counts = await host.metrics()
        peak = peak_mb(process.pid)
    assert (told.size, (host.share / told.path).stat().st_size) == (large, large)
    print(json.dumps({"agent_mb": peak} | children(counts)))  # noqa: T201
    assert children(counts)["deliver"] <= 64
    assert 0 < peak <= 80


async def test_one_session_from_two_hosts(tmp_path: Path, bootstrap: str) -> None:
    """Two Jibris with one session id, one of their files of the same name, copied at the same time: nothing is lost."""
    hosts = [Host(tmp_path / name, bootstrap, name) for name in ("jibri-1", "jibri-2")]
    await hosts[0].create_topics()
    hosts[1].prefix = hosts[0].prefix
    hosts[1].environ |= {
        "LEADPULSE_RECORDER__KAFKA_PREFIX": hosts[0].prefix,
        "LEADPULSE_RECORDER__TARGET": str(hosts[0].share),
    }
    for host, seconds in zip(hosts, (4.0, 5.0), strict=True):
        directory = host.recordings / "one"
        directory.mkdir()
        for name in ("same", host.recordings.parent.name):
            path = write_clip(directory / f"lead-7-{name}_2026-08-20-12-00-00.mp4", seconds)
            os.utime(path, (1_790_000_000, 1_790_000_000))
        await host.finalize(directory)
    async with hosts[0].running(), hosts[1].running():
        told = await hosts[0].recordings_told(4)
    assert len({r.recording_id for r in told}) == len({r.path for r in told}) == len(hosts[0].stored()) == 4
    assert {r.session_id for r in told} == {"one"}
    assert sorted(r.host for r in told) == ["jibri-1", "jibri-1", "jibri-2", "jibri-2"]
    assert whole(hosts[0].share, told)


async def test_broker_away(tmp_path: Path, bootstrap: str, broker: Broker) -> None:
    """Recordings made while Kafka is away are all copied meanwhile, told once each when it is back, and said once."""
    host = Host(tmp_path, bootstrap, LOCAL="delete")
    await host.create_topics()
    async with host.running():
        broker.kill()
        try:
            away = asyncio.create_task(asyncio.sleep(AWAY_S))
            for number in range(10):
                await host.finalize(write_session(host.recordings, f"s{number}"))
            await reach(lambda: len(host.stored()) == 10)
            await within(host.ready, lambda told: "kafka: the broker takes no records" in told)
            await away
            assert len(host.waiting()) == 10
            assert len(list(host.recordings.glob("*/*.mp4"))) == 10
        finally:
            await broker.start()
        told = await host.recordings_told(10)
        await reach(lambda: not host.waiting())
        await within(host.ready, lambda told: told == "ready\n")
    assert {r.session_id for r in told} == {f"s{number}" for number in range(10)}
    assert len({r.recording_id for r in told}) == 10
    assert whole(host.share, told)
    assert list(host.recordings.glob("*/*.mp4")) == []
    assert host.log.read_text().count("Kafka took no record") == 1


def children(counts: dict[str, int]) -> dict[str, int]:
    """The most memory of a child of each kind, MB."""
    return {kind: counts[f'child_peak_bytes{{kind="{kind}"}}'] // MB for kind in ("prepare", "deliver")}


async def within(ask: Callable[[], Awaitable[str]], condition: Callable[[str], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition(await ask()):
            await asyncio.sleep(0.05)
