"""Heaps of dead letters."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.errors import Refused
from schemas.failed import DeadLetter
from schemas.topics import DEAD_MUTES
from streams.engine.mutes import MOST_HOURS, KnownMutes, key_of, muted
from streams.engine.reader import Reader
from streams.settings import Kafka
from streams.store.letters import MANY, WINDOW_MS, Heaps

NOW = 1_795_246_200_000
HEAP = ("pipeline.source.wms", "ValidationError")


def test_a_heap_is_told_with_its_source_and_passes() -> None:
    """Fewer are nobody's alarm; old letters, read late after a stop, neither."""
    now = NOW
    heaps = Heaps(lambda: now)
    heaps.add([(NOW - WINDOW_MS - 1, "source.telegram", HEAP)] * 1000)
    heaps.add([(NOW, "source.wms", HEAP)] * (MANY - 1))
    assert heaps.look() == ""
    heaps.add([(NOW, "source.telegram", HEAP)])
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


def test_what_somebody_knows_of_rings_for_nobody_until_then() -> None:
    """Another fault of the same stage does; when the time is over, the same letters ring again."""
    now = NOW
    known = KnownMutes(Reader(Kafka(), DEAD_MUTES))
    heaps = Heaps(lambda: now, known.now)
    heaps.add([(NOW, "source.wms", HEAP)] * MANY)
    known.apply(key_of(HEAP), muted(HEAP, 0.1, "чинят у отправителя", "Анна", NOW))
    assert heaps.look() == ""
    heaps.add([(NOW, "source.wms", (HEAP[0], "Unknown"))] * MANY)
    assert heaps.look().startswith("20 за 10 минут")
    now += 360_000
    assert heaps.look().startswith("40 за 10 минут")
    known.apply(key_of(HEAP), muted(HEAP, 1, "всё ещё чинят", "Анна", now))
    known.apply(key_of(HEAP), None)
    assert heaps.look().startswith("40 за 10 минут"), "a tombstone ends it at once"


@pytest.mark.parametrize(
    ("hours", "reason"), [(0, "известно"), (MOST_HOURS + 1, "известно"), (1, "  "), (1, "я" * 201)]
)
def test_a_mute_has_a_reason_and_an_end(hours: float, reason: str) -> None:
    """Or it is none."""
    with pytest.raises(Refused):
        muted(HEAP, hours, reason, "Анна", NOW)
