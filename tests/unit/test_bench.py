"""The bench can be started, and its table holds what was measured. It runs by `make bench`, not here."""

from importlib import import_module

from bench.line import table

ROW = {
    "rate": 100,
    "p50_ms": 41,
    "p95_ms": 60,
    "p99_ms": 77,
    "max_ms": 90,
    "refused": 1,
    "dropped": 2,
    "cpu_ms": {"gateway": 0.5, "pipeline": 0.75, "store": 0.25, "notify": 0.1, "kafka": 1.0},
}
FIGURES = {
    "open_loop": [ROW],
    "lists": {"taken_per_s": 30_000, "stored_per_s": 12_000, "cpu_us": {}},
    "ready_s": 9.0,
    "recovery_s": 6.1,
    "idle_cpu_ms_per_s": {"store": 20.0, "pipeline": 30.0},
    "load": (0.1, 0.1, 0.1),
}


def test_every_part_can_be_started() -> None:
    """What the bench imports is there: nobody else would notice before the next `make bench`."""
    for name in (
        "__main__",
        "answers",
        "backtest",
        "bridge",
        "contenders",
        "fleet",
        "house",
        "imports",
        "idle",
        "line",
        "live",
        "minutes",
        "page",
        "sender",
        "sources",
        "speech",
        "ticks",
        "topic",
    ):
        import_module(f"bench.{name}")


def test_a_row_tells_latency_refusals_and_cpu() -> None:
    """Store and pipeline stand together at the end: that sum has a goal, and beside it what is left without idling."""
    row = table(FIGURES)[1].split()
    assert row == ["100", "41", "60", "77", "90", "1", "2", "0.50", "0.75", "0.25", "0.10", "1.00", "1.00", "(0.50)"]
