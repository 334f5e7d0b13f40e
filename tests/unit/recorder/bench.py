"""An agent with its folders, and a publisher that notes what it gets."""

import os
from pathlib import Path
from typing import Any

from recorder.agent import Agent
from recorder.crew import Crew
from recorder.health import Health
from recorder.publish import NotPublished
from recorder.settings import Settings
from recorder.spool import Spool
from schemas.codec import Codec
from schemas.failed import DeadLetter
from schemas.sources import Recording

RECORDING: Codec[Recording] = Codec(Recording)
LETTER: Codec[DeadLetter] = Codec(DeadLetter)


class Notes:
    """In the publisher's place; `away` as long as Kafka is."""

    def __init__(self) -> None:
        self.away = False
        self.failing = self.failures = 0
        self.sent: list[tuple[str, str, bytes]] = []

    async def publish(self, topic: str, key: str, value: bytes) -> None:
        if self.away:
            raise NotPublished("away")
        self.sent.append((topic, key, value))

    def recordings(self) -> list[Recording]:
        found = [RECORDING.decode(value) for topic, _, value in self.sent if topic == "source.recordings"]
        return [r for r in found if isinstance(r, Recording)]

    def letters(self) -> list[DeadLetter]:
        found = [LETTER.decode(value) for topic, _, value in self.sent if topic == "dead.letters"]
        return [letter for letter in found if isinstance(letter, DeadLetter)]


class Bench:
    """An agent with its folders."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.recordings, self.target = folder / "rec", folder / "share"
        self.recordings.mkdir(exist_ok=True)
        self.target.mkdir(exist_ok=True)
        self.spool = Spool(self.recordings / ".leadpulse")
        self.spool.prepare()
        self.settings = Settings(
            recordings=self.recordings,
            target=self.target,
            spool=self.recordings / ".leadpulse",
            host="jibri-1",
            target_free_mb=0.0,
            source_free_mb=0.0,
            low_priority=False,
            **options,
        )
        self.notes, self.health, self.crew = Notes(), Health(), Crew(self.settings)
        self.agent = Agent(
            self.settings,
            self.spool,
            self.crew,
            self.notes,  # type: ignore[arg-type]  # the same methods
            self.health,
        )

    def mark(self, directory: Path) -> None:
        """What finalize.sh does."""
        path = self.spool._pending / f"{directory.name}.{len(list(self.spool._pending.iterdir()))}.1.job"
        path.write_bytes(os.fsencode(directory) + b"\n")

    def stored(self) -> list[str]:
        return sorted(p.relative_to(self.target).as_posix() for p in self.target.rglob("*") if p.is_file())
