"""How well questions about a client find the words that answer them: `python -m bench.answers [-v]`.

Forty questions over four clients (`answers_corpus`), each with one true passage; fourteen were written before the
thesaurus and kept aside. Printed for both parts: how many true passages stand among the first five and the first
twenty, and what a search costs the store. `-v` names what was missed among the questions that may be tuned on.
"""

import asyncio
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from bench.answers_corpus import NOW, Asked, histories, questions
from schemas.answers import Found
from streams.settings import Store
from streams.store.database import Database
from streams.store.read.passages import passages
from tests.unit.store.conftest import opened
from tests.unit.store.fakes import Feed

AMONG_FIVE, AMONG_TWENTY = 28, 32
"""Of forty."""
GOAL_CPU_MS = 100.0
"""Of the store for one search, its engine's threads among it."""


class Result(NamedTuple):
    """`rank`: the true passage's place from 1, 0 where it is not among those that were found."""

    asked: Asked
    found: Found
    rank: int


async def measured(database: Database) -> list[Result]:
    """Ask all questions of a store that holds `histories`."""
    results = []
    for asked in questions():
        found = await passages(database, asked.lead, asked.ask, lambda: NOW)
        texts = [passage.text for passage in found.passages if not passage.near]
        results.append(Result(asked, found, texts.index(asked.text) + 1 if asked.text in texts else 0))
    return results


def among(results: list[Result], first: int) -> int:
    """How many true passages stand among the first so many."""
    return sum(0 < result.rank <= first for result in results)


async def _run(verbose: bool) -> bool:
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        async with opened(Store(folder=Path(folder) / "chdb", database="answers")) as database:
            await Feed(database)(histories(), at=NOW)
            await measured(database)
            began, cpu = time.perf_counter(), _cpu()
            results = await measured(database)
            spent, took = _cpu() - cpu, time.perf_counter() - began
    sizes = Counter({result.asked.lead: result.found.looked for result in results})
    print("passages of a client:", dict(sizes))
    for title, part in (
        ("all", results),
        ("aside", [result for result in results if result.asked.aside]),
        *((way, [result for result in results if result.asked.way == way]) for way in ("near", "forms", "meaning")),
    ):
        print(f"{title:8} of {len(part):2}: among five {among(part, 5):2}, among twenty {among(part, 20):2}")
    each = 1000 * spent / len(results)
    print(f"CPU a search {each:.1f} ms (goal ≤ {GOAL_CPU_MS:.0f}), wall {1000 * took / len(results):.1f} ms")
    if verbose:
        _missed(results)
    return among(results, 5) >= AMONG_FIVE and among(results, 20) >= AMONG_TWENTY and each <= GOAL_CPU_MS


def _missed(results: list[Result]) -> None:
    for result in results:
        if not result.asked.aside and not 0 < result.rank <= 5:
            print(f"\n{result.rank:2} {result.asked.way} {result.asked.ask}\n   {result.asked.text}")
            for passage in result.found.passages[:5]:
                print(f"      {passage.score:6.2f} {passage.coverage:.2f} {passage.text[:100]}")


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(not asyncio.run(_run("-v" in sys.argv[1:])))
