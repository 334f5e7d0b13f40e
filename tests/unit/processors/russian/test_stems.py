"""Stems, also when several threads ask at once."""

from concurrent.futures import ThreadPoolExecutor

import snowballstemmer

from processors.russian.stems import stem
from tests.unit.processors.minutes.meetings import FOLDER


def test_four_threads_get_the_stems_that_one_gets() -> None:
    """A Snowball stemmer keeps its word in itself; shared without a lock it gave wrong stems and IndexError."""
    text = " ".join(path.read_text() for path in sorted(FOLDER.glob("*.json")))
    words = sorted({word.lower() for word in text.split() if word.isalpha()})
    alone = snowballstemmer.stemmer("russian")
    expected = [alone.stemWord(word) for word in words]
    assert len(words) > 1000
    for _ in range(3):
        stem.cache_clear()
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: [stem(word) for word in words], range(4)))
        assert all(stems == expected for stems in found)
