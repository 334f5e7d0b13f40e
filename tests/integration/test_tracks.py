"""Packets of three voices on the topic, the worker on the broker, and the real Vosk on what it makes."""

import logging
import random
from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from schemas.audio import AUDIO_RECORD, AudioClosed, AudioOpened, AudioRecord, Packet
from schemas.codec import Codec
from schemas.sources import FromJitsi, Recording, RoomReport, Word
from schemas.topics import AUDIO, RECORDINGS
from streams.tracks.arrange import arrange
from streams.tracks.matroska import write
from streams.tracks.spool import Sound
from streams.transcribe.engines.vosk import VoskEngine
from streams.transcribe.job import transcribe
from tests.installation import Installation, until
from tests.integration.sentences import MODEL, SENTENCES, Bounds
from tests.opus_packets import blocks_of, packets_of
from tests.speech import RATE, Pcm, speak, words_of

FROM_JITSI: Codec[FromJitsi] = Codec(FromJitsi)
ZERO = 1_790_000_000_000
PEOPLE = {"a": ("Анна", "ru"), "b": ("Борис", "ru+m1"), "c": ("Вера", "ru+m3")}
log = logging.getLogger(__name__)


@dataclass
class Talk:
    """What each says, and when: the truth. `overlapping`: numbers of the words at which another one speaks, too."""

    sound: dict[str, list[tuple[float, Pcm]]]
    words: dict[str, list[Word]]

    def overlapping(self, name: str) -> set[int]:
        others = [(w.start_ms, w.end_ms) for who, words in self.words.items() if who != name for w in words]
        mine = enumerate(self.words[name])
        return {at for at, w in mine if any(start < w.end_ms and w.start_ms < end for start, end in others)}


def talk(turns: int) -> Talk:
    """Turns one after the other, of which each second one begins before the former one has ended."""
    sound: dict[str, list[tuple[float, Pcm]]] = {who: [] for who in PEOPLE}
    words: dict[str, list[Word]] = {name: [] for name, _ in PEOPLE.values()}
    at, free = 1.0, dict.fromkeys(PEOPLE, 0.0)
    for number in range(turns):
        who = "abc"[number % 3]
        name, voice = PEOPLE[who]
        speech = speak(SENTENCES[number % len(SENTENCES)], voice)
        start = max(at, free[who])
        sound[who].append((start, speech.pcm))
        words[name] += words_of(speech, round(start * 1000))
        length = len(speech.pcm) / RATE
        free[who] = start + length + 0.8
        at = start + (length * 0.3 if number % 2 else length + 0.6)
    return Talk(sound, words)


def sent(said: Talk, dice: random.Random, loss: float = 0.02) -> list[AudioRecord]:
    """As the bridge sends them: a mute between the turns, packets lost and in another order, one reconnect."""
    records: list[AudioRecord] = [AudioOpened("m1", "c1", ZERO, "lead-7")]
    for who, turns in said.sound.items():
        chunk, packets = dice.randrange(1000, 60_000), list[Packet]()
        for start, pcm in turns:
            silent = np.zeros(RATE // 25, np.int16)
            frame = round(start * 50) / 50  # a browser's clock goes by packets
            late = np.zeros(round((start - frame) * RATE) if start > frame else 0, np.int16)
            packets += packets_of(np.concatenate([late, pcm, silent]), frame, chunk)
            chunk = packets[-1].chunk + dice.randrange(20, 200)
            packets[-1] = Packet(packets[-1].chunk, packets[-1].ts, 127, packets[-1].opus)
        kept = [packet for packet in packets if packet.level == 127 or dice.random() >= loss]
        for at in range(0, len(kept) - 4, 4):
            if dice.random() < 0.2:
                kept[at : at + 4] = dice.sample(kept[at : at + 4], 4)
        records += blocks_of(kept, who, zero=ZERO + dice.randrange(0, 9))
    return [*records, AudioClosed("m1", "c1", ZERO + 900_000, ended=True)]


REPORTS = [
    RoomReport(f"j{who}", "joined", ZERO, "lead-7", "m1", "7", participant=who, name=name)
    for who, (name, _) in PEOPLE.items()
]


@pytest.fixture
async def engine() -> AsyncIterator[VoskEngine]:
    """The tiny model."""
    engine = VoskEngine(MODEL)
    yield engine
    await engine.close()


async def recordings(home: Installation) -> list[Recording]:
    """That the worker told."""
    found = [FROM_JITSI.decode(record.value) for record in await home.read(RECORDINGS)]
    return [one for one in found if isinstance(one, Recording)]


async def put(home: Installation, records: Sequence[AudioRecord]) -> None:
    """On the topics."""
    await home.produce(RECORDINGS, [("lead-7", FROM_JITSI.encode(report)) for report in REPORTS])
    for at in range(0, len(records), 500):
        await home.produce(AUDIO, [("m1", AUDIO_RECORD.encode(record)) for record in records[at : at + 500]])


async def test_words_are_under_the_right_name(bootstrap: str, tmp_path: Path, engine: VoskEngine) -> None:
    """Three voices, half of the turns over another one, 2 % lost, a fifth out of order: through the worker and Vosk."""
    said = talk(36)
    async with Installation(bootstrap, tmp_path / "home") as home:
        home.environ |= {
            "LEADPULSE_SPEECH__RECORDINGS": str(tmp_path / "recordings"),
            "LEADPULSE_TRACKS__SPOOL": str(tmp_path / "spool"),
        }
        (tmp_path / "recordings").mkdir()
        await put(home, sent(said, random.Random(1)))
        home.worker("tracks")

        async def told() -> bool:
            return bool(await recordings(home))

        await until(told, 90, "the recording is told")
        [recording] = await recordings(home)
    assert recording.participants == ["Анна", "Борис", "Вера"]
    heard = await transcribe(tmp_path / "recordings" / recording.path, engine, Bounds(), tmp_path / "speech")
    shift = recording.started_at - ZERO
    right, lost, late = 0, 0, list[int]()
    overlapping = found = 0
    for name, words in said.words.items():
        mine = [word for word in heard.words if word.speaker == name]
        starts = [word.start_ms + shift for word in mine]
        both = said.overlapping(name)
        matched = set[int]()
        for at, word in enumerate(words):
            near = bisect_right(starts, word.start_ms)
            around = range(max(0, near - 3), min(len(mine), near + 3))
            best = next((n for n in around if mine[n].text == word.text and n not in matched), None)
            overlapping += at in both
            if best is None:
                lost += 1
                continue
            matched.add(best)
            late.append(abs(starts[best] - word.start_ms))
            found += at in both
        right += len(matched)
    late.sort()
    log.info(f"{right} of {len(heard.words)} words right, {lost} not found, overlapping {found} of {overlapping}")
    log.info(f"starts: median {late[len(late) // 2]} ms, 99 % within {late[len(late) * 99 // 100]} ms")
    assert right >= 0.99 * len(heard.words)
    assert overlapping >= 30
    assert found >= 0.95 * overlapping
    assert late[len(late) * 95 // 100] <= 100


@pytest.mark.parametrize("kills", [2, pytest.param(5, marks=pytest.mark.proof)])
async def test_killed_while_it_writes_there_is_one_file_and_one_recording(
    bootstrap: str, tmp_path: Path, kills: int
) -> None:
    """Minutes of two people, so that the writing takes a moment; at last the file is what another run makes."""
    minutes = 8 * kills
    minute = packets_of(np.concatenate([speak(text).pcm for text in SENTENCES * 3])[: 60 * RATE])
    packets = [
        Packet(p.chunk + at * 3000, p.ts + at * 60 * 48_000, p.level, p.opus) for at in range(minutes) for p in minute
    ]
    records: list[AudioRecord] = [
        AudioOpened("m1", "c1", ZERO, "lead-7"),
        *(block for who in "ab" for block in blocks_of(packets, who, zero=ZERO)),
        AudioClosed("m1", "c1", ZERO + minutes * 60_000, ended=True),
    ]
    folder = tmp_path / "recordings"
    folder.mkdir()
    (tmp_path / "again").mkdir()
    async with Installation(bootstrap, tmp_path / "home") as home:
        home.environ |= {
            "LEADPULSE_SPEECH__RECORDINGS": str(folder),
            "LEADPULSE_TRACKS__SPOOL": str(tmp_path / "spool"),
        }
        await put(home, records)
        killed = 0
        while killed < kills:
            worker = home.worker("tracks")

            async def writes() -> bool:
                return any(folder.rglob("*.part"))

            await until(writes, 90, "the file is being written", pause=0.02)
            home.end(worker)
            killed += 1
            for part in folder.rglob("*.part"):
                part.rename(part.with_suffix(".seen"))  # so that the next one is told from this one
        assert await recordings(home) == []
        for seen in folder.rglob("*.seen"):
            seen.unlink()
        home.worker("tracks")

        async def told() -> bool:
            return bool(await recordings(home))

        await until(told, 120, "the recording is told")
        [recording] = await recordings(home)
        path = folder / recording.path
        assert [file for file in folder.rglob("*") if file.is_file()] == [path]
    sound = Sound(tmp_path / "again")
    for record in reversed(records):
        sound.take(record)
    names = {who: name for who, (name, _) in PEOPLE.items()}
    arranged = arrange(sound, names, {}, (), 0)
    assert arranged is not None
    write(tmp_path / "again.mka", arranged.titles, sound)
    assert (tmp_path / "again.mka").read_bytes() == path.read_bytes()
