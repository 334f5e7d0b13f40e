"""A track goes out of a file, and what others said stays at its time."""

import hashlib
from pathlib import Path

import av
import pytest

from schemas.errors import Terminal
from streams.engine import cutting
from streams.engine.cutting import cut_tracks
from streams.settings import Speech
from tests.unit.tracks.test_file import loud, made, meeting

FILE = "7/m.mka"


@pytest.fixture
def speech(tmp_path: Path) -> Speech:
    """With a meeting of Anna and Boris in it."""
    _, path = made(tmp_path / "m", meeting())
    (tmp_path / "in" / "7").mkdir(parents=True)
    path.rename(tmp_path / "in" / FILE)
    return Speech(recordings=tmp_path / "in")


def packets(path: Path, title: str) -> list[tuple[int | None, int | None, bytes]]:
    """Of a track: time, length and the very bytes of the codec."""
    with av.open(str(path)) as container:
        [stream] = [one for one in container.streams if one.metadata["title"] == title]
        return [(packet.pts, packet.duration, bytes(packet)) for packet in container.demux(stream) if packet.size]


def test_only_his_own_goes(speech: Speech) -> None:
    """The others' packets are the same bytes at the same times; a repeat changes nothing; nobody else may read it."""
    path = speech.recordings / FILE
    before, hers = loud(path), packets(path, "Анна")
    assert cut_tracks(speech, FILE, {"Борис"}.__contains__) == 1
    assert loud(path) == {"Анна": before["Анна"]}
    assert packets(path, "Анна") == hers
    assert "Борис".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    digest = hashlib.sha256(path.read_bytes()).digest()
    assert cut_tracks(speech, FILE, {"Борис"}.__contains__) == 0
    assert hashlib.sha256(path.read_bytes()).digest() == digest
    assert list(path.parent.iterdir()) == [path]


def test_the_last_one_takes_the_file_along(speech: Speech) -> None:
    """Nothing of nobody is kept; a file that is not there is none."""
    assert cut_tracks(speech, FILE, lambda _: True) == 2
    assert not (speech.recordings / FILE).exists()
    assert cut_tracks(speech, FILE, lambda _: True) == 0


def test_all_or_nothing(speech: Speech, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended in the middle the file is as it was; one that cannot be read is told, as is a way out of the folder."""
    path = speech.recordings / FILE
    before = path.read_bytes()

    def dies(_path: Path, part: Path, _kept: list[int]) -> None:
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cutting, "_copy", dies)
    with pytest.raises(OSError, match="No space"):
        cut_tracks(speech, FILE, {"Борис"}.__contains__)
    assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]
    path.write_bytes(b"no sound at all")
    with pytest.raises(Terminal, match="не вырезаются"):
        cut_tracks(speech, FILE, lambda _: True)
    with pytest.raises(Terminal, match="leaves"):
        cut_tracks(speech, "../m.mka", lambda _: True)
