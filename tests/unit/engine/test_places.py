"""Folders and disks."""

from pathlib import Path

import pytest

from streams.engine import places


def test_a_disk_that_gets_full_is_told_before_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Below the limit, and well again only some way above it."""
    free = 1000
    monkeypatch.setattr(places, "free_mb", lambda _: free)
    condition = places.disk(tmp_path / "not" / "yet", 500)
    assert condition.look() == ""
    free = 499
    assert condition.look() == "свободно 499 МБ, нужно 500"
    free = 550
    assert condition.look() != ""
    free = 601
    assert condition.look() == ""
    free = 550
    assert condition.look() == ""


def test_workers_on_one_disk_tell_one_message(tmp_path: Path) -> None:
    """The subject is the disk, not the folder; a folder that is not there yet is on the disk above it."""
    assert places.disk(tmp_path / "a", 1).subject == places.disk(tmp_path, 1).subject
    assert str(places.disk_of(tmp_path)) in places.disk(tmp_path, 1).subject
    assert places.free_mb(tmp_path / "not" / "yet") > 0


def test_a_share_that_is_away_is_told_apart(tmp_path: Path) -> None:
    """No folder, a file, an empty mount point; `/` is mounted wherever a test runs."""
    folder = tmp_path / "share"
    assert places.look_at_share(folder, None)() == "папки нет"
    folder.touch()
    assert places.look_at_share(folder, None)() == "это не папка"
    folder.unlink()
    folder.mkdir()
    assert places.look_at_share(folder, None)() == ""
    assert places.look_at_share(folder, folder)() == f"в {folder} ничего не смонтировано"
    assert places.look_at_share(folder, Path("/"))() == ""
