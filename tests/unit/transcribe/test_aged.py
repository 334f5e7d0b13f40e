"""Old files of recordings go where that is set, not those of a client who is held, and the access log says so first."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.erasures import Hold
from schemas.errors import Transient
from schemas.people import AccessEntry
from schemas.topics import DAY_MS, ERASURES
from streams.engine.erasures import KnownErasures
from streams.engine.reader import Reader
from streams.settings import Kafka, Speech
from streams.transcribe.aged import Aged

NOW = 1_795_244_400_000
OLD, NEW = 91, 89
"""Days."""


class Bench:
    """A folder of recordings, holds, and the lines that were written; `away`: Kafka takes none."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lines, self.away = folder, list[AccessEntry](), False
        self.known = KnownErasures(Reader(Kafka(), ERASURES))
        speech = Speech(recordings=folder, recordings_days=90)
        self.aged = Aged(speech, self.known, self.write, lambda: True, lambda: NOW)

    async def write(self, entry: AccessEntry) -> None:
        """As `Journal.write`."""
        if self.away:
            raise Transient("Kafka is away")
        assert (self.folder / entry.object).exists()
        self.lines.append(entry)

    def file(self, name: str, days: int) -> Path:
        """One that was last written so many days ago."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("sound")
        at = (NOW - days * DAY_MS) / 1000
        os.utime(path, (at, at))
        return path

    def left(self) -> list[str]:
        """Files and folders that are there."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


async def test_what_is_old_goes_and_is_told(tmp_path: Path) -> None:
    """The file, with the folders that it leaves empty; a newer one beside it stays; each has its line."""
    here = Bench(tmp_path)
    here.file("7/s1/m.mp4", OLD)
    here.file("7/s2/m.mp4", OLD)
    here.file("7/s2/m.json", NEW)
    here.file("8/m.mp4", NEW)
    assert await here.aged.look() == 2
    assert here.left() == ["7", "7/s2", "7/s2/m.json", "8", "8/m.mp4"]
    assert [(line.action, line.lead, line.object) for line in here.lines] == [
        ("erase", "7", "7/s1/m.mp4"),
        ("erase", "7", "7/s2/m.mp4"),
    ]
    assert await here.aged.look() == 0


@pytest.mark.parametrize(("until", "gone"), [("2026-11-21", 1), ("2026-11-20", 2)])
async def test_a_hold_stops_it_up_to_its_day(tmp_path: Path, until: str, gone: int) -> None:
    """The day counts in (it is 2026-11-21 in Moscow); others' go all the same."""
    here = Bench(tmp_path)
    here.known.denied.keep(Hold(lead_id="7", reason="дело", until=until, by="Глеб", at=1))
    here.file("7/m.mp4", OLD)
    here.file("8/m.mp4", OLD)
    assert await here.aged.look() == gone
    assert (tmp_path / "7/m.mp4").exists() is (gone == 1)


async def test_only_clients_folders_and_no_links(tmp_path: Path) -> None:
    """What is not a lead's is not ours; a link is neither followed nor deleted."""
    (tmp_path / "share").mkdir()
    here = Bench(tmp_path / "share")
    outside = here.file("../outside.mp4", OLD)
    for name in ("m.mp4", "archive/m.mp4", "lead-7/m.mp4", "٧/m.mp4"):
        here.file(name, OLD)
    (here.folder / "9").symlink_to(tmp_path)
    (here.folder / "7").mkdir()
    (here.folder / "7" / "link.mp4").symlink_to(outside)
    before = here.left()
    assert await here.aged.look() == 0
    assert (here.left(), outside.exists()) == (before, True)


async def test_nothing_goes_without_its_line(tmp_path: Path) -> None:
    """Where the log cannot be written the file stays; nor is a share that is away taken for an empty one."""
    here = Bench(tmp_path / "share")
    with pytest.raises(Transient):
        await here.aged.look()
    path = here.file("7/m.mp4", OLD)
    here.away = True
    with pytest.raises(Transient):
        await here.aged.look()
    assert path.exists()


def test_off_unless_it_is_set() -> None:
    """And never before a recording can have been heard."""
    assert Speech().recordings_days == 0
    assert Speech(recordings_days=30).recordings_days == 30
    with pytest.raises(ValidationError):
        Speech(recordings_days=29)
