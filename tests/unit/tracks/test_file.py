"""From blocks of the topic to the file: names, times, gaps, and the same bytes however they came."""

import os
import random
from pathlib import Path

import av
import numpy as np
import pytest

from schemas.audio import AudioClosed, AudioGap, AudioOpened, AudioRecord, Packet
from streams.tracks.arrange import Arranged, arrange
from streams.tracks.matroska import write
from streams.tracks.spool import Sound
from tests.opus_packets import blocks_of, packets_of
from tests.speech import RATE, Pcm

ZERO = 1_790_000_000_000
NAMES = {"a": "Анна", "b": "Борис"}


def tone(seconds: float, hertz: int = 440) -> Pcm:
    """Loud from its first to its last sample."""
    return np.asarray(12_000 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE), np.int16)


def meeting() -> list[AudioRecord]:
    """Anna speaks 1–3 s, Boris 2–4 s; then the bridge is away from 5 to 8 s, and Anna speaks 1 s at 9 s."""
    return [
        AudioOpened("m1", "c1", ZERO, "lead-7"),
        *blocks_of(packets_of(tone(2), 1.0), "a", zero=ZERO),
        *blocks_of(packets_of(tone(2, 880), 2.0), "b", zero=ZERO),
        AudioClosed("m1", "c1", ZERO + 5000),
        AudioOpened("m1", "c2", ZERO + 8000, "lead-7"),
        *blocks_of(packets_of(tone(1), 1.0, chunk=9), "a", connection="c2", zero=ZERO + 8000),
        AudioClosed("m1", "c2", ZERO + 10_500, ended=True),
    ]


def made(folder: Path, records: list[AudioRecord], excluded: tuple[str, ...] = ()) -> tuple[Arranged, Path]:
    """The file of these records."""
    folder.mkdir()
    sound = Sound(folder)
    for record in records:
        sound.take(record)
    arranged = arrange(sound, NAMES, {}, excluded, 0)
    assert arranged is not None
    write(folder / "out.mka", arranged.titles, sound)
    return arranged, folder / "out.mka"


def loud(path: Path) -> dict[str, list[tuple[float, float]]]:
    """Of each track the stretches with sound, in s from the file's start, as a player hears them."""
    found: dict[str, list[tuple[float, float]]] = {}
    with av.open(str(path)) as container:
        titles = [stream.metadata["title"] for stream in container.streams.audio]
    for number, title in enumerate(titles):
        heard: list[tuple[float, float]] = []
        with av.open(str(path)) as container:
            for frame in container.decode(container.streams.audio[number]):
                level = np.sqrt((frame.to_ndarray().astype(float) ** 2).mean())
                if level < 0.05:
                    continue
                end = frame.time + frame.samples / frame.sample_rate
                if heard and frame.time - heard[-1][1] < 0.03:
                    heard[-1] = (heard[-1][0], end)
                else:
                    heard.append((frame.time, end))
        found[title] = [(round(start, 1), round(end, 1)) for start, end in heard]
    return found


def test_a_track_for_each_with_his_name_and_everything_at_its_time(tmp_path: Path) -> None:
    """Two connections on one line of time; the three seconds between are a gap."""
    arranged, path = made(tmp_path / "m", meeting())
    assert loud(path) == {"Анна": [(1.0, 3.0), (9.0, 10.0)], "Борис": [(2.0, 4.0)]}
    assert (arranged.started_at, arranged.duration_ms, arranged.gaps) == (ZERO, 10_000, [(5000, 8000)])
    assert path.stat().st_mode & 0o777 == 0o600
    assert arranged.people == ["Анна", "Борис"]


@pytest.mark.parametrize("seed", range(5))
def test_any_order_and_any_repeats_give_the_same_bytes(tmp_path: Path, seed: int) -> None:
    """Blocks that come again, and in another order, as after a kill of the entrance or a replay of the topic."""
    records = meeting()
    dice = random.Random(seed)
    mixed = records + dice.sample(records, 5)
    dice.shuffle(mixed)
    _, first = made(tmp_path / "a", records)
    _, second = made(tmp_path / "b", mixed)
    assert first.read_bytes() == second.read_bytes()


def test_who_objected_is_not_in_the_file(tmp_path: Path) -> None:
    """Not even his name."""
    arranged, path = made(tmp_path / "m", meeting(), excluded=("b",))
    assert list(loud(path)) == ["Анна"]
    assert "Борис".encode() not in path.read_bytes()
    assert arranged.people == ["Анна"]


def test_lost_packets_leave_the_rest_at_its_time(tmp_path: Path) -> None:
    """Each tenth is lost, which a player would go on without: a second of tone at 5 s is still there."""
    packets = [packet for packet in packets_of(tone(4)) if packet.chunk % 10]
    last = packets_of(tone(1), 5.0, chunk=1200)
    records: list[AudioRecord] = [AudioOpened("m1", "c1", ZERO), *blocks_of([*packets, *last], "a", zero=ZERO)]
    _, path = made(tmp_path / "m", records)
    assert loud(path)["Анна"][-1] == (5.0, 6.0)
    with av.open(str(path)) as container:
        samples = sum(frame.samples for frame in container.decode(audio=0)) / 48_000
    assert samples == pytest.approx(5.0, abs=0.05)


def test_twins_are_heard_once(tmp_path: Path) -> None:
    """A bridge with two connections at once, both of which carry the sound, on clocks that differ by 300 ms."""
    packets = packets_of(tone(2), 1.0)
    late = [Packet(p.chunk, p.ts - 48 * 300, p.level, p.opus) for p in packets]
    once: list[AudioRecord] = [AudioOpened("m1", "c1", ZERO), *blocks_of(packets, "a", zero=ZERO)]
    twin: list[AudioRecord] = [
        AudioOpened("m1", "c2", ZERO + 300),
        *blocks_of(late, "a", connection="c2", zero=ZERO + 290),
    ]
    _, path = made(tmp_path / "m", [*twin, *once])
    assert loud(path) == {"Анна": [(1.0, 3.0)]}


def test_the_entrance_tells_of_a_gap(tmp_path: Path) -> None:
    """Kafka was away."""
    records = [*meeting(), AudioGap("m1", ZERO + 1200, ZERO + 2300, "spilled")]
    arranged, _ = made(tmp_path / "m", records)
    assert arranged.gaps == [(1200, 2300), (5000, 8000)]


def test_namesakes_are_told_as_one(tmp_path: Path) -> None:
    """Two at once who are called alike have a track each: who of them objects, nobody can tell by the names."""
    records: list[AudioRecord] = [AudioOpened("m1", "c1", ZERO)]
    for who, begin in (("a", 1.0), ("c", 1.5), ("b", 2.0)):
        records += blocks_of(packets_of(tone(2), begin), who, zero=ZERO)
    sound = Sound(tmp_path)
    for record in records:
        sound.take(record)
    arranged = arrange(sound, NAMES | {"c": " анна "}, {}, (), 0)
    assert arranged is not None
    assert (arranged.titles, arranged.occupants) == (["Анна", "анна", "Борис"], [["a", "c"], ["a", "c"], ["b"]])


def test_a_meeting_in_which_nobody_spoke_has_no_file(tmp_path: Path) -> None:
    """All were muted."""
    sound = Sound(tmp_path)
    sound.take(AudioOpened("m1", "c1", ZERO))
    sound.take(AudioClosed("m1", "c1", ZERO + 9))
    assert arrange(sound, NAMES, {}, (), 0) is None


def test_a_full_disk_leaves_the_former_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no part of the new one."""
    arranged, path = made(tmp_path / "m", meeting())
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    sound = Sound(tmp_path / "m")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(path, arranged.titles, sound)
    assert path.read_bytes() == before
    assert not path.with_name("out.mka.part").exists()


def test_later_blocks_know_the_clock_better(tmp_path: Path) -> None:
    """The first packets were slow on their way: by the others the connection's beginning is a second earlier."""
    packets = packets_of(tone(3), 1.0)
    first, second = packets[:75], packets[75:]
    records: list[AudioRecord] = [
        AudioOpened("m1", "c1", ZERO),
        *blocks_of(first, "a", zero=ZERO + 1000),
        *blocks_of(second, "a", zero=ZERO),
    ]
    arranged, path = made(tmp_path / "m", records)
    assert arranged.started_at == ZERO
    assert loud(path) == {"Анна": [(1.0, 4.0)]}
