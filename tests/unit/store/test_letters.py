"""Heaps of dead letters."""

from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace

from schemas.failed import DeadLetter
from streams.store.letters import MANY, WINDOW_MS, Heaps

NOW = 1_795_246_200_000


def test_a_heap_is_told_with_its_source_and_passes() -> None:
    """Fewer are nobody's alarm; old letters, read late after a stop, neither."""
    now = NOW
    heaps = Heaps(lambda: now)
    heaps.add([(NOW - WINDOW_MS - 1, "source.telegram")] * 1000)
    heaps.add([(NOW, "source.wms")] * (MANY - 1))
    assert heaps.look() == ""
    heaps.add([(NOW, "source.telegram")])
    assert heaps.look() == "20 за 10 минут, больше всего из темы source.wms (19)"
    now += WINDOW_MS + 1
    assert heaps.look() == ""


def test_a_persons_answers_are_no_heap() -> None:
    """Whoever deals with a heap writes two records a letter."""
    heaps = Heaps(lambda: NOW)
    letter = DeadLetter("source.wms", 1, 7, NOW, "pipeline", "ValidationError", "no qty", b"{}")
    record: Any = SimpleNamespace(timestamp=NOW)
    heaps.notice([(replace(letter, answer="replayed"), record)] * MANY)
    assert heaps.look() == ""
    heaps.notice([(letter, record)] * MANY)
    assert heaps.look() != ""
