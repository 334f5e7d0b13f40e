"""Folders of exports: each file is loaded once, by its content, and what cannot be is told."""

import asyncio
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from processors.mapping import SourceMapping, load
from schemas.errors import ConfigError, Transient
from schemas.sources import Inbound
from schemas.topics import SOURCE_ROUNDS, WMS
from schemas.wms import WmsPayload
from streams.engine.kafka import Output
from streams.engine.retry import World
from streams.gateway.folders import Folder, folders_of
from streams.loading import Notes
from streams.settings import WmsFolder
from tests.unit.cli.test_imports import MAPPING

NOW = 1_795_300_000_000
HEAD = "time,client,doc,sku,qty\n"


def mapping(text: str = MAPPING) -> SourceMapping:
    """One that loads."""
    found = load(text, "sklad.yaml")
    assert isinstance(found, SourceMapping)
    return found


class Watched:
    """A folder, its notes, and a Kafka that is a list."""

    def __init__(self, path: Path) -> None:
        self.path, self.notes = path / "exports", path / "imports"
        self.path.mkdir()
        self.sent: list[Output] = []
        self.fault: Exception | None = None
        self.folder = self.another()

    def another(self) -> Folder:
        """After a restart, or in another gateway."""
        return Folder("sklad", WmsFolder(path=self.path), mapping(), Notes(self.notes, "kafka"))

    async def send(self, outputs: list[Output]) -> None:
        if self.fault is not None:
            raise self.fault
        self.sent += outputs

    def put(self, name: str, *rows: str, seconds_ago: float = 60.0, head: str = HEAD) -> Path:
        """A file that was written so long ago."""
        file = self.path / name
        file.write_text(head + "".join(f"{row}\n" for row in rows))
        at = NOW / 1000 - seconds_ago
        os.utime(file, (at, at))
        return file

    async def look(self, folder: Folder | None = None) -> list[str]:
        """Documents that this look sent."""
        before = len(self.sent)
        await (folder or self.folder).look(self.send, NOW)
        inbound = [msgspec.json.decode(output.value or b"", type=Inbound) for output in self.sent[before:]]
        assert {one.source for one in inbound} <= {"sklad"}
        return [msgspec.json.decode(one.payload, type=WmsPayload).doc.id for one in inbound]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """An empty folder."""
    return Watched(tmp_path)


def row(doc: str, qty: object = 1) -> str:
    """A shipment of yesterday."""
    return f"2026-11-21T12:00:00,1066,{doc},A,{qty}"


async def test_each_file_is_loaded_once_by_its_content(watched: Watched) -> None:
    """The oldest first; not again at the next look, after a restart, under another name or from a second gateway."""
    watched.put("b.csv", row("D-1"), row("D-2"), seconds_ago=90)
    watched.put("a.csv", row("D-3"))
    assert await watched.look() == ["D-1", "D-2", "D-3"]
    assert await watched.look() == []
    assert await watched.look(watched.another()) == []
    (watched.path / "b.csv").rename(watched.path / "c.csv")
    assert await watched.look() == []
    watched.put("a.csv", row("D-3"), row("D-4"))
    assert await watched.look() == ["D-3", "D-4"]
    assert watched.folder.trouble() == ""


async def test_what_is_being_written_and_what_is_no_table_waits(watched: Watched) -> None:
    """A file that has just changed, hidden ones, Excel's locks, links, folders, other kinds."""
    watched.put("now.csv", row("D-1"), seconds_ago=1)
    for name in (".a.csv", "~$a.xlsx", "a.pdf"):
        watched.put(name, row("D-2"))
    (watched.path / "folder.csv").mkdir()
    (watched.path.parent / "outside.csv").write_text(HEAD + row("D-3"))
    (watched.path / "link.csv").symlink_to(watched.path.parent / "outside.csv")
    os.mkfifo(watched.path / "pipe.csv")
    assert await watched.look() == []
    watched.put("now.csv", row("D-1"), seconds_ago=11)
    assert await watched.look() == ["D-1"]


async def test_a_bad_file_stops_no_other_and_is_told_until_it_is_mended(watched: Watched) -> None:
    """None of it is loaded; mended it is loaded by itself, and so are the others meanwhile."""
    watched.put("a.csv", row("D-1"), row("D-2", "два"), seconds_ago=90)
    watched.put("b.csv", head="x;y\n", seconds_ago=80)
    watched.put("c.csv", row("D-3"))
    assert await watched.look() == ["D-3"]
    assert watched.folder.trouble() == (
        "a.csv: строка 3: lines[0].qty: нужно целое число штук, а здесь «два»; и ещё файлов с ошибками: 1"
    )
    assert await watched.look() == []
    watched.put("a.csv", row("D-1"), row("D-2", 2))
    (watched.path / "b.csv").unlink()
    assert await watched.look() == ["D-1", "D-2"]
    assert watched.folder.trouble() == ""


async def test_an_empty_export_is_no_fault(watched: Watched) -> None:
    """A day without documents."""
    watched.put("a.csv")
    assert await watched.look() == []
    assert watched.folder.trouble() == ""


async def test_a_folder_that_is_away_waits_and_is_told(watched: Watched) -> None:
    """A share that is not mounted; back again, its files are loaded."""
    watched.put("a.csv", row("D-1"))
    away = watched.path.rename(watched.path.with_name("away"))
    assert await watched.look() == []
    assert watched.folder.trouble() == "такого файла или папки нет"
    away.rename(watched.path)
    assert await watched.look() == ["D-1"]
    assert watched.folder.trouble() == ""


async def test_a_disk_that_takes_no_note_is_tried_again(watched: Watched) -> None:
    """It is the surroundings' fault, not the file's: what is sent twice is the same event."""
    watched.put("a.csv", row("D-1"))
    watched.notes.write_text("a file in the way of the folder")
    assert await watched.look() == []
    assert "imports" in watched.folder.trouble()
    watched.notes.unlink()
    assert await watched.look() == ["D-1"]
    assert watched.folder.trouble() == ""


async def test_kafka_away_loses_nothing(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """The background task goes on; what was sent before is not sent again."""
    monkeypatch.setattr("streams.loading.sending.AT_ONCE", 1)
    watched.put("a.csv", row("D-1"), row("D-2"))
    sleeps: list[float] = []

    async def send(outputs: list[Output]) -> None:
        if watched.sent and not sleeps:
            raise Transient("no broker")
        watched.sent += outputs

    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        if len(sleeps) == 2:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await watched.folder.run(send, lambda: NOW, World(sleep=sleep))
    assert [output.topic for output in watched.sent] == [WMS.name, WMS.name, SOURCE_ROUNDS.name]
    assert all(48 <= seconds <= 60 for seconds in sleeps)


def test_a_folder_needs_a_mapping(tmp_path: Path) -> None:
    """Told at the start, with the name of the file that is missing."""
    folders: dict[str, Any] = {"sklad": WmsFolder(path=tmp_path), "other": WmsFolder(path=tmp_path)}
    with pytest.raises(ConfigError, match=r"wms\.folders\.other: нет разметки other\.yaml"):
        folders_of(folders, {"sklad": mapping()}, Notes(tmp_path, "kafka"))
    assert [
        folder.name
        for folder in folders_of({"sklad": folders["sklad"]}, {"sklad": mapping()}, Notes(tmp_path, "kafka"))
    ] == ["sklad"]
