"""A Vosk engine whose child plays the part that the test gives it (`fake_child.py`), and what the child notes down."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.sound.audio import RATE, Audio
from tests.unit.transcribe.engines.vosk.hearing import Build

FAKE = Path(__file__).with_name("fake_child.py")
MODEL = Path(__file__).parents[4] / "fixtures" / "vosk-ru-tiny"


@pytest.fixture
def audio(tmp_path: Path) -> Audio:
    file = tmp_path / "audio.pcm"
    file.write_bytes(bytes(10 * RATE * 2))
    return Audio(file, 10 * RATE)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
async def build(tmp_path: Path, pauses: list[float]) -> AsyncIterator[Build]:
    """Engines whose child follows the given plays; restarts do not wait but note the pause."""
    engines: list[VoskEngine] = []
    book = tmp_path / "plays.json"

    async def note(seconds: float) -> None:
        pauses.append(seconds)

    def make(plays: dict[str, str], model: Path = MODEL, **others: Any) -> VoskEngine:
        book.write_text(json.dumps(plays))
        pause: Callable[[float], Awaitable[None]] = note
        command = (sys.executable, str(FAKE), str(book))
        options: dict[str, Any] = {"command": command, "pause": pause, "free_mb": lambda: 10_000, **others}
        engines.append(VoskEngine(model, **options))
        return engines[-1]

    yield make
    for engine in engines:
        async with asyncio.timeout(60):  # what a failed test left in work is waited for
            await engine.close()


@pytest.fixture
def crowds(tmp_path: Path) -> Callable[[], list[tuple[int, int]]]:
    """For every request: the process it went to, and how many that had in work with it."""

    def read() -> list[tuple[int, int]]:
        file = tmp_path / "plays.crowds"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(int(pid), int(number)) for pid, number in map(str.split, lines)]

    return read


@pytest.fixture
def pids(tmp_path: Path) -> Callable[[], list[int]]:
    """Process ids of all children started so far."""
    return lambda: [int(line) for line in (tmp_path / "plays.pids").read_text().split()]
