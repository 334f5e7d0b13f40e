"""Heaps of dead letters."""

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
