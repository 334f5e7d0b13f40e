"""Three hours of twenty people cost worker `tracks` no more memory than half an hour does, and CPU by the packet."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

PEOPLE, SHARE = 20, 0.1
MORE_MB = 60
"""Of three hours over half an hour: rows of one line at a time, and the pages of lines that are being written."""
MORE_CPU = 2.0
"""Times the CPU of a packet: it does not grow with the meeting."""


def costs(hours: float) -> dict[str, Any]:
    """In a process of its own, whose memory nobody else has used."""
    asked = [sys.executable, "-m", "tests.long_meeting", f"{hours}", f"{PEOPLE}", f"{SHARE}"]
    found: dict[str, Any] = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    return found


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_memory_and_cpu_do_not_grow_with_the_meeting(record_property: Callable[[str, object], None]) -> None:
    """Everything that was sent is in the file, on a track for each."""
    short, long, again = costs(0.5), costs(3.0), costs(0.5)
    for found, minutes in ((short, 30), (long, 180)):
        assert (found["tracks"], found["gaps"], found["minutes"]) == (PEOPLE, 0, minutes)
        assert found["written"] == found["packets"]
    few, many, after = (
        sum(of[f"{step}_cpu_s"] for step in ("spool", "arrange", "write")) for of in (short, long, again)
    )
    record_property("packets", long["packets"])
    record_property("MB of RSS", long["write_rss_mb"])
    record_property("CPU s", round(many))
    assert long["write_rss_mb"] - short["write_rss_mb"] <= MORE_MB
    dearer = max(few, after)  # other work that comes in the midst makes a packet dearer, and the second short one too
    assert many / long["packets"] <= MORE_CPU * dearer / short["packets"]
