"""The demo's look back: the very command, on clients made on the spot."""

from pathlib import Path

import pytest

from demo import past


async def test_the_table_of_a_back_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few clients and days are enough to see that it is played, judged against who left, and told in Russian."""
    monkeypatch.setattr(past, "CLIENTS", 8)
    monkeypatch.setattr(past, "DAYS", 70)
    first, head, *_, last = await past.look_back(tmp_path)
    assert first.replace("\u00a0", " ").startswith("8 клиентов, с 03.03.2025")
    assert "Нашли ушедших" in head
    assert last.startswith("всего")
