"""One recognition of a minute of tones: how it is begun, broken off and billed."""

import asyncio
from typing import Any

import pytest

from streams.settings.speech import SpeechKit
from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines.interface import Operation
from streams.transcribe.engines.speechkit_async import SpeechKitAsync
from streams.transcribe.sound.audio import Audio, Segment
from tests.fakes.speechkit import FakeSpeechKit
from tests.fakes.speechkit_async import Work

SECONDS = 60


def made(fake: FakeSpeechKit, reports: list[SessionReport] | None = None, **settings: Any) -> SpeechKitAsync:
    wanted = SpeechKit(**(fake.settings() | {"async_poll_seconds": 0.01} | settings))
    return SpeechKitAsync(wanted, observe=([] if reports is None else reports).append)


Bills = list[tuple[str, int]]


def bills(reports: list[SessionReport]) -> Bills:
    """Outcome and seconds billed of each."""
    return [(report.outcome, report.billed_units) for report in reports]


async def interrupted(engine: SpeechKitAsync, fake: FakeSpeechKit, audio: Audio, operation: Operation) -> None:
    """A call that is cancelled when the service is at work."""
    fake.behaviour.polls, asked = 1_000_000, len(fake.files.polled_at)
    running = asyncio.create_task(engine.transcribe_kept(audio, segment(), operation))
    async with asyncio.timeout(120):
        while len(fake.files.polled_at) == asked:
            await asyncio.sleep(0.005)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    fake.behaviour.polls = 1


def segment(start_ms: int = 0, end_ms: int = SECONDS * 1000) -> Segment:
    return Segment(0, start_ms, end_ms, start_ms, end_ms)


def work(fake: FakeSpeechKit) -> Work:
    (only,) = fake.files.work.values()
    return only
