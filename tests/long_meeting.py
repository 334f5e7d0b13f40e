"""What a long meeting costs worker `tracks`, by itself in a process: `python -m tests.long_meeting HOURS PEOPLE SHARE`.

Everybody's microphone is open; each speaks `SHARE` of the time, in stretches of five seconds, and sends a packet each
400 ms else (DTX, RFC 7587 3.1.3). Prints one line of JSON: CPU seconds and the largest RSS (MB) of each step.
"""

import json
import os
import random
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from schemas.audio import AudioBlock, AudioClosed, AudioOpened, AudioRecord, Packet
from streams.tracks.arrange import Arranged, arrange
from streams.tracks.matroska import write
from streams.tracks.spool import Sound
from tests.costs import peak_mb

FRAME, SECOND = 960, 48_000
VOICE, PAUSE = b"\x78", b"\x78\x00"
VOICE_BYTES = 80
STRETCH_S = 5
T = TypeVar("T")


def records(hours: float, people: int, share: float) -> Iterator[AudioRecord]:
    """As the entrance puts them on the topic: a block a second and person."""
    dice = random.Random(1)
    sound = dice.randbytes(1 << 16)
    chunks = [0] * people
    speaks = [False] * people
    yield AudioOpened("m1", "c1", 0, "lead-7")
    for second in range(round(hours * 3600)):
        for who in range(people):
            if second % STRETCH_S == 0:
                speaks[who] = dice.random() < share
            frames = range(50) if speaks[who] else range(0, 50, 20)
            packets = []
            for number, frame in enumerate(frames):
                at = dice.randrange(len(sound) - VOICE_BYTES)
                opus = VOICE + sound[at : at + VOICE_BYTES - 1] if speaks[who] else PAUSE
                level = 40 if speaks[who] else 110
                packets.append(Packet(chunks[who] + number, second * SECOND + frame * FRAME, level, opus))
            chunks[who] += len(packets)
            yield AudioBlock("m1", "c1", f"tag{who}", f"p{who}", 0, packets)
    yield AudioClosed("m1", "c1", round(hours * 3_600_000), ended=True)


def costs(hours: float, people: int, share: float) -> dict[str, Any]:
    """Of spooling, arranging and writing; what came of it."""
    found: dict[str, Any] = {}

    def step(name: str, work: Callable[[], T]) -> T:
        before = _cpu()
        result = work()
        found[f"{name}_cpu_s"] = round(_cpu() - before, 1)
        found[f"{name}_rss_mb"] = peak_mb(os.getpid())
        return result

    with tempfile.TemporaryDirectory(prefix="leadpulse-long-") as folder:
        sound, names = Sound(Path(folder)), {f"p{who}": f"Участник {who}" for who in range(people)}
        packets = step("spool", lambda: _spooled(sound, records(hours, people, share)))
        arranged: Arranged | None = step("arrange", lambda: arrange(sound, names, {}, (), 0))
        assert arranged is not None
        path = Path(folder) / "meeting.mka"
        size, _ = step("write", lambda: write(path, arranged.titles, sound))
        return found | {
            "packets": packets,
            "tracks": len(arranged.titles),
            "gaps": len(arranged.gaps),
            "minutes": round(arranged.duration_ms / 60_000),
            "file_mb": size >> 20,
            "written": _packets_in(path),
        }


def _spooled(sound: Sound, told: Iterator[AudioRecord]) -> int:
    packets = 0
    for record in told:
        sound.take(record)
        packets += len(record.packets) if isinstance(record, AudioBlock) else 0
    return packets


def _packets_in(path: Path) -> int:
    import av

    with av.open(str(path)) as container:
        return sum(packet.size > 0 for packet in container.demux())


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.stdout.write(json.dumps(costs(float(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))) + "\n")
