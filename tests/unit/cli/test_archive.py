"""The file of `leadpulse backup` when its making is broken off."""

import gc
import sys
from pathlib import Path

import pytest

from schemas.errors import Transient
from streams.cli.archive import Writer


def test_a_broken_off_backup_leaves_nothing_and_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file, no draft, and no words about its inside beneath the one line that a person reads."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    for entries in (0, 1):
        with pytest.raises(Transient), Writer(tmp_path / "b.zip") as file:
            for number in range(entries):
                file.add(f"topics/{number}.jsonl", b"x", 1)
            raise Transient("the store is away")
        del file
        gc.collect()
    assert complaints == []
    assert not list(tmp_path.iterdir())
