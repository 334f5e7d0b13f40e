"""Word lists and weights: `data/<module>.toml`, read once. Each list there says in a comment what it is for."""

import re
import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"


class Vocabulary:
    """The lists and weights of one module, by their names in its file."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def words(self, name: str) -> frozenset[str]:
        """A list of words; plain ones (small letters, no ё) where they are compared with words of an utterance."""
        return frozenset(self._values[name].split())

    def lines(self, name: str) -> list[str]:
        """A list with one entry a line."""
        return [line for line in self._values[name].splitlines() if line]

    def phrases(self, name: str) -> re.Pattern[str]:
        """A pattern of whole words that finds any of the phrases, which stand one a line."""
        return re.compile(rf"\b(?:{'|'.join(self.lines(name))})\b")

    def weight(self, name: str) -> float:
        """A weight or a bound."""
        return float(self._values[name])


def vocabulary(module: str) -> Vocabulary:
    """What `data/<module>.toml` holds."""
    return Vocabulary(tomllib.loads((FOLDER / f"{module}.toml").read_text(encoding="utf-8")))
