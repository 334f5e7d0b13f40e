"""A pytest plugin that writes what was proven as one table, `var/proof/report.md`. Loaded by `make proof`.

A test says its counts with `record_property("kills", 50)`; the table is written anew after each test, so a run that is
cut off leaves what it has. What did not pass is named above it, with when the run began and how long it took so far.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

REPORT = Path(os.environ.get("LEADPULSE_PROOF", "var/proof")) / "report.md"
BAR = "\\|"
"""What would end a cell."""
UNENDED = "not ended"
"""What a run that was cut off says of its last."""
HEAD = "| Test | Counts | Seconds | Result |\n|---|---|---|---|\n"


def said(name: str, value: object) -> str:
    """A count as it is read: `50 kills`, `seed 7`, `take-over s: 7.1 8.2`, `answers: sent 20, refused 0`."""
    match value:
        case dict():
            told = f"{name}: " + ", ".join(f"{key} {part}" for key, part in value.items())
        case list() | tuple():
            told = f"{name}: " + " ".join(map(str, value))
        case int() | float() if name != "seed":
            told = f"{value} {name}"
        case _:
            told = f"{name} {value}"
    return told.replace("|", BAR)


@dataclass
class Line:
    """What one test came to, over its set-up, its call and its end."""

    counts: str = ""
    seconds: float = 0.0
    result: str = UNENDED

    def add(self, part: pytest.TestReport) -> None:
        """Take in a phase; the first that did not pass decides the result, and without its call there is none."""
        self.seconds += part.duration
        self.counts = ", ".join(said(name, value) for name, value in part.user_properties) or self.counts
        if part.when == "call":
            self.result = part.outcome
        elif not part.passed and self.result in (UNENDED, "passed"):
            self.result = f"{part.outcome} in {part.when}"


class Table:
    """The lines in the order in which the tests ran."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[str, Line] = {}
        self._began = time.time()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A phase of a test has ended."""
        self._lines.setdefault(report.nodeid, Line()).add(report)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self.text())

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the table where it was run."""
        terminalreporter.write_line(f"\n{self._path}\n\n{self.text()}")

    def text(self) -> str:
        """The table in Markdown, with what matters most above it."""
        red = [f"- {test}: {line.result}\n" for test, line in self._lines.items() if line.result != "passed"]
        at = time.strftime("%d.%m.%Y %H:%M", time.localtime(self._began))
        minutes = (time.time() - self._began) / 60
        head = f"Begun {at}; {len(self._lines)} tests in {minutes:.0f} min, {len(red)} not passed.\n\n"
        rows = (
            f"| {test.replace('|', BAR)} | {line.counts or '-'} | {line.seconds:.0f} | {line.result} |\n"
            for test, line in self._lines.items()
        )
        return head + "".join(red) + "\n" * bool(red) + HEAD + "".join(rows)


def pytest_configure(config: pytest.Config) -> None:
    """Take part, once: with xdist the workers' reports come to the one that started them."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Table(REPORT), "proof-table")
