"""A streaming engine on the fake SpeechKit in fast motion, and a minute of tones; fixtures to be imported."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from streams.settings.speech import SpeechKit
from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines.speechkit_stream import SpeechKitStream
from streams.transcribe.sound.audio import Audio, Segment
from tests.fakes.speechkit import FakeSpeechKit
from tests.tones import Talk, talk, write

PACE = 100.0
SECONDS = 60


@pytest.fixture(scope="module")
def said() -> Talk:
    return talk(SECONDS)


@pytest.fixture(scope="module")
def audio(said: Talk, tmp_path_factory: pytest.TempPathFactory) -> Audio:
    path = tmp_path_factory.mktemp("tones") / "audio.pcm"
    write(path, said.pcm)
    return Audio(path, len(said.pcm))


@pytest.fixture
def fake() -> Iterator[FakeSpeechKit]:
    with FakeSpeechKit() as running:
        yield running


class Bench:
    """An engine whose pauses are as short as its sessions, and what it did."""

    def __init__(self, fake: FakeSpeechKit, **settings: Any) -> None:
        self.pauses: list[float] = []
        self.reports: list[SessionReport] = []
        wanted = fake.settings() | {"pace": PACE, "silent_seconds": 1.0, "starts_per_second": 40} | settings
        self.engine = SpeechKitStream(SpeechKit(**wanted), observe=self.reports.append, pause=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(seconds / PACE)


Make = Callable[..., Bench]


@pytest.fixture
async def make(fake: FakeSpeechKit) -> AsyncIterator[Make]:
    benches: list[Bench] = []

    def build(**settings: Any) -> Bench:
        benches.append(Bench(fake, **settings))
        return benches[-1]

    yield build
    for bench in benches:
        await bench.engine.close()


def segment(start_ms: int = 0, end_ms: int = SECONDS * 1000, overlap_ms: int = 0) -> Segment:
    return Segment(0, start_ms, end_ms, start_ms - overlap_ms, end_ms + overlap_ms)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not condition():
            await asyncio.sleep(0.005)
