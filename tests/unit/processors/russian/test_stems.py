"""Stems, also when several threads ask at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from snowballstemmer.russian_stemmer import RussianStemmer

from processors.russian.stems import stem
from tests.unit.processors.minutes.meetings import FOLDER


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("расторгнуть", "расторгнут"),
        ("склады", "склад"),
        ("складами", "склад"),
        ("уходим", "уход"),
        ("важнейшими", "важн"),
        ("", ""),
    ],
)
def test_a_word_has_its_snowball_stem(word: str, base: str) -> None:
    """The classifier was learned of these stems: with another stemmer its weights would be of other words."""
    assert stem(word) == base


def test_four_threads_get_the_stems_that_one_gets() -> None:
    """Those of the same algorithm in Python. One that was shared by threads gave wrong stems and IndexError."""
    text = " ".join(path.read_text() for path in sorted(FOLDER.glob("*.json")))
    words = sorted({word.lower() for word in text.split() if word.isalpha()})
    alone = RussianStemmer()
    expected = [alone.stemWord(word) for word in words]
    assert len(words) > 1000
    for _ in range(3):
        stem.cache_clear()
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: [stem(word) for word in words], range(4)))
        assert all(stems == expected for stems in found)
