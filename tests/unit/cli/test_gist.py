"""`streams.cli.gist` and `streams.cli.table`."""

from typing import get_args

import pytest

from schemas.alerts import SEVERITIES as SEVERITY_NAMES
from schemas.alerts import Rule, Unit
from schemas.events import Event
from streams.cli.gist import KINDS, LONGEST, RULES, SEVERITIES, UNITS, evidence, gist
from streams.cli.table import table


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({"text": "привет"}, "привет"),
        ({"utterances": [{"text": "мы"}, {"text": "уходим"}]}, "мы уходим"),
        ({"qty": -3, "doc": "R-1"}, "-3 шт., документ R-1"),
        ({"duration_ms": 5_400_000, "room": "lead-1"}, "90 мин"),
        ({"action": "seen"}, "seen"),
        ({"text": "а" * 500}, "а" * (LONGEST - 1) + "…"),
        ({}, ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_heart_of_an_event(payload: object, said: str) -> None:
    """Words, pieces or length, short enough for a line; an event without any says nothing."""
    assert gist({"payload": payload}) == said


def test_evidence_is_its_words_or_its_event() -> None:
    """The first piece; as a list or as the JSON text that the store keeps."""
    assert evidence([{"event_id": "e1", "text": "уходим"}, {"event_id": "e2"}]) == "уходим"
    assert evidence('[{"event_id": "e1"}]') == "e1"
    assert evidence("") == evidence([]) == evidence(None) == ""


def test_every_kind_rule_and_severity_has_its_russian_name() -> None:
    """A new event type or rule must get a name here; ticks and baselines are no events of a client."""
    tags = {str(cls.__struct_config__.tag) for cls in get_args(Event)}
    assert tags - set(KINDS) == {"tick", "baseline"}
    assert set(RULES) == set(get_args(Rule))
    assert set(UNITS) == set(get_args(Unit))
    assert set(SEVERITIES) == set(SEVERITY_NAMES)


def test_a_table_is_as_wide_as_its_cells() -> None:
    """Columns line up, line breaks in a cell become spaces, None is empty."""
    assert table(("a", "bb"), [("long", None), ("x\ny", 1)]).splitlines() == ["a     bb", "────  ──", "long", "x y   1"]
