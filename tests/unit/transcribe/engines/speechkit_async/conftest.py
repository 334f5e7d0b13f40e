"""A minute of tones, a fake SpeechKit, and the asynchronous engine on it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.sound.audio import Audio
from tests.fakes.speechkit import FakeSpeechKit
from tests.tones import Talk, talk, write
from tests.unit.transcribe.engines.speechkit_async.recognition import SECONDS, made


@pytest.fixture(scope="module")
def said() -> Talk:
    return talk(SECONDS, seed=3)


@pytest.fixture(scope="module")
def audio(said: Talk, tmp_path_factory: pytest.TempPathFactory) -> Audio:
    path = tmp_path_factory.mktemp("job-1-x") / "audio.pcm"
    write(path, said.pcm)
    return Audio(path, len(said.pcm))


@pytest.fixture
def fake() -> Iterator[FakeSpeechKit]:
    with FakeSpeechKit() as running:
        yield running


@pytest.fixture
def reports() -> list[SessionReport]:
    return []


@pytest.fixture
async def engine(fake: FakeSpeechKit, reports: list[SessionReport]) -> AsyncIterator[SpeechKitAsync]:
    running = made(fake, reports)
    yield running
    await running.close()
