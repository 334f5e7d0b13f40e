"""docs/detectors.md: every rule has its place there, every number of it is the rules', the table has its rows."""

import re
from pathlib import Path

import pytest

from bench.detectors import HEAD, with_measured, with_thresholds
from processors.rules import builtin
from schemas.alerts import RULES

PAGE = Path(__file__).parents[2] / "docs" / "detectors.md"
TEXT = PAGE.read_text(encoding="utf-8")

MEASURED = {
    "spike": {"false alarms per client-month": 0.05, "x3 found the same day": 0.5, "x5 found the same day": 0.9},
    "spike dense": {"x3": 0.8},
    "spike peers at the product's own false alarms": {"a": {"x3": 0.4, "x5": 0.95}, "b": {"x3": 0.45, "x5": 0.6}},
    "silence": {"false alarms per client-month": 0.03, "found in 7 d": 0.5, "14 d": 1.0, "30 d": 1.0},
    "silence peers": {"gap at 0.02": [0.9, 0.9, 0.9], "gap at 0.05": [0.4, 0.7, 1.0], "mean at 0.03": [0.45, 0.6, 1]},
    "decline": {"false alarms per client-month": 0.02, "60 d": 0.75},
    "decline peers": {"0.6": [0.05, 0.1, 0.7, 1.0], "0.4": [0.01, 0.0, 0.2, 0.6]},
    "alarm days per 30 clients and week": 4.5,
    "leaving": {"false per 10 000 lines of chatter": 1.5},
}


def test_every_number_is_that_of_the_rules() -> None:
    """When it is not: `python -m bench.detectors` writes them anew."""
    assert with_thresholds(TEXT, builtin()) == TEXT
    assert with_thresholds("`spike.min_today` = 99", builtin()) != "`spike.min_today` = 99"


def test_a_threshold_that_is_none_is_noticed() -> None:
    """A renamed one would else stay on the page for ever."""
    with pytest.raises(AttributeError):
        with_thresholds("`spike.nothing` = 1", builtin())


def test_every_rule_has_a_section_with_all_parts() -> None:
    """In the curator's words, how it is counted, thresholds, its end, what it cannot see."""
    titles = re.findall(r"^## .*", TEXT, re.M)
    assert {rule for rule in RULES if not any(f"`{rule}`" in title for title in titles)} == set()
    for section in TEXT.split("\n## ")[1:]:
        if "— `" in section.splitlines()[0] and "`combined_risk`" not in section.splitlines()[0]:
            assert "*«" in section
            for part in ("Как считается", "Закончился.", "Чего не видит."):
                assert f"**{part}" in section, section.splitlines()[0]


def test_the_table_is_what_the_ruler_measured() -> None:
    """A peer that rings more falsely than we do is no measure; the page has the same rows."""
    page = with_measured(TEXT, MEASURED)
    rows = {cells[0]: cells[1:] for cells in _table(page)}
    assert rows["рост в 3 раза найден в тот же день"] == ["50 %", "45 %", "не хуже"]
    assert rows["рост в 5 раз найден в тот же день"] == ["90 %", "95 %", "не хуже"]
    assert rows["ушедший найден за 7 дней"] == ["50 %", "45 %", "не хуже"]
    assert rows["угасание до 30 % найдено за 60 дней"] == ["75 %", "60 %", "≥ 70 %"]
    assert list(rows) == [cells[0] for cells in _table(TEXT)]
    assert with_measured(page, MEASURED) == page


def _table(page: str) -> list[list[str]]:
    inside = page.partition("<!-- measured")[2].partition("<!-- /measured")[0].splitlines()[1:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in inside]
    assert tuple(rows[0]) == HEAD
    return rows[2:]
