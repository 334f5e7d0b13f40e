"""90 minutes through the streaming engine, eight sessions at once, trouble in 40 % of them.

The fake runs in a process of its own, so that the figures are the client's.
"""

import asyncio
import json
import math
import sys
import threading
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import psutil

from schemas.sources import Word
from streams.settings.speech import SpeechKit
from streams.speech.speechkit_line import SessionReport
from streams.transcribe.engines.interface import SegmentResult
from streams.transcribe.engines.speechkit_stream import SpeechKitStream
from streams.transcribe.sound.audio import Audio, Pcm, Segment
from streams.transcribe.sound.plan import plan
from tests.fakes.speechkit import KEY
from tests.tones import talk, write

SECONDS = 5400
PACE = 40.0
"""So much faster than real time; every time of the engine is shortened by it."""
PARALLEL = 8
LONGEST_S = 240


@dataclass(frozen=True)
class Bounds:
    segment_min_s: float = 120.0
    segment_max_s: float = LONGEST_S
    hard_max_s: float = 276.0


@dataclass
class Child:
    """The fake's process."""

    port: int
    summary: dict[str, Any] = field(default_factory=dict)


@asynccontextmanager
async def fake(behaviour: dict[str, Any]) -> AsyncIterator[Child]:
    command = (sys.executable, "-m", "tests.fakes.speechkit", json.dumps(behaviour))
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 20)
    assert process.stdout
    try:
        child = Child(json.loads(await process.stdout.readline())["port"])
        yield child
        out, _ = await process.communicate(b"")  # closes its input, which None does not
        child.summary = json.loads(out)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@dataclass
class Peak:
    """The most this process took while it worked."""

    threads: int = 0
    rss: int = 0

    async def watch(self) -> None:
        me = psutil.Process()
        while True:
            self.threads = max(self.threads, threading.active_count())
            self.rss = max(self.rss, me.memory_info().rss)
            await asyncio.sleep(0.05)


def meeting() -> tuple[Pcm, tuple[Word, ...]]:
    """90 minutes of which seven in the middle have no pause at all: hard cuts."""
    rush_s = 420
    parts = [
        talk(2400, seed=5),
        talk(rush_s, seed=6, pause_every=(10_000, 10_001)),
        talk(SECONDS - 2400 - rush_s, seed=7),
    ]
    words, at = [], 0
    for part in parts:
        words += [Word(word.text, word.start_ms + at, word.end_ms + at, 1.0) for word in part.words]
        at += len(part.pcm) // 16
    return np.concatenate([part.pcm for part in parts]), tuple(words)


async def test_ninety_minutes_with_faults(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Every word exact in text, order and time; the wall time, threads and memory within their bounds."""
    pcm, words = meeting()
    write(tmp_path / "audio.pcm", pcm)
    audio = Audio(tmp_path / "audio.pcm", len(pcm))
    segments = sorted(plan(pcm, Bounds()), key=length_ms, reverse=True)  # the last ones to start are short
    del pcm
    assert any(segment.send_end_ms > segment.own_end_ms for segment in segments)  # hard cuts are in it
    reports: list[SessionReport] = []
    async with fake({"share": 0.4, "seed": 7, "status_s": 1 / PACE, "warn_pace": 2.0}) as child:
        address = f"127.0.0.1:{child.port}"
        engine = SpeechKitStream(
            SpeechKit(
                endpoint=address,
                operation_endpoint=address,
                plaintext=True,
                api_key=KEY,
                pace=PACE,
                parallel=PARALLEL,
                starts_per_second=40,
                silent_seconds=15 / PACE,
                attempts=20,  # on a busy machine a session is taken for silent that only had no turn
            ),
            pause=lambda seconds: asyncio.sleep(seconds / PACE),
            dice=Random(1),
            observe=reports.append,
        )
        peak = Peak(threading.active_count(), psutil.Process().memory_info().rss)
        before = Peak(peak.threads, peak.rss)
        watching = asyncio.create_task(peak.watch())
        began = time.monotonic()
        results = await asyncio.gather(*(engine.transcribe(audio, segment) for segment in segments))
        wall_s = time.monotonic() - began
        watching.cancel()
        await engine.close()
    assert owned(segments, results) == words
    summary = child.summary
    assert summary["faults"] >= 0.3 * summary["sessions"]
    assert {"UNAVAILABLE", "INTERNAL", "RESOURCE_EXHAUSTED", "ended"} <= summary["outcomes"].keys()
    assert summary["sessions"] == sum(result.attempts for result in results)
    assert summary["most_at_once"] <= PARALLEL + 2  # the fake sees the end of a session a little later than we do
    record_property("simulated_wall_s", round(wall_s * PACE))
    record_property("stretched", round(stretched(reports), 3))
    assert wall_s * PACE / stretched(reports) <= math.ceil(len(segments) / PARALLEL) * LONGEST_S * 1.05
    assert peak.threads - before.threads <= 3 * PARALLEL + 8
    assert peak.rss - before.rss <= 150 << 20


def length_ms(segment: Segment) -> int:
    return segment.send_end_ms - segment.send_start_ms


def owned(segments: list[Segment], results: list[SegmentResult]) -> tuple[Word, ...]:
    """The words of all segments, each from the one that owns it."""
    pairs = zip(segments, results, strict=True)
    ordered = sorted(pairs, key=lambda pair: pair[0].index)
    return tuple(word for segment, result in ordered for word in result.words if segment.owns(word))


def stretched(reports: list[SessionReport]) -> float:
    """How much longer than their sound whole sessions took: 1 on an idle machine, more beside other tests."""
    whole = [report for report in reports if report.outcome == "done"]
    return max(1.0, sum(report.lasted_s for report in whole) * PACE * 1000 / sum(report.sent_ms for report in whole))
