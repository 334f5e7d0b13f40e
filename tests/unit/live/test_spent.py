"""The day's minutes of SpeechKit."""

from typing import Any, cast

import msgspec

from schemas.said import Said
from schemas.sources import Word
from streams.engine.reader import Reader
from streams.live.spent import Spent

NOW, DAY_MS = 1_795_000_000_000, 86_400_000


def record(at: int, ms: int) -> Any:
    """A turn that was told."""
    said = Said("m1", "lead-7", "c1", "a-a0", "a", 0, 1, at, at + ms, [Word("да", 0, ms, 1.0)], speechkit_ms=ms)
    return type("Row", (), {"value": msgspec.json.encode(said)})()


async def test_sound_is_counted_once() -> None:
    """While it is ours, and then on the topic; what another process told, too."""
    spent = Spent(cast(Reader, None), 1.0, lambda: NOW)
    spent.sent(50_000)
    assert not spent.over()
    spent.told(50_000)
    spent.put(record(NOW, 50_000))
    assert not spent.over()
    spent.put(record(NOW - DAY_MS, 60_000))
    assert not spent.over()
    spent.put(record(NOW, 10_000))
    assert spent.over()
