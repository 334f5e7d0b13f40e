"""Thresholds that stand in a strange order. They are taken, for who tries them may mean it, but he is told."""

from typing import Final

import msgspec

from processors.rules import Rules
from processors.rules.faults import written

NOT_ABOVE: Final = (
    ("spike.clear", "spike.warning"),
    ("spike.warning", "spike.at_once"),
    ("spike.at_once", "spike.critical"),
    ("sparse.warning", "sparse.critical"),
    ("sparse.dense_warning", "sparse.dense_critical"),
    ("silence.critical_probability", "silence.warning_probability"),
    ("silence.warning_days", "silence.critical_days"),
    ("decline.critical", "decline.warning"),
    ("decline.warning", "decline.clear"),
    ("bulk_pick.large", "bulk_pick.at_once"),
    ("bulk_pick.withdrawal_warning", "bulk_pick.withdrawal_critical"),
    ("broken.warning", "broken.critical"),
    ("words.doubtful", "words.at_once"),
    ("words.info_strength", "words.hedged_strength"),
    ("words.hedged_strength", "words.warning_strength"),
    ("words.warning_strength", "words.critical_strength"),
    ("score.yellow_below", "score.yellow"),
    ("score.red_below", "score.red"),
    ("score.yellow", "score.red"),
    ("score.yellow_below", "score.red_below"),
    ("score.info_most", "score.warning_most"),
    ("score.feedback.least", "score.feedback.most"),
)
"""The first of each pair is meant to be no more than the second."""


def disorder(rules: Rules) -> list[str]:
    """A sentence for each pair that stands the other way round."""
    known = msgspec.to_builtins(rules)
    figures = [(first, _at(known, first), second, _at(known, second)) for first, second in NOT_ABOVE]
    return [
        f"пороги стоят в странном порядке: {first} = {written(one)} больше, чем {second} = {written(other)}"
        for first, one, second, other in figures
        if one > other
    ]


def _at(known: dict[str, object], place: str) -> float:
    found: object = known
    for name in place.split("."):
        assert isinstance(found, dict)
        found = found[name]
    assert isinstance(found, int | float)
    return found
