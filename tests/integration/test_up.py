"""`leadpulse up` as a person runs it: a start that shows everything, a killed one, a second signal, faults in words."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from schemas.topics import LEAD_PARTITIONS
from tests import living, processes
from tests.installation import until
from tests.prometheus import Prometheus
from tests.up import PATIENCE, WORKERS, Up

LINE = re.compile(
    r"(up|broker|gateway|pipeline|transcribe|store|minutes|notify|web|agent|actions) +\| "
    r"\S+T\S+([+-]\d\d:\d\d|Z) [A-Z]+ \S+: ."
)


@pytest.fixture
async def up(tmp_path: Path, free_ports: Callable[[], tuple[int, int]]) -> AsyncIterator[Up]:
    """An installation; nothing of it stays."""
    one = Up(tmp_path, free_ports()[0])
    yield one
    await one.kill()


@pytest.fixture
async def prometheus(up: Up, tmp_path: Path) -> AsyncIterator[Prometheus]:
    """Asks that installation's workers, up or down."""
    ports = {name: int(up.environ[f"LEADPULSE_METRICS__{name.upper()}"]) for name in WORKERS}
    async with Prometheus(tmp_path / "prometheus", ports) as one:
        yield one


async def test_a_first_start_and_an_orderly_end(up: Up, prometheus: Prometheus) -> None:
    """No token, no fault, no secret where it does not belong; a second start changes nothing; a worker comes back."""
    await up.start()
    await up.ready()
    children = up.children()
    assert set(children) == {*WORKERS, "java"}
    await until(prometheus.asked_all, PATIENCE, "Prometheus reads every worker")

    async def measured() -> bool:
        lags = await prometheus.query('count(leadpulse_consumer_lag{topic="lead.events", worker="pipeline"})')
        return [value for _, value in lags] == [LEAD_PARTITIONS]

    await until(measured, PATIENCE, "the lag of every partition")

    for child in children.values():
        environ = Path(f"/proc/{child.pid}/environ").read_bytes()
        assert b"100%-secret" not in environ and b"LEADPULSE_GATEWAY" not in environ
        assert b"LEADPULSE_LOG" not in environ
    assert living.open_to_others(up.folder / "var") == []

    refused = await up.refused()
    assert "уже работает" in refused and str(up.process.pid if up.process else "") in refused
    assert up.children() == children

    children["pipeline"].send_signal(signal.SIGKILL)

    async def back() -> bool:
        return up.children().get("pipeline", children["pipeline"]) != children["pipeline"]

    await until(back, PATIENCE, "pipeline runs again")
    left = list(up.children().values())
    await up.signal(signal.SIGINT)
    assert await up.ended() == 0

    async def told() -> bool:
        return await prometheus.fires("LeadpulseWorkerDown") == set(WORKERS)

    await until(told, PATIENCE, "Prometheus tells of every worker that is down")
    lines = up.log.splitlines()
    assert [line for line in lines if not LINE.match(line)] == []
    assert not [line for line in lines if " ERROR " in line or " CRITICAL " in line]
    assert sum("нет токена бота (telegram.token)" in line for line in lines) == 1
    assert sum("pipeline завершился (сигнал 9)" in line for line in lines) == 1
    assert "100%-secret" not in up.log
    assert (up.folder / "log" / "leadpulse.log").read_text() == up.log
    stops = [line.split("|")[0].strip() for line in lines if line.endswith("stopping code=0")]
    assert stops[0] == "gateway"
    assert lines[-1].endswith("всё остановлено")
    assert (up.folder / "var" / "kafka" / "data" / ".kafka_cleanshutdown").exists()
    assert not psutil.wait_procs(left, timeout=1)[1]


async def test_a_killed_one_leaves_nobody_and_the_next_starts_clean(up: Up) -> None:
    """After kill -9 no process is left and the next start gets ready with its own; a second signal ends it at once."""
    await up.start()
    await up.ready()
    children = list(up.children().values())
    await up.signal(signal.SIGKILL)
    await up.ended()
    await up.start()
    await up.ready(times=2)
    assert all(map(processes.ended, children))

    java = up.children()["java"]
    java.kill()

    async def kafka_is_back() -> bool:
        return up.children().get("java", java) != java

    await until(kafka_is_back, PATIENCE, "Kafka runs again")
    assert "leadpulse.up: Kafka завершилась (код -9); запускаю снова" in up.log
    ours = up.children()
    assert set(ours) == {*WORKERS, "java"}
    for name in ("store", "pipeline"):
        ours[name].suspend()  # these would take their whole time to be stopped in order
    await up.signal(signal.SIGINT)

    async def stopping() -> bool:
        return "Ctrl-C ещё раз" in up.log

    await until(stopping, PATIENCE, "the first signal is heard")
    await up.signal(signal.SIGINT)
    assert await up.ended() == 0
    assert not psutil.wait_procs(list(ours.values()), timeout=PATIENCE)[1]


async def test_faults_before_the_start_are_one_line(up: Up, tmp_path: Path) -> None:
    """A taken port, a missing Java, a folder that cannot be one: said in words, nothing started, exit code 1."""
    port = int(up.environ["LEADPULSE_GATEWAY__PORT"])
    with socket.create_server(("127.0.0.1", port)):
        assert f"порт {port} занят (gateway.port)" in await up.refused()
    assert "нет Java" in await up.refused(JAVA_HOME=str(tmp_path))
    (tmp_path / "file").write_text("")
    blocked = await up.refused(LEADPULSE_STORE__FOLDER="file")
    assert "нельзя писать в папку file (store.folder): это не папка" in blocked
    assert up.process is None


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
async def test_a_full_and_a_read_only_disk_are_one_line(up: Up, tmp_path: Path) -> None:
    """On real file systems: the folder and the reason are named."""
    disk = tmp_path / "disk"
    disk.mkdir()
    await _done("mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk))
    try:
        full = await up.refused(LEADPULSE_BROKER__FOLDER="disk/kafka")
        assert "нельзя писать в папку disk/kafka (broker.folder): на диске нет места" in full
        await _done("mount", "-o", "remount,ro", str(disk))
        assert "(speech.spool): диск только для чтения" in await up.refused(LEADPULSE_SPEECH__SPOOL="disk/speech")
    finally:
        await _done("umount", "--lazy", str(disk))


async def _done(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    assert await process.wait() == 0
