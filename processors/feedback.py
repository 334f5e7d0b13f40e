"""What people's verdicts on a rule's alerts do to it (research/domain.md 4.3, feedback)."""

from collections.abc import Mapping
from typing import TypeAlias

from processors.rules.alerts import AlertRules
from processors.rules.score import FeedbackRules
from schemas.alerts import Rule

Verdicts: TypeAlias = Mapping[str, tuple[int, int]]
"""By rule: how many alerts were confirmed, and how many called false, over all clients (`schemas.events.Fleet`)."""


def trust(rule: Rule, verdicts: Verdicts, rules: FeedbackRules) -> float:
    """What the rule's weight is multiplied by: `least`..`most`, 1 until there are `enough` verdicts."""
    confirmed, false = verdicts.get(rule, (0, 0))
    if confirmed + false < rules.enough:
        return 1.0
    return min(max(2.0 * _precision(confirmed, false), rules.least), rules.most)


def is_doubted(rule: Rule, verdicts: Verdicts, rules: AlertRules) -> bool:
    """Whether people found the rule wrong so often that it belongs into the report only."""
    confirmed, false = verdicts.get(rule, (0, 0))
    return confirmed + false >= rules.doubted_after and _precision(confirmed, false) < rules.doubted_below


def _precision(confirmed: int, false: int) -> float:
    """The share that was right, with two of each supposed before anybody has said a word."""
    return (2 + confirmed) / (4 + confirmed + false)
