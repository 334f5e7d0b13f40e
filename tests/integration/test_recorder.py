"""The Jibri side as it runs there: finalize.sh and the agent's own process, with a real broker."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.failed import DeadLetter
from schemas.sources import Recording
from schemas.topics import DEAD_LETTERS, RECORDINGS
from tests.integration.recorder_host import DEADLINE_S, HOOK, LETTER, RECORDING, STOP_S, Host, get, reach
from tests.unit.recorder.clips import write_session


@pytest.fixture
async def host(tmp_path: Path, bootstrap: str) -> Host:
    made = Host(tmp_path, bootstrap)
    await made.create_topics()
    return made


async def test_hook_to_topic(host: Host) -> None:
    """A hook call ends as a verified file and an event; a marker to nowhere and a cut mp4 do not hold up the rest."""
    good = write_session(host.recordings, "good")
    cut = write_session(host.recordings, "cut", room="standup")
    [film] = cut.glob("*.mp4")
    film.write_bytes(film.read_bytes()[:-3000])
    async with host.running():
        await host.finalize(host.recordings / "never was")
        await host.finalize(cut)
        await host.finalize(good)
        records = await host.read(RECORDINGS.name, 2)
        letters = await host.read(DEAD_LETTERS.name, 1)
        await reach(lambda: "listening" in host.log.read_text())
        port = re.findall(r"port=(\d+)", host.log.read_text())[0]
        counted = 'published_total{status="damaged"} 1'  # the record is read by us before its answer reaches the agent
        await reach(lambda: counted in get(f"http://127.0.0.1:{port}/metrics"))
        assert await asyncio.to_thread(get, f"http://127.0.0.1:{port}/readyz") == "ready\n"
    told = {r.session_id: r for r in (RECORDING.decode(value) for _, value in records) if isinstance(r, Recording)}
    assert {key for key, _ in records} == {r.recording_id.encode() for r in told.values()}
    assert (told["good"].status, told["good"].lead_id) == ("ok", "12345")
    assert (told["cut"].status, told["cut"].lead_id) == ("damaged", None)
    for recording in told.values():
        content = (host.share / recording.path).read_bytes()
        assert sha256(content).hexdigest() == recording.sha256
    [(key, value)] = letters
    letter = LETTER.decode(value)
    assert isinstance(letter, DeadLetter)
    assert (key, letter.topic, letter.error_class) == (b"spool/0", "spool", "DeadMarker")
    assert letter.payload == f"{host.recordings}/never was\n".encode()


async def test_stop_in_mid_copy(host: Host) -> None:
    """SIGTERM during a copy ends the agent in time with a `.part` only; the next start copies and publishes it."""
    directory = host.recordings / "big"
    directory.mkdir()
    with (directory / "lead-7_2026-08-20-12-00-00.mp4").open("wb") as file:
        file.truncate(300 << 20)
    await host.finalize(directory)
    async with host.running():
        await reach(lambda: bool(host.stored()))
    assert [path.suffix for path in host.stored()] == [".part"]
    process = await host.start("once")
    assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 0
    [(_, value)] = await host.read(RECORDINGS.name, 1)
    told = RECORDING.decode(value)
    assert isinstance(told, Recording)
    assert host.stored() == [host.share / told.path]
    assert (told.size, told.status, told.lead_id) == (300 << 20, "damaged", "7")


async def test_wrong_settings(host: Host) -> None:
    """A wrong environment ends the agent with 2 and names every fault."""
    host.environ |= {"LEADPULSE_RECORDER__TARGET": "here", "LEADPULSE_RECORDER__TARGTE": "/x"}
    process = await host.start("run")
    assert await asyncio.wait_for(process.wait(), DEADLINE_S) == 2
    assert "TARGET: must be an absolute path" in host.log.read_text()
    assert "TARGTE: there is no such setting" in host.log.read_text()


async def test_interrupted(host: Host) -> None:
    """Ctrl-C while nothing is to do ends it as SIGTERM does, however often it is pressed."""
    process = await host.start("run")
    await reach(lambda: "listening" in host.log.read_text())
    async with asyncio.timeout(STOP_S):
        while process.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGINT)  # `send_signal` polls, and may take the exit code from asyncio
            await asyncio.sleep(0.002)
    assert process.returncode == 0


async def test_check_all_well(host: Host, tmp_path: Path) -> None:
    """On a host as it must be, `check` ends with 0, and leaves nothing on the share."""
    write_session(host.recordings, "s")
    host.environ["LEADPULSE_RECORDER__HOOK"] = str(HOOK)
    code, told = await run_check(host)
    assert (code, "FAULT" in told) == (0, False), told
    assert list(host.share.iterdir()) == []


async def test_check_tells_every_fault(host: Host, tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> None:
    """Wrong owners everywhere, a hook without its bit and no broker: each is told, and the exit code is 1.

    Root without any capability is the user here: it may do no more than any other to files that are not its own.
    """
    directory = write_session(host.recordings, "s")
    hook = tmp_path / "finalize.sh"
    hook.write_text("#!/bin/sh\n")
    spool = host.recordings / ".leadpulse"
    (spool / "pending").mkdir(parents=True)
    for path, mode in ((spool / "pending", 0o755), (host.share, 0o755), (next(directory.glob("*.mp4")), 0o600)):
        path.chmod(mode)
        os.chown(path, 65534, 65534)
    host.environ |= {
        "LEADPULSE_RECORDER__HOOK": str(hook),
        "LEADPULSE_RECORDER__KAFKA_BOOTSTRAP": f"127.0.0.1:{free_ports()[0]}",
    }
    code, told = await run_check(host, "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all")
    faults = [line.split()[1] for line in told.splitlines() if line.startswith("FAULT")]
    assert (code, faults) == (1, ["recordings", "spool", "hook", "target", "Kafka"]), told
    for words in (".mp4: unreadable", "pending: not writable", "not executable", "Permission denied", "bootstrap"):
        assert words in told


async def test_check_missing_topics_and_share(host: Host) -> None:
    """A cluster without our topics, a share that is not there, and no hook are told too."""
    host.environ |= {
        "LEADPULSE_RECORDER__KAFKA_PREFIX": f"{host.prefix}none.",
        "LEADPULSE_RECORDER__HOOK": "/nowhere/finalize.sh",
    }
    host.share.rmdir()
    code, told = await run_check(host)
    assert code == 1
    for words in ("no such topic", "dead.letters", "source.recordings", "target folder is missing", "no such file"):
        assert words in told


async def run_check(host: Host, *wrapper: str) -> tuple[int, str]:
    command = (*wrapper, sys.executable, "-m", "recorder", "check")
    environ = host.environ | {"PATH": os.environ["PATH"]}
    process = await asyncio.create_subprocess_exec(*command, env=environ, stdout=PIPE, cwd="/")
    told, _ = await asyncio.wait_for(process.communicate(), DEADLINE_S)
    return process.returncode or 0, told.decode()
