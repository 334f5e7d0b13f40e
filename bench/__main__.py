"""`python -m bench [EVENTS]`: fills the topics, runs the contenders in turn, prints the table."""

import asyncio
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.idle import idle
from bench.minutes import minutes
from bench.speech import speech
from bench.topic import make
from streams.embedded.broker import Broker
from streams.embedded.jars import fetch
from tests.ports import free_port

ROUNDS = 3
CONTENDERS = ("raw", "ours", "quix", "product")
LIMITS = (
    ("ours / raw", "ours_us", "raw_us", 1.5),
    ("ours / Quix", "ours_us", "quix_us", 0.33),
)


async def fold(events: int) -> dict[str, object]:
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
    results: dict[str, object] = {"events": events, "rounds": ROUNDS}
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
    """Print the table and keep it; exit 1 when a ratio is over its limit."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    figures = asyncio.run(fold(events))
    print("measuring speech …", flush=True)
    spoken = asyncio.run(speech())
    print("measuring the offline extract …", flush=True)
    extracted = minutes()
    print("measuring the idle installation …", flush=True)
    quiet = asyncio.run(idle())
    out = Path("var/bench/results.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        json.dumps(
            {
                "machine": platform.platform(),
                "fold": figures,
                "speech": spoken,
                "minutes": extracted,
                "idle": quiet,
            },
            indent=2,
        )
        + "\n"
    )
    print(f"\n{'contender':<10}{'CPU µs/event':>14}{'events/s':>12}")
    for name in CONTENDERS:
        print(f"{name:<10}{figures[f'{name}_us']:>14}{figures[f'{name}_per_s']:>12}")
    failed = False
    for title, one, other, limit in LIMITS:
        ratio = float(str(figures[one])) / float(str(figures[other]))
        failed |= ratio > limit
        print(f"{title}: {ratio:.2f} (limit {limit}) {'FAIL' if ratio > limit else 'ok'}")
    failed |= float(str(figures["product_us"])) > 25
    print(f"product fold: {figures['product_us']} µs (limit 25)")
    for title, figure in (spoken | extracted).items():
        print(f"{title}: {figure}")
    failed |= float(str(spoken["plan_90min_s"])) > 0.4
    failed |= float(str(extracted["minutes_90min_s"])) > 2 or int(str(extracted["minutes_90min_peak_mb"])) > 150
    failed |= int(str(quiet["rss_mb"])) > 1536 or float(str(quiet["cpu_percent"])) > 8
    print(f"idle: {quiet['rss_mb']} MB (limit 1536), {quiet['cpu_percent']} % of a core (limit 8)\nkept in {out}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
