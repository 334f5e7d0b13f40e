"""A worker that makes files of meetings, with an empty folder."""

from pathlib import Path

import pytest

from tests.unit.tracks.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """With an empty folder."""
    return House(tmp_path)
