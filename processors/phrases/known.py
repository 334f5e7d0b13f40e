"""Words seen before, and what they mean to whoever asks."""

from collections.abc import Callable
from typing import TypeVar

from processors.russian.stems import CACHED

T = TypeVar("T")


class Known(dict[str, T]):
    """Words seen → what `of` says of them: one look into a dictionary (25 ns), half of what `lru_cache` takes."""

    def __init__(self, of: Callable[[str], T]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, token: str) -> T:
        if len(self) >= CACHED:
            self.clear()
        found = self[token] = self._of(token)
        return found
