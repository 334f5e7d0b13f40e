"""The real Vosk on real (synthesised) speech, through the product's own path: mp4 → decode → plan → child → words."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from rapidfuzz.distance import Levenshtein

from schemas.sources import Word
from streams.speech.engines import RATE, Audio, EngineRefusal, ErrorKind, Pcm, Segment
from streams.speech.job import transcribe
from streams.speech.vosk import VoskEngine
from tests.speech import quiet, speak, words_of, write_mp4

MODEL = Path(__file__).parents[1] / "fixtures" / "vosk-ru-tiny"

SENTENCES = (
    "привет, это мария",
    "нам нужно вывезти весь остаток завтра",
    "мы хотим расторгнуть договор, у вас дорого",
    "наш конкурент дешевле, мы уходим",
    "когда будет отгрузка",
    "вайлдберриз не принял короб",
    "приёмка сегодня, восемь паллет",
    "нужно отменить бронь",
    "сколько стоит доставка, цена доставки пять рублей",
    "да, конечно, спасибо до свидания",
    "потому что упаковка не готова",
    "почему так долго",
)
VOICES = ("ru", "ru+m1", "ru+m3", "ru+m7")  # those without an echo, which would blur the ends of words


@dataclass(frozen=True)
class Bounds:
    segment_min_s: float = 5.0
    segment_max_s: float = 10.0
    hard_max_s: float = 12.0


async def until(condition: Callable[[], bool], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.002)


def call(repeat: int = 1) -> tuple[Pcm, list[Word]]:
    """The sentences one after the other with a second of silence between them, and what was said when."""
    parts: list[Pcm] = []
    words: list[Word] = []
    at = 0
    for number, text in enumerate(SENTENCES * repeat):
        speech = speak(text, VOICES[number % len(VOICES)])
        words += words_of(speech, at * 1000 // RATE)
        parts += [speech.pcm, quiet(1.0)]
        at += len(speech.pcm) + RATE
    return np.concatenate(parts), words


def spool(path: Path, pcm: Pcm) -> tuple[Audio, Segment]:
    path.write_bytes(pcm.tobytes())
    audio = Audio(path, len(pcm))
    return audio, Segment(0, 0, audio.duration_ms, 0, audio.duration_ms)


@pytest.fixture
async def engine() -> AsyncIterator[VoskEngine]:
    engine = VoskEngine(MODEL)
    yield engine
    await engine.close()


async def test_speech_is_recognised_at_its_time(engine: VoskEngine, tmp_path: Path) -> None:
    """A meeting of a minute in several segments: at most 5 % word errors, 95 % of word edges within 100 ms."""
    pcm, said = call()
    write_mp4(tmp_path / "meeting.mp4", pcm)
    result = await transcribe(tmp_path / "meeting.mp4", engine, Bounds(), tmp_path / "spool")
    reference, heard = [w.text for w in said], [w.text for w in result.words]
    assert result.segments >= 4
    assert Levenshtein.distance(reference, heard) <= 0.05 * len(reference)
    off = [
        abs(edge - true)
        for block in Levenshtein.opcodes(reference, heard)
        if block.tag == "equal"
        for i, j in zip(range(block.src_start, block.src_end), range(block.dest_start, block.dest_end), strict=True)
        for edge, true in (
            (result.words[j].start_ms, said[i].start_ms),
            (result.words[j].end_ms, said[i].end_ms),
        )
    ]
    assert np.mean(np.array(off) <= 100) >= 0.95
    assert not result.degraded
    assert abs(result.duration_ms - len(pcm) // 16) < 100


async def test_silence_and_noise_have_no_words(engine: VoskEngine, tmp_path: Path) -> None:
    """Nothing is invented where nobody speaks."""
    noise = (np.random.default_rng(1).standard_normal(3 * RATE) * 300).astype(np.int16)
    for name, pcm in (("silence", quiet(3)), ("noise", noise)):
        assert (await engine.transcribe(*spool(tmp_path / name, pcm))).words == ()


async def test_a_kill_in_the_middle_costs_nothing(engine: VoskEngine, tmp_path: Path) -> None:
    """SIGKILL while the segment is in work: a new child gives exactly the words of an undisturbed run."""
    audio, segment = spool(tmp_path / "long.pcm", call(repeat=4)[0])
    undisturbed = await engine.transcribe(audio, segment)
    await engine.close()
    work = asyncio.create_task(engine.transcribe(audio, segment))
    await until(lambda: engine.pid is not None)  # it is ready and has the segment: 3 min of speech, about 2 s of work
    assert engine.pid
    os.kill(engine.pid, signal.SIGKILL)
    result = await work
    assert result.attempts == 2
    assert result.words == undisturbed.words


async def test_a_cancelled_segment_is_given_up_by_the_child(engine: VoskEngine, tmp_path: Path) -> None:
    """After a cancellation the same child serves the next segment, with that segment's words only."""
    long = spool(tmp_path / "long.pcm", call(repeat=4)[0])
    short = spool(tmp_path / "short.pcm", speak("мы уходим").pcm)
    work = asyncio.create_task(engine.transcribe(*long))
    await until(lambda: engine.pid is not None)
    pid = engine.pid
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert [word.text for word in (await engine.transcribe(*short)).words] == ["мы", "уходим"]
    assert engine.pid == pid


async def test_a_model_that_only_vosk_finds_wrong(tmp_path: Path) -> None:
    """All files are there and whole, but an option is not: a clear state instead of a crash loop."""
    model = Path(shutil.copytree(MODEL, tmp_path / "model"))
    (model / "conf/model.conf").write_text("--no-such-option=1\n")
    engine = VoskEngine(model)
    with pytest.raises(EngineRefusal, match="cannot load") as caught:
        await engine.transcribe(*spool(tmp_path / "a.pcm", quiet(1)))
    assert caught.value.kind is ErrorKind.MODEL
    assert engine.pid is None
    await engine.close()


PARENT = """
import asyncio, sys
from pathlib import Path
from streams.speech.engines import Audio, Segment
from streams.speech.vosk import VoskEngine

async def main():
    engine = VoskEngine(Path(sys.argv[1]))
    file = Path(sys.argv[2])
    audio = Audio(file, file.stat().st_size // 2)
    await engine.transcribe(audio, Segment(0, 0, 100, 0, 100))
    print(engine.pid, flush=True)
    if sys.argv[3] == "busy":
        await engine.transcribe(audio, Segment(0, 0, audio.duration_ms, 0, audio.duration_ms))
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("state", ["busy", "idle"])
async def test_the_child_does_not_outlive_its_parent(tmp_path: Path, state: str) -> None:
    """SIGKILL of the worker, in mid-segment or between segments: the child ends by itself."""
    (tmp_path / "long.pcm").write_bytes(call(repeat=4)[0].tobytes())
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, str(MODEL), str(tmp_path / "long.pcm"), state, stdout=PIPE
    )
    assert parent.stdout
    child = psutil.Process(int(await parent.stdout.readline()))
    parent.kill()
    await parent.wait()
    await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
