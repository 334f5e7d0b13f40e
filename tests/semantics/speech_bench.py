"""Meetings of tones on the storage, and a worker that transcribes them with a fake SpeechKit and Vosk behind it."""

import asyncio
from functools import partial
from pathlib import Path

import msgspec

from schemas.codec import event_id
from schemas.notices import OpsNotice
from schemas.sources import Recording, Transcript
from schemas.topics import OPS_NOTICES, RECORDINGS, SEGMENTS, TRANSCRIPTS
from streams.engine.notices import Notices, read_told
from streams.engine.reader import Reader
from streams.engine.settle import Batch
from streams.settings import Settings
from streams.settings.speech import SpeechKit
from streams.transcribe.engines.lineup import lineup
from streams.transcribe.recordings import Transcribe
from streams.transcribe.segments import SegmentTopic
from streams.transcribe.upgrade import Upgrades
from tests.fakes.speechkit import FakeSpeechKit
from tests.installation import Installation, until
from tests.speech import write_wav
from tests.tones import Talk, talk
from tests.unit.transcribe.stand_ins import Clock

MODEL = Path("tests/fixtures/vosk-ru-tiny").absolute()
BOUNDS = {"segment_min_s": 4.0, "segment_max_s": 8.0, "hard_max_s": 12.0}
ENDED_AT = 1_795_246_200_000
PARALLEL = 3


def record(here: Installation, number: int, seconds: float = 60.0) -> tuple[Recording, Talk]:
    """A meeting of tones on the storage."""
    said = talk(seconds, seed=number)
    name = f"{number}.wav"
    write_wav(here.folder / "storage" / name, said.pcm)
    id_ = event_id("recording", "session", name)
    length = round(seconds * 1000)
    recording = Recording(
        id_, "s", name, name, 1, "0" * 64, "lead-1001-x", ENDED_AT, length, ENDED_AT - length, "ok", "1001"
    )
    return recording, said


async def send(here: Installation, *recordings: Recording) -> None:
    """Put recordings on their topic."""
    await here.produce(RECORDINGS, [(r.recording_id, msgspec.json.encode(r)) for r in recordings])


async def transcripts(here: Installation) -> list[Transcript]:
    """All that came out."""
    return [msgspec.json.decode(record.value, type=Transcript) for record in await here.read(TRANSCRIPTS)]


def exact(transcript: Transcript, said: Talk) -> None:
    """Every word once, in order, at its time."""
    assert [word.text for word in transcript.words] == [word.text for word in said.words]
    for got, word in zip(transcript.words, said.words, strict=True):
        assert abs(got.start_ms - word.start_ms) <= 10
        assert abs(got.end_ms - word.end_ms) <= 10


class Bench:
    """The worker's process in this one, with a breaker clock that the test turns. What settle does is done by hand."""

    def __init__(self, here: Installation, fake: FakeSpeechKit, fallback: str = "immediate") -> None:
        self.here, self.clock = here, Clock()
        self.now = ENDED_AT + 60_000
        settings = here.settings.model_copy(
            update={
                "speech": Settings().speech.model_copy(
                    update={
                        "recordings": here.folder / "storage",
                        "spool": here.folder / "spool",
                        "vosk_model": MODEL,
                        "fallback": fallback,
                        **BOUNDS,
                    }
                ),
                "speechkit": SpeechKit(**fake.settings(), pace=50, parallel=PARALLEL),
            }
        )
        send = here.outputs.send
        told = Reader(here.settings.kafka, OPS_NOTICES)
        self.notices = Notices(send, lambda: read_told(told), lambda: self.now)
        refuses = partial(self.notices.begins, "engine_refuses")
        recovered = partial(self.notices.ends, "engine_refuses")
        self.lineup = lineup(settings, refuses=refuses, recovered=recovered, clock=self.clock)
        topic = SegmentTopic(Reader(here.settings.kafka, SEGMENTS), send)
        self.process = Transcribe(settings.speech, self.lineup, topic, lambda: self.now)
        self.upgrades = Upgrades(
            settings.speech,
            self.lineup,
            topic,
            send,
            owned=lambda: set(range(RECORDINGS.partitions)),
            busy=lambda: False,
            clock=lambda: self.now,
        )
        self._done: set[tuple[int, int]] = set()

    async def settle(self) -> None:
        """Process what is new on `source.recordings`, one record a batch."""
        for record in await self.here.read(RECORDINGS):
            if (at := (record.partition, record.offset)) not in self._done:
                outcome = await self.process(Batch(RECORDINGS.name, record.partition, 1, [record]))
                await self.here.outputs.send(outcome.outputs)
                await self.here.outputs.send(outcome.state)
                self._done.add(at)

    async def told(self, count: int) -> list[OpsNotice]:
        """Notices to ops, when so many have been sent."""
        running = asyncio.ensure_future(self.notices.run())

        async def sent() -> bool:
            return await self.here.count(OPS_NOTICES) >= count

        await until(sent, 30, "ops are told")
        running.cancel()
        return [msgspec.json.decode(record.value, type=OpsNotice) for record in await self.here.read(OPS_NOTICES)]

    async def close(self) -> None:
        for guarded in self.lineup.engines:
            await guarded.engine.close()
