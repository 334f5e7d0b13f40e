"""A test leaves the process the rights that it had (`tests/conftest.py`): files of the next one are as others'."""

import os
from pathlib import Path

import pytest


@pytest.mark.parametrize("mask", [0o077, 0o027])
def test_whoever_takes_rights_away(mask: int, tmp_path: Path) -> None:
    """Twice, so that the second one sees what the first has left (behind a recorder proofs of the image failed)."""
    folder = tmp_path / "made"
    folder.mkdir()
    assert folder.stat().st_mode & 0o055 == 0o055
    os.umask(mask)
