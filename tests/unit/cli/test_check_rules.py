"""`leadpulse check` of a user's own thresholds, where they are no fault."""

import json
from pathlib import Path

from tests.unit.cli.conftest import Line


def test_a_strange_order_is_a_warning(line: Line, tmp_path: Path) -> None:
    """Both thresholds with their numbers; a file in order is no word."""
    file = tmp_path / "rules.toml"
    file.write_text("[decline]\nclear = 0.5\n")
    strange = line("check", "--json", LEADPULSE_PIPELINE__RULES=str(file))
    assert json.loads(strange.stdout)["warnings"]["правила"] == [
        "пороги стоят в странном порядке: decline.warning = 0,55 больше, чем decline.clear = 0,5 (pipeline.rules)"
    ]
    file.write_text("[decline]\nclear = 0.9\n")
    assert json.loads(line("check", "--json", LEADPULSE_PIPELINE__RULES=str(file)).stdout)["warnings"]["правила"] == []
