"""What the worker `web` loads: it draws pages, and holds nothing of the workers that read raw records."""

import subprocess
import sys

import pytest

BELOW = ("numpy", "chdb", "processors.lead", "processors.normalize")
"""Some ten megabytes each, all that a page needs of them the store has done before. (jsonschema, which checks what
people enter in a command, is 2.5.)"""
LATER = ("processors.phrases", "processors.minutes.offline")
"""Two to four megabytes each: loaded when a question is asked, or answered."""
GOAL_MB = 120


def test_the_page_loads_nothing_of_the_pipeline() -> None:
    """One import too many once took 14 MB: a key of a login stood among the normalizers, and numpy came with them."""
    code = f"import sys, streams.web.worker; print(*[name for name in {BELOW + LATER!r} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == []


@pytest.mark.parametrize("with_a_question", [False, True])
def test_the_page_is_small(with_a_question: bool) -> None:
    """With all it holds in life, also after a model has answered: a client of its maker's was 44 MB for one POST."""
    code = f"from tests.unit.web.drawn import drawn; drawn({with_a_question})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(out.stdout) <= GOAL_MB
