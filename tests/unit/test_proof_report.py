"""The table of `make proof`, by running pytest on small tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

SMALL = """
import pytest
from hypothesis import given
from hypothesis import strategies as st

@pytest.mark.proof
def test_kills(record_property):
    record_property("kills", 50)
    record_property("events", 33000)
    record_property("seed", 7)
    record_property("answers", {"sent": 20, "refused": 0})
    record_property("seconds", [7.1, 8.2])

@pytest.mark.proof
def test_red():
    assert False

@pytest.fixture
def broken():
    raise RuntimeError

@pytest.mark.proof
def test_without_its_fixture(broken):
    pass

@given(st.integers())
def test_property(number):
    assert number == number

@pytest.mark.proof
@pytest.mark.parametrize("_", ["a|b"])
def test_other(_):
    pass

def test_of_every_day():
    pass
"""
ROOT = Path(__file__).parents[2]


def told(folder: Path, tests: str) -> tuple[int, list[str]]:
    """How a run of these tests ended, and the lines of its table."""
    (folder / "test_small.py").write_text(tests)
    asked = ("-q", "-m", "proof or hypothesis", "-p", "tests.proof.report", "-p", "no:cacheprovider")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *asked, "-c", ROOT / "pyproject.toml", "--rootdir", folder, folder],
        env={**os.environ, "LEADPULSE_PROOF": str(folder), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return run.returncode, (folder / "report.md").read_text().splitlines()


def test_table_has_every_proof_and_nothing_else(tmp_path: Path) -> None:
    """Counts, results and faults in set-up are told, the red ones first; a property is run, a test of every day is not;
    red exits red."""
    code, lines = told(tmp_path, SMALL)
    assert (code, len(lines)) == (1, 12)
    assert re.fullmatch(r"Begun [\d.]+ \d\d:\d\d; 5 tests in \d min, 2 not passed\.", lines[0])
    assert lines[2:4] == [
        "- test_small.py::test_red: failed",
        "- test_small.py::test_without_its_fixture: failed in setup",
    ]
    counts = "50 kills, 33000 events, seed 7, answers: sent 20, refused 0, seconds: 7.1 8.2"
    assert lines[7:] == [
        f"| test_small.py::test_kills | {counts} | 0 | passed |",
        "| test_small.py::test_red | - | 0 | failed |",
        "| test_small.py::test_without_its_fixture | - | 0 | failed in setup |",
        "| test_small.py::test_property | - | 0 | passed |",
        "| test_small.py::test_other[a\\|b] | - | 0 | passed |",
    ]


def test_who_was_cut_off_did_not_pass(tmp_path: Path) -> None:
    """The table of a run that was killed in the midst of a test says so."""
    code, lines = told(tmp_path, "import os, pytest\n@pytest.mark.proof\ndef test_cut_off():\n    os._exit(3)\n")
    assert (code, lines[2]) == (3, "- test_small.py::test_cut_off: not ended")
