"""Spoilt files: exports of Telegram, tables, workbooks, mappings. `tests/proof` has the full count."""

from pathlib import Path

from tests.unit.loading.fuzz import run


def test_spoilt_files_are_told_and_what_is_good_is_read(tmp_path: Path) -> None:
    """Nothing but a line for a person; a good message or row between bad ones is an event."""
    came = run(150, 12, tmp_path)
    assert {f"{kind} read" for kind in ("telegram", "tables", "mappings")} <= came.keys()
