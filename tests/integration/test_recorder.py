"""The Jibri side as it runs there: finalize.sh and the agent's own process, with a real broker."""

import asyncio
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from urllib.request import urlopen

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.codec import Codec
from schemas.sources import DeadLetter, Recording
from schemas.topics import DEAD_LETTERS, RECORDINGS
from streams.embedded.broker import Broker
from tests.unit.recorder.clips import write_session

HOOK = Path(__file__).parents[2] / "jibri-hooks" / "finalize.sh"
DEADLINE_S = 40.0
STOP_S = 8.0
RECORDING: Codec[Recording] = Codec(Recording)
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


class Host:
    """A Jibri host: local recordings, a mounted share, and topics of its own on the session's broker."""

    def __init__(self, folder: Path, bootstrap: str) -> None:
        self.recordings, self.share = folder / "rec", folder / "share"
        self.recordings.mkdir()
        self.share.mkdir()
        self.log = folder / "log"
        self.bootstrap = bootstrap
        self.prefix = f"rec-{uuid.uuid4().hex[:8]}."
        settings = {
            "RECORDINGS": str(self.recordings),
            "TARGET": str(self.share),
            "KAFKA_BOOTSTRAP": bootstrap,
            "KAFKA_PREFIX": self.prefix,
            "POLL_SECONDS": "0.1",
            "METRICS_PORT": "0",
            "HOST": "jibri-1",
        }
        self.environ = {f"LEADPULSE_RECORDER__{name}": text for name, text in settings.items()}

    async def start(self, command: str) -> asyncio.subprocess.Process:
        """The agent, as installed on a host without the rest of Leadpulse."""
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "recorder", command, env=self.environ, stderr=log, cwd="/"
            )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The agent between start and SIGTERM."""
        process = await self.start("run")
        try:
            yield process
            process.terminate()
            assert await asyncio.wait_for(process.wait(), STOP_S) == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def finalize(self, directory: Path) -> None:
        """Call the hook as Jibri does."""
        process = await asyncio.create_subprocess_exec(HOOK, directory, env={"PATH": "/usr/bin:/bin"})
        assert await process.wait() == 0

    async def create_topics(self) -> None:
        """The two topics that the agent writes."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            topics = [
                NewTopic(self.prefix + t.name, 1, 1, topic_configs=t.configs()) for t in (RECORDINGS, DEAD_LETTERS)
            ]
            await admin.create_topics(topics)
        finally:
            await admin.close()

    async def read(self, topic: str, count: int) -> list[tuple[bytes | None, bytes]]:
        """All records of a topic, when there are `count` of them at least: keys and values."""
        tp = TopicPartition(self.prefix + topic, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        consumer.assign([tp])
        await consumer.start()
        try:
            async with asyncio.timeout(DEADLINE_S):
                found: list[tuple[bytes | None, bytes]] = []
                while len(found) < max(count, (await consumer.end_offsets([tp]))[tp]):
                    batch = (await consumer.getmany(tp, timeout_ms=200)).get(tp, [])
                    found += [(r.key, r.value or b"") for r in batch]
                return found
        finally:
            await consumer.stop()

    def stored(self) -> list[Path]:
        """Every file on the share."""
        return sorted(path for path in self.share.rglob("*") if path.is_file())


async def reach(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; an error after the deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # another process's files and log give no event
            await asyncio.sleep(0.02)


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
        metrics = await asyncio.to_thread(get, f"http://127.0.0.1:{port}/metrics")
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
    assert 'published_total{status="damaged"} 1' in metrics


async def test_broker_away(host: Host, broker: Broker) -> None:
    """A recording made while Kafka is down is kept, and published under one id when it is back."""
    async with host.running():
        broker.kill()
        try:
            await host.finalize(write_session(host.recordings, "s"))
            await reach(lambda: "Kafka took no record" in host.log.read_text())
            assert len(host.stored()) == 1
            assert len(list((host.recordings / ".leadpulse" / "pending").iterdir())) == 1
        finally:
            await broker.start()
        assert len({key for key, _ in await host.read(RECORDINGS.name, 1)}) == 1
        await reach(lambda: not list((host.recordings / ".leadpulse" / "pending").iterdir()))


async def test_stop_in_mid_copy(host: Host) -> None:
    """SIGTERM during a copy ends the agent in time with a `.part` only; the next start copies and publishes it."""
    directory = host.recordings / "big"
    directory.mkdir()
    with (directory / "lead-7_2026-08-20-12-00-00.mp4").open("wb") as file:
        file.truncate(300 << 20)
    await host.finalize(directory)
    async with host.running():
        await reach(lambda: bool(host.stored()))
    assert [path.name for path in host.stored()] == [".lead-7_2026-08-20-12-00-00.mp4.part"]
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
    """Ctrl-C while nothing is to do ends it as SIGTERM does."""
    process = await host.start("run")
    await reach(lambda: "listening" in host.log.read_text())
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), STOP_S) == 0


def get(url: str) -> str:
    with urlopen(url, timeout=5) as answer:
        return str(answer.read().decode())
