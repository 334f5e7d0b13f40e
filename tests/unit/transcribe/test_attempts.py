"""Jobs end: whose fault it is decides whether a recording is waited for or becomes a dead letter."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.codec import Codec
from schemas.sources import FromJitsi, Recording, Transcript
from schemas.speech import TOY_MODEL
from streams.engine.budget import Ledger, Limits
from streams.engine.retry import World
from streams.engine.settle import Settler
from streams.settings import Speech
from streams.speech.breaker import IN_A_ROW
from streams.speech.faults import EngineError
from streams.transcribe import job
from streams.transcribe.engines.fallback import Lineup
from streams.transcribe.recordings import Transcribe
from streams.transcribe.sound.audio import Segment
from tests.fakes import decoder
from tests.speech import write_wav
from tests.tones import talk
from tests.unit.engine.stand_ins import Broker, at_once
from tests.unit.transcribe.stand_ins import LOST, Clock, Scripted, line
from tests.unit.transcribe.test_segments import Topic

RECORD: Codec[FromJitsi] = Codec(FromJitsi)
TRANSCRIPT: Codec[Transcript] = Codec(Transcript)


class Bench:
    """The process behind a settler, with recordings in a folder. `sleeps` are the pauses it made."""

    def __init__(self, folder: Path, lineup: Lineup, clock: Clock) -> None:
        (folder / "in").mkdir()
        self.folder, self.clock, self.broker, self.sleeps = folder, clock, Broker(), list[float]()
        bounds = {"segment_min_s": 3.0, "segment_max_s": 4.0, "hard_max_s": 5.0}
        speech = Speech(recordings=folder / "in", spool=folder / "spool", vosk_model=folder / "model", **bounds)
        process = Transcribe(speech, lineup, Topic().seen(), lambda: round(clock.now * 1000))
        self.settler = Settler(
            "transcribe.source.recordings",
            "source.recordings",
            process,
            self.broker,  # type: ignore[arg-type]
            Ledger(Limits()),
            owned=lambda _: True,
            fatal=lambda error: pytest.fail(repr(error)),
            attempts=IN_A_ROW,
            world=World(sleep=self.sleep),
        )

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.clock.now += seconds
        await at_once(seconds)

    async def take(self, *names: str) -> list[int]:
        """Settle these recordings, one a batch; the offsets that were acked."""
        acked: list[int] = []

        class Stream:
            def noack(self) -> "Stream":
                return self

            async def events(self) -> Any:
                for offset, name in enumerate(names):
                    recording = Recording(name, "s", name, name, 1, "0" * 64, "room", 1000, 1000, 0, "ok")
                    value = RECORD.encode(recording)
                    record = SimpleNamespace(
                        offset=offset, value=value, key=b"k", timestamp=1000, partition=0, headers=()
                    )
                    yield SimpleNamespace(value=[record], message=SimpleNamespace(partition=0, generation_id=1))

            async def ack(self, event: Any) -> None:
                acked.append(event.value[-1].offset)

        await self.settler.run(Stream())
        return acked


def sound(folder: Path, name: str) -> None:
    """Ten seconds of words, three segments or so."""
    write_wav(folder / "in" / name, talk(10.0, pause_every=(3, 5)).pcm)


async def test_a_file_that_crashes_the_decoder_ends_as_a_dead_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder dies each time, the worker does not; after its attempts the recording behind it is done."""
    monkeypatch.setattr(job, "prepare", decoder.prepare)
    bench = Bench(tmp_path, line(Scripted("vosk", offline=True)), Clock())
    (tmp_path / "in" / "bad.wav").write_bytes(decoder.CRASHES)
    sound(tmp_path, "good.wav")
    assert await bench.take("bad.wav", "good.wav") == [0, 1]
    (letter,) = bench.broker.letters
    assert (letter.offset, letter.error_class) == (0, "RecordFault")
    assert "SIGSEGV" in letter.error
    assert len(bench.broker.of("source.transcripts")) == 1
    assert len(bench.sleeps) == IN_A_ROW - 1


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder in this process: a start of another takes seconds on a busy machine."""

    async def here(function: Callable[..., Any], *args: Any) -> Any:
        return function(*args)

    monkeypatch.setattr(job, "apart", here)


@pytest.mark.usefixtures("together")
async def test_an_engine_that_is_away_is_waited_for_without_end(tmp_path: Path) -> None:
    """Hours of the only engine's absence cost no recording its life: the breaker tells that it is the engine."""
    clock, asked = Clock(), 0

    def fault(_segment: Segment) -> EngineError | None:
        nonlocal asked
        asked += 1
        return LOST if asked <= 60 else None

    bench = Bench(tmp_path, line(Scripted("kit", fault=fault), clock=clock), clock)
    sound(tmp_path, "a.wav")
    assert await bench.take("a.wav") == [0]
    assert (bench.broker.letters, len(bench.broker.of("source.transcripts"))) == ([], 1)


@pytest.mark.usefixtures("together")
async def test_a_recording_that_an_engine_never_does_ends(tmp_path: Path) -> None:
    """The engine does every other one meanwhile: so it is this recording, and it is a dead letter in the end."""
    clock = Clock()
    flaky = Scripted("kit", fault=lambda segment: LOST if segment.index == 0 else None)
    bench = Bench(tmp_path, line(flaky, clock=clock), clock)
    sound(tmp_path, "a.wav")
    assert await bench.take("a.wav") == [0]
    assert [letter.error_class for letter in bench.broker.letters] == ["EngineFault"]


@pytest.mark.usefixtures("together")
@pytest.mark.parametrize(("engine", "model_mb", "told"), [("vosk", 0, True), ("vosk", 21, False), ("kit", 0, False)])
async def test_words_of_the_test_model_are_marked(tmp_path: Path, engine: str, model_mb: int, told: bool) -> None:
    """A transcript that the model of tests made says so, degraded, to all that is made of it; no other one does."""
    bench = Bench(tmp_path, line(Scripted(engine, offline=True)), Clock())
    (tmp_path / "model").mkdir()
    with (tmp_path / "model" / "graph").open("wb") as file:
        file.truncate(model_mb << 20)
    sound(tmp_path, "a.wav")
    assert await bench.take("a.wav") == [0]
    transcript = TRANSCRIPT.decode(bench.broker.of("source.transcripts")[0])
    assert isinstance(transcript, Transcript)
    assert (transcript.degraded, transcript.flaw) == ((True, TOY_MODEL) if told else (False, ""))
