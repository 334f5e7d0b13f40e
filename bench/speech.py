"""What speech costs: planning, decoding, Vosk on one core, and our side of forty paced SpeechKit sessions."""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import numpy as np
import psutil

from streams.settings import Speech
from streams.settings.speech import SpeechKit
from streams.transcribe.engines.speechkit_stream import SpeechKitStream
from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.sound.audio import RATE, Audio, Pcm, Segment
from streams.transcribe.sound.decode import voices
from streams.transcribe.sound.plan import plan
from tests.fakes.speechkit import KEY
from tests.speech import quiet, say, write_mp4
from tests.tones import talk, write

MEETING_S = 5400
FILE_S = 120
SESSIONS, SESSION_S = 40, 20


async def speech() -> dict[str, object]:
    """The figures, each named with its unit."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-speech-") as name:
        folder = Path(name)
        voice = np.tile(np.concatenate([say("нужно отправить весь товар завтра"), quiet(0.5)]), 60)[: FILE_S * RATE]
        return {
            "plan_90min_s": _plan(),
            "decode_times_real_time": _decode(folder, voice),
            "vosk_real_time_factor": await _vosk(folder, voice),
            "vosk_speed_up_2_threads": await _speed_up(folder),
            "speechkit_40_sessions_cpu_percent": await _sessions(folder),
        }


def _plan() -> float:
    pcm = talk(MEETING_S).pcm
    runs = []
    for _ in range(3):
        began = time.perf_counter()
        plan(pcm, Speech())
        runs.append(time.perf_counter() - began)
    return round(statistics.median(runs), 3)


def _decode(folder: Path, voice: Pcm) -> int:
    write_mp4(folder / "meeting.mp4", voice)
    began = time.perf_counter()
    voices(folder / "meeting.mp4", folder)
    return round(FILE_S / (time.perf_counter() - began))


async def _vosk(folder: Path, voice: Pcm) -> float:
    """CPU seconds of the child per second of sound; the tiny test model, a real one costs a hundred times more."""
    write(folder / "voice.pcm", voice)
    engine = VoskEngine(Path("tests/fixtures/vosk-ru-tiny"))
    audio = Audio(folder / "voice.pcm", len(voice))
    await engine.transcribe(audio, Segment(0, 0, 1000, 0, 1000))
    child = psutil.Process(engine.pid)
    before = sum(child.cpu_times()[:2])
    await engine.transcribe(audio, Segment(1, 0, FILE_S * 1000, 0, FILE_S * 1000))
    used = sum(child.cpu_times()[:2]) - before
    await engine.close()
    return round(used / FILE_S, 4)


async def _speed_up(folder: Path) -> float:
    """How many times faster two threads on one model are than one, over eight segments; idle cores give 2."""
    audio = Audio(folder / "voice.pcm", FILE_S * RATE)
    seconds = []
    for threads in (1, 2):
        engine = VoskEngine(Path("tests/fixtures/vosk-ru-tiny"), threads=threads)
        await engine.transcribe(audio, Segment(0, 0, 1000, 0, 1000))
        began = time.perf_counter()
        whole = (Segment(number, 0, FILE_S * 1000, 0, FILE_S * 1000) for number in range(8))
        await asyncio.gather(*(engine.transcribe(audio, segment) for segment in whole))
        seconds.append(time.perf_counter() - began)
        await engine.close()
    return round(seconds[0] / seconds[1], 2)


async def _sessions(folder: Path) -> float:
    """CPU of this process, in % of a core, while forty sessions are sent in real time; the fake is another process."""
    sound = talk(SESSION_S).pcm
    write(folder / "talk.pcm", sound)
    command = (sys.executable, "-m", "tests.fakes.speechkit", json.dumps({}))
    fake = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 20)
    assert fake.stdout is not None
    address = f"127.0.0.1:{json.loads(await fake.stdout.readline())['port']}"
    engine = SpeechKitStream(
        SpeechKit(
            endpoint=address,
            operation_endpoint=address,
            plaintext=True,
            api_key=KEY,
            parallel=SESSIONS,
            starts_per_second=40,
        )
    )
    audio, segment = Audio(folder / "talk.pcm", len(sound)), Segment(0, 0, SESSION_S * 1000, 0, SESSION_S * 1000)
    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(engine.transcribe(audio, segment) for _ in range(SESSIONS)))
    share = (time.process_time() - cpu) / (time.perf_counter() - began)
    await engine.close()
    await fake.communicate(b"")
    return round(share * 100, 1)
