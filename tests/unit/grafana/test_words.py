"""Codes of the tables have Russian words in the panels: all that the code may write."""

import re
from typing import get_args

from alerting.texts import TEXTS
from grafana.boards.alerts import HELD
from grafana.boards.speech import OUTCOME, ROLE
from grafana.boards.words import RULE, STATE
from schemas.alerts import Held
from schemas.rounds import SourceState
from streams.llm.faults import Kind
from streams.settings.llm import Role


def codes(sql: str) -> set[str]:
    """Those that `transform` knows."""
    return set(re.findall(r"'(\w+)'", sql.partition("[")[2].partition("]")[0]))


def test_every_code_has_its_word() -> None:
    """A new one would stand in a panel as it is."""
    assert codes(OUTCOME) == {"ok", "begun", *map(str, Kind)}
    assert codes(ROLE) == set(get_args(Role))
    assert codes(STATE) == set(get_args(SourceState))
    assert codes(HELD) == set(get_args(Held)) - {""}
    assert codes(RULE) == set(TEXTS)
