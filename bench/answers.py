"""How well questions about a client find the words that answer them: `python -m bench.answers [-v]`.

Forty questions over four clients (`answers_corpus`), each with one true passage; fourteen were written before the
thesaurus and kept aside. Printed for both parts: how many true passages stand among the first five and the first
twenty, and what a search costs the store. `-v` names what was missed among the questions that may be tuned on.

`python -m bench.answers --cases FILE` asks the running store instead: does it still do what people said of its answers
(`leadpulse questions cases FILE`)? Exit code 1 where a case does not hold.
"""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec

from bench.answers_corpus import NOW, Asked, histories, questions
from processors.answers.cases import Case, holds
from processors.answers.intents import plan
from processors.days import local_time
from schemas.answers import Found
from streams import settings
from streams.clients.store import call
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


class Measured(NamedTuple):
    """All results, and ms a search: CPU of this process, and wall."""

    results: list[Result]
    cpu_ms: float
    wall_ms: float


async def _measured() -> Measured:
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        async with opened(Store(folder=Path(folder) / "chdb", database="answers")) as database:
            await Feed(database)(histories(), at=NOW)
            await measured(database)
            began, cpu = time.perf_counter(), _cpu()
            results = await measured(database)
            spent, took = _cpu() - cpu, time.perf_counter() - began
    return Measured(results, 1000 * spent / len(results), 1000 * took / len(results))


def answer_figures() -> dict[str, Any]:
    """What `make bench` keeps, measured in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.answers", "--json"], capture_output=True, timeout=900, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _figures(measured: Measured) -> dict[str, Any]:
    aside = [result for result in measured.results if result.asked.aside]
    return {
        "asked": len(measured.results),
        "among_five": among(measured.results, 5),
        "among_twenty": among(measured.results, 20),
        "aside_asked": len(aside),
        "aside_among_five": among(aside, 5),
        "search_cpu_ms": round(measured.cpu_ms, 1),
        "search_wall_ms": round(measured.wall_ms, 1),
    }


async def _run(verbose: bool) -> bool:
    results, each, wall = await _measured()
    sizes = Counter({result.asked.lead: result.found.looked for result in results})
    print("passages of a client:", dict(sizes))
    for title, part in (
        ("all", results),
        ("aside", [result for result in results if result.asked.aside]),
        *((way, [result for result in results if result.asked.way == way]) for way in ("near", "forms", "meaning")),
    ):
        print(f"{title:8} of {len(part):2}: among five {among(part, 5):2}, among twenty {among(part, 20):2}")
    print(f"CPU a search {each:.1f} ms (goal ≤ {GOAL_CPU_MS:.0f}), wall {wall:.1f} ms")
    if verbose:
        _missed(results)
    return among(results, 5) >= AMONG_FIVE and among(results, 20) >= AMONG_TWENTY and each <= GOAL_CPU_MS


def check_cases(file: Path, look: Callable[[Case], Found]) -> list[Case]:
    """Print how many of the cases of a file hold; those that do not."""
    cases = [msgspec.json.decode(line, type=Case) for line in file.read_bytes().splitlines()]
    failed = [case for case in cases if not holds(case, look(case).passages)]
    print(f"cases that hold: {len(cases) - len(failed)} of {len(cases)}")
    for case in failed:
        print(f"  {case.verdict:11} {case.question_id} {case.lead_id} {case.ask}")
    return failed


def _as_asked(case: Case) -> Found:
    """From the running store. The days are those that were meant then: "yesterday" is another one now."""
    wanted = plan(case.ask, local_time(case.at).date())
    asked_for = {"q": case.ask, "since": wanted.since, "until": wanted.until}
    query = urlencode({name: value for name, value in asked_for.items() if value})
    return msgspec.convert(call(settings.load().store, f"/api/leads/{case.lead_id}/passages?{query}"), Found)


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
    match sys.argv[1:]:
        case ["--cases", file]:
            sys.exit(bool(check_cases(Path(file), _as_asked)))
        case ["--json"]:
            print(json.dumps(_figures(asyncio.run(_measured()))))
        case arguments:
            sys.exit(not asyncio.run(_run("-v" in arguments)))
