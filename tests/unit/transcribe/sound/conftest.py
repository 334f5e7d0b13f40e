"""Where the sound of a file is decoded to."""

from pathlib import Path

import pytest


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "out.pcm"
