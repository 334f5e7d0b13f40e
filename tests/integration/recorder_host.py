"""A Jibri host for the tests: the hook, the agent's own process, and topics of its own on the session's broker."""

import asyncio
import re
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas.codec import Codec
from schemas.failed import DeadLetter
from schemas.sources import Recording
from schemas.topics import DEAD_LETTERS, RECORDINGS
from tests import living

HOOK = Path(__file__).parents[2] / "jibri-hooks" / "finalize.sh"
DEADLINE_S = 200.0
STOP_S = 8.0
RECORDING: Codec[Recording] = Codec(Recording)
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


class Host:
    """A Jibri host: local recordings, a mounted share, and topics of its own on the session's broker."""

    def __init__(self, folder: Path, bootstrap: str, name: str = "jibri-1", **settings: str) -> None:
        self.recordings, self.share = folder / "rec", folder / "share"
        self.recordings.mkdir(parents=True)
        self.share.mkdir()
        self.log = folder / "log"
        self.bootstrap = bootstrap
        self.prefix = f"rec-{uuid.uuid4().hex[:8]}."
        given = {
            "RECORDINGS": str(self.recordings),
            "TARGET": str(self.share),
            "KAFKA_BOOTSTRAP": bootstrap,
            "KAFKA_PREFIX": self.prefix,
            "POLL_SECONDS": "0.1",
            "METRICS_PORT": "0",
            "HOST": name,
            "TARGET_FREE_MB": "0",
            "SOURCE_FREE_MB": "0",
        }
        self.environ = {f"LEADPULSE_RECORDER__{name}": text for name, text in (given | settings).items()}
        self.environ["PYTHONPATH"] = str(HOOK.parent)  # the agent of this tree

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

    async def recordings_told(self, count: int) -> list[Recording]:
        """All `source.recordings` records, when there are `count` of them at least."""
        told = [RECORDING.decode(value) for _, value in await self.read(RECORDINGS.name, count)]
        return [recording for recording in told if isinstance(recording, Recording)]

    async def metrics(self) -> dict[str, int]:
        """What the running agent counts."""
        await reach(lambda: "listening" in self.log.read_text())
        port = re.findall(r"port=(\d+)", self.log.read_text())[-1]
        text = await asyncio.to_thread(get, f"http://127.0.0.1:{port}/metrics")
        lines = [line.removeprefix("leadpulse_recorder_").split() for line in text.splitlines() if line[0] != "#"]
        return {name: int(value) for name, value in lines}

    async def ready(self) -> str:
        """What /readyz says; /healthz must be well."""
        port = re.findall(r"port=(\d+)", self.log.read_text())[-1]
        assert await asyncio.to_thread(get, f"http://127.0.0.1:{port}/healthz") == "alive\n"
        return await asyncio.to_thread(get, f"http://127.0.0.1:{port}/readyz")

    def waiting(self) -> list[Path]:
        """Markers whose work is not done."""
        return sorted((self.recordings / ".leadpulse" / "pending").glob("*.job"))

    def stored(self) -> list[Path]:
        """Every file on the share."""
        return sorted(living.files(self.share))


async def reach(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; an error after the deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # another process's files and log give no event
            await asyncio.sleep(0.02)


def whole(share: Path, told: list[Recording]) -> bool:
    """Whether each event leads to a file with its size and hash."""
    return all(
        (recording.size, recording.sha256) == (len(content), sha256(content).hexdigest())
        for recording in told
        for content in [(share / recording.path).read_bytes()]
    )


def get(url: str) -> str:
    """The body, whatever the status."""
    try:
        with urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except HTTPError as error:
        with error:
            return error.read().decode()
