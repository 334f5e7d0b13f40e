"""The real Vosk on real (synthesised) speech, through the product's own path: mp4 → decode → plan → child → words."""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import psutil
import pytest
from rapidfuzz.distance import Levenshtein

from streams.speech.faults import EngineFault, EngineRefusal, ErrorKind
from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.job import transcribe
from streams.transcribe.sound.audio import RATE, Audio, Pcm, Segment
from tests import processes
from tests.integration.sentences import MODEL, Bounds, call
from tests.speech import quiet, speak, write_mp4


async def until(condition: Callable[[], bool], within_s: float = 120.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.002)


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


async def test_threads_hear_what_one_hears(engine: VoskEngine, tmp_path: Path) -> None:
    """Eight segments, four at once on one model, with a SIGKILL in between: word for word as one after the other."""
    audio, whole = spool(tmp_path / "call.pcm", call(repeat=2)[0])
    parts = cut(whole, 8)
    alone = [(await engine.transcribe(audio, part)).words for part in parts]
    assert sum(map(len, alone)) > 80
    threaded = VoskEngine(MODEL, threads=4)
    together = await asyncio.gather(*(threaded.transcribe(audio, part) for part in parts))
    assert [result.words for result in together] == alone
    work = asyncio.gather(*(threaded.transcribe(audio, part) for part in parts))
    await asyncio.sleep(0)
    assert threaded.pid
    os.kill(threaded.pid, signal.SIGKILL)
    assert [result.words for result in await work] == alone
    await threaded.close()


def cut(whole: Segment, count: int) -> list[Segment]:
    edges = [whole.send_end_ms * number // count for number in range(count + 1)]
    return [Segment(n, *edges[n : n + 2], *edges[n : n + 2]) for n in range(count)]


async def test_no_memory_for_the_start(engine: VoskEngine, tmp_path: Path) -> None:
    """A limit under what libvosk takes by itself: RESOURCE with both figures; without it all is heard."""
    short = spool(tmp_path / "short.pcm", speak("мы уходим").pcm)
    limited = VoskEngine(MODEL, limit_mb=20)
    with pytest.raises(EngineFault, match=r"out of memory: \d+ MB in use, speech.vosk_memory_mb allows 20") as caught:
        await limited.transcribe(*short)
    assert caught.value.kind is ErrorKind.RESOURCE
    assert "out of memory" in limited.health().detail
    assert limited.pid is None
    await limited.close()
    assert [word.text for word in (await engine.transcribe(*short)).words] == ["мы", "уходим"]


async def test_out_of_memory_at_work(engine: VoskEngine, tmp_path: Path) -> None:
    """Memory for a short segment but not for a long one: RESOURCE, the short one is heard, none is blamed."""
    audio, whole = spool(tmp_path / "long.pcm", call(repeat=8)[0])
    parts = [Segment(0, 0, 300, 0, 300), *cut(whole, 4)]
    await engine.transcribe(audio, parts[0])
    taken_mb = psutil.Process(engine.pid).memory_info().rss >> 20
    limited = VoskEngine(MODEL, threads=4, limit_mb=taken_mb + 3)
    results = await asyncio.gather(*(limited.transcribe(audio, part) for part in parts), return_exceptions=True)
    assert isinstance(results[0], SegmentResult)
    failed = [result for result in results if not isinstance(result, SegmentResult)]
    assert failed
    for failure in failed:
        assert isinstance(failure, EngineFault)
        assert failure.kind is ErrorKind.RESOURCE
        assert failure.retriable
    await limited.close()
    for part in parts:
        await engine.transcribe(audio, part)


async def test_the_system_ends_the_child_first(engine: VoskEngine, tmp_path: Path) -> None:
    """For the kernel's choice when memory runs out: the child before all else, this process as it was."""
    await engine.transcribe(*spool(tmp_path / "a.pcm", quiet(0.1)))
    assert Path(f"/proc/{engine.pid}/oom_score_adj").read_text().strip() == "1000"
    assert Path("/proc/self/oom_score_adj").read_text().strip() != "1000"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("conf/model.conf", b"--no-such-option=1\n"),
        ("conf/mfcc.conf", b"--num-ceps=none\n"),
        ("graph/HCLr.fst", (MODEL / "graph/HCLr.fst").read_bytes()[:20_000]),
        ("graph/Gr.fst", (MODEL / "graph/Gr.fst").read_bytes()[:30]),
        ("graph/words.txt", b"no numbers\n"),
        ("am/final.mdl", (MODEL / "am/final.mdl").read_bytes().replace(b"<Nnet3>", b"<Nnet4>")),
    ],
)
async def test_a_model_that_only_vosk_finds_wrong(tmp_path: Path, file: str, content: bytes) -> None:
    """All files are there and look whole, but one is not: a clear state instead of a crash loop or a want of memory."""
    model = Path(shutil.copytree(MODEL, tmp_path / "model"))
    (model / file).write_bytes(content)
    engine = VoskEngine(model)
    with pytest.raises(EngineRefusal, match="cannot load") as caught:
        await engine.transcribe(*spool(tmp_path / "a.pcm", quiet(1)))
    assert caught.value.kind is ErrorKind.MODEL
    assert engine.pid is None
    await engine.close()


PARENT = """
import asyncio, sys
from pathlib import Path
from streams.transcribe.sound.audio import Audio, Segment
from streams.transcribe.engines.vosk import VoskEngine

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
    await until(lambda: processes.ended(child))
