"""What verdicts do to a rule's weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.feedback import is_doubted, trust
from processors.rules import builtin

RULES, ALERT_RULES = builtin().score.feedback, builtin().alerts
counts = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("confirmed", "false", "factor"),
    [
        (0, 29, 1.0),
        (29, 0, 1.0),
        (0, 30, 0.5),
        (15, 15, 1.0),
        (30, 0, 1.5),
        (20, 10, 2 * 22 / 34),
        (9, 21, 2 * 11 / 34),
    ],
)
def test_the_weight_moves_after_thirty_verdicts(confirmed: int, false: int, factor: float) -> None:
    """By the formula of domain.md 4.3, cut at 0.5 and 1.5."""
    assert trust("tone", {"tone": (confirmed, false)}, RULES) == pytest.approx(factor)
    assert trust("tone", {"legal_phrase": (confirmed, false)}, RULES) == 1.0


@pytest.mark.parametrize(
    ("confirmed", "false", "doubted"),
    [(0, 9, False), (0, 10, True), (1, 9, True), (2, 8, False), (4, 20, True), (10, 10, False)],
)
def test_a_rule_that_people_reject_goes_to_the_report(confirmed: int, false: int, doubted: bool) -> None:
    """After ten verdicts, when fewer than a quarter were right; two of each are supposed beforehand."""
    assert is_doubted("tone", {"tone": (confirmed, false)}, ALERT_RULES) is doubted
    assert not is_doubted("legal_phrase", {"tone": (confirmed, false)}, ALERT_RULES)


@given(confirmed=counts, false=counts)
def test_a_verdict_moves_it_its_own_way(confirmed: int, false: int) -> None:
    """Between its bounds; one more confirmed never lowers it, one more false alarm never raises it."""
    here = trust("tone", {"tone": (confirmed, false)}, RULES)
    assert RULES.least <= here <= RULES.most
    if confirmed + false >= RULES.enough:
        assert trust("tone", {"tone": (confirmed + 1, false)}, RULES) >= here
        assert trust("tone", {"tone": (confirmed, false + 1)}, RULES) <= here
