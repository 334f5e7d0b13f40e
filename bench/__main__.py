"""`python -m bench [EVENTS]`: fills the topics, runs the contenders in turn, prints the table."""

import asyncio
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.answers import AMONG_FIVE, GOAL_CPU_MS, answer_figures
from bench.backtest import GOAL as BACKTEST_GOAL
from bench.backtest import backtest
from bench.bridge import bridge, told
from bench.idle import idle
from bench.imports import GOAL_MB as IMPORT_GOAL_MB
from bench.imports import imported
from bench.line import line, table
from bench.live import GOAL_MS as LIVE_GOAL_MS
from bench.live import live
from bench.meeting import GOAL_CPU_S as MEETING_GOAL_CPU_S
from bench.meeting import GOAL_S as MEETING_GOAL_S
from bench.meeting import meeting
from bench.minutes import GOAL_CPU_S as MINUTES_GOAL_CPU_S
from bench.minutes import GOAL_MB as MINUTES_GOAL_MB
from bench.minutes import minutes
from bench.names import GOAL_CPU_S as NAMES_GOAL_CPU_S
from bench.names import GOAL_MB as NAMES_GOAL_MB
from bench.names import names
from bench.page import GOALS as PAGE_GOALS
from bench.page import page_figures
from bench.sources import GOAL_MB as ROWS_GOAL_MB
from bench.sources import sources
from bench.speech import speech
from bench.store import GOALS as STORE_GOALS
from bench.store import store
from bench.ticks import GOAL_MS as TICK_GOAL_MS
from bench.ticks import ticks
from bench.topic import make
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from tests.ports import free_port

ROUNDS = 3
PAGE_EVENTS = 300_000
"""The goals are for ten millions (`python -m bench.page`), which take ten minutes."""
CONTENDERS = ("raw", "ours", "quix", "product")
RATIOS = (
    ("ours / raw", "ours_us", "raw_us", 1.5),
    ("ours / Quix", "ours_us", "quix_us", 0.33),
    ("product / raw", "product_us", "raw_us", 8),
)
"""Of figures of one run, so that they hold on any machine."""


async def fold(events: int) -> dict[str, Any]:
    """The fold table: medians over interleaved rounds."""
    with tempfile.TemporaryDirectory(prefix="leadpulse-bench-") as folder:
        port, output = free_port(), Path(folder) / "broker.log"
        async with Broker(Path(folder), port, free_port(), 512, await fetch(), output) as broker:
            print(f"filling the topics with {events} events …", flush=True)
            with_history = await make(broker.bootstrap, events)
            runs: dict[str, list[dict[str, int | float]]] = {name: [] for name in CONTENDERS}
            for number in range(ROUNDS):
                for name in CONTENDERS:
                    runs[name].append(run(name, broker.bootstrap, with_history if name == "product" else events))
                    print(f"round {number + 1} {name:8} {runs[name][-1]}", flush=True)
    results: dict[str, Any] = {"events": events, "rounds": ROUNDS}
    for name, lines in runs.items():
        results[f"{name}_us"] = statistics.median(line["us"] for line in lines)
        results[f"{name}_per_s"] = statistics.median(line["per_s"] for line in lines)
    return results


def run(name: str, bootstrap: str, events: int) -> dict[str, int | float]:
    """One run of one contender in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.contenders", name, bootstrap, str(events)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr.decode()[-2000:]}")
    line: dict[str, int | float] = json.loads(done.stdout.splitlines()[-1])
    return line


def main() -> int:
    """Print the tables and keep them. The exit code says only that it ran: what is fast here is slow elsewhere."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    results: dict[str, dict[str, Any]] = {"fold": asyncio.run(fold(events))}
    print("measuring the whole line …", flush=True)
    results["line"] = asyncio.run(line())
    print("measuring speech …", flush=True)
    results["speech"] = asyncio.run(speech())
    print("measuring the offline extract …", flush=True)
    results["minutes"] = minutes()
    print("measuring the back-test …", flush=True)
    results["backtest"] = backtest()
    print("measuring the evenings of many leads …", flush=True)
    results["ticks"] = ticks()
    print("measuring the import of a chat export …", flush=True)
    results["import"] = imported()
    print("measuring a warehouse's table and an unchanged portal …", flush=True)
    results["sources"] = sources()
    print("measuring the store with ten million events …", flush=True)
    results["store"] = store()
    print("measuring the page over a small store …", flush=True)
    results["page"] = page_figures(PAGE_EVENTS)
    print("measuring answers …", flush=True)
    results["answers"] = answer_figures()
    print("measuring how soon a trace is whole …", flush=True)
    results["live"] = asyncio.run(live())
    print("measuring names of clients …", flush=True)
    results["names"] = names()
    print("measuring a meeting that goes on …", flush=True)
    results["meeting"] = asyncio.run(meeting())
    print("measuring the sound of running meetings …", flush=True)
    results["bridge"] = asyncio.run(bridge())
    print("measuring the idle installation …", flush=True)
    results["idle"] = asyncio.run(idle())
    out = Path("var/bench/results.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"machine": platform.platform(), **results}, indent=2) + "\n")
    _show(results)
    print(f"kept in {out}")
    return 0


def _show(results: dict[str, dict[str, Any]]) -> None:
    figures, quiet = results["fold"], results["idle"]
    print(f"\n{'contender':<10}{'CPU µs/event':>14}{'events/s':>12}")
    for name in CONTENDERS:
        print(f"{name:<10}{figures[f'{name}_us']:>14}{figures[f'{name}_per_s']:>12}")
    for title, one, other, goal in RATIOS:
        print(f"{title}: {figures[one] / figures[other]:.2f} (goal ≤ {goal})")
    print("\n" + "\n".join(table(results["line"])) + "\n")
    for title, figure in (results["speech"] | results["minutes"] | results["backtest"] | results["ticks"]).items():
        print(f"{title}: {figure}")
    for figure, goal in STORE_GOALS.items():
        print(f"store: {figure} {results['store'][figure]} (goal ≤ {goal})")
    talk = results["minutes"]
    print(f"minutes of 90 min: {talk['minutes_90min_cpu_s']} s of CPU (goal ≤ {MINUTES_GOAL_CPU_S}), ", end="")
    print(f"{talk['minutes_90min_peak_mb']} MB (goal ≤ {MINUTES_GOAL_MB})")
    of_file = results["import"]
    print(
        f"chat export of {of_file['import_messages']} messages: read and made in {of_file['import_seconds']} s, ",
        end="",
    )
    print(f"{of_file['import_per_s']}/s, {of_file['import_times_plain_read']} times a plain read, ", end="")
    print(f"{of_file['import_peak_mb']} MB (goal ≤ {IMPORT_GOAL_MB})")
    read = results["sources"]
    print(f"warehouse's table of {read['rows']} rows: read twice and made in {read['rows_seconds']} s, ", end="")
    print(f"{read['rows_per_s']}/s, {read['rows_times_plain_read']} times a plain read, ", end="")
    print(f"{read['rows_peak_mb']} MB (goal ≤ {ROWS_GOAL_MB})")
    print(
        f"portal of {read['sweep_objects']} unchanged objects: a round and a sweep in {read['sweep_seconds']} s, ",
        end="",
    )
    print(f"{read['sweep_per_s']}/s, {read['sweep_records']} records (goal 0)")
    _show_page(results)
    _show_names(results["names"])
    per_second = results["backtest"]["backtest_per_s"]
    print(f"back-test: {per_second} events/s (goal ≥ {BACKTEST_GOAL})")
    print(f"longest tick of a partition: {results['ticks']['tick_longest_ms']} ms (goal ≤ {TICK_GOAL_MS})")
    heard = results["meeting"]
    print(f"words of a meeting that goes on: {heard['meeting_delay_p50_s']} s after the last one, at most ", end="")
    print(f"{heard['meeting_delay_max_s']} (goal ≤ {MEETING_GOAL_S}); ", end="")
    print(f"{heard['meeting_cpu_s_per_participant_hour']} s of CPU a participant's hour (goal ≤ {MEETING_GOAL_CPU_S})")
    print(told(results["bridge"]))
    print(f"idle: {quiet['rss_mb']} MB, {quiet['cpu_percent']} % of a core")


def _show_page(results: dict[str, dict[str, Any]]) -> None:
    page, found, seen = results["page"], results["answers"], results["live"]
    for figure, goal in PAGE_GOALS.items():
        print(f"page over {page['events']} events: {figure} {page[figure]} (goal ≤ {goal})")
    print(f"page: inserts among fifteen people {page['insert_wall_ratio']} times as long, wall")
    print(f"answers: {found['among_five']} of {found['asked']} among five (goal ≥ {AMONG_FIVE}), ", end="")
    print(f"{found['search_cpu_ms']} ms of CPU a search (goal ≤ {GOAL_CPU_MS:.0f})")
    for figure in ("live_alone_max_ms", "live_among_max_ms"):
        print(f"a trace that is whole: {figure} {seen[figure]} (goal ≤ {LIVE_GOAL_MS})")


def _show_names(found: dict[str, Any]) -> None:
    for part in ("tuned", "held"):
        print(f"{part} names among {found['cards']}: first {found[f'{part}_first']}, among three ", end="")
        print(
            f"{found[f'{part}_recall']}; of {found[f'{part}_high']} sure ones {found[f'{part}_high_wrong']} wrong; ",
            end="",
        )
        print(f"of one phone {found[f'{part}_merged']} merged, {found[f'{part}_merged_wrong']} wrongly (goal 0)")
    print(f"5 000 × 5 000 names: {found['fleet_cpu_s']} s of CPU (goal ≤ {NAMES_GOAL_CPU_S}), ", end="")
    print(f"{found['fleet_mb']} MB (goal ≤ {NAMES_GOAL_MB})")


if __name__ == "__main__":
    sys.exit(main())
