"""Thresholds that a user sets: what would stop the fold is refused with its name."""

import pytest

from processors.rules import builtin, load
from schemas.errors import ConfigError


@pytest.mark.parametrize(
    "text",
    [
        "[alerts]\nevening_hours = 0",
        "[alerts]\nevening_hours = 40",
        "[alerts]\nevening_hour = 99",
        "[alerts]\nquiet_from = 55",
        "[alerts]\nweekly_budget = -1",
        "[alerts]\nescalate_hours = nan",
        "[alerts]\ncool_down_hours = inf",
        "[spike]\nwarning = 0",
        "[spike]\nleast_spread = 0.0",
        "[sparse]\nprior_days = -60",
        "[silence]\nwarning_probability = 0",
        "[silence]\nwarning_probability = 1.0",
        "[silence]\nother_probability = 0.0",
        "[silence]\nrare_min_gaps = -1",
        "[score.silence]\nhalf = 0",
        "[score]\nfade_days = 0",
        "[decline]\nwarning = nan",
        "[bulk_pick]\nmin_stock = -1",
    ],
)
def test_what_cannot_be_is_refused(text: str) -> None:
    """Zero under a fraction or a logarithm, hours that no day has, no number at all: the name is in the words."""
    with pytest.raises(ConfigError, match=text.split("\n")[1].split(" ")[0]):
        load(text)


def test_ends_that_mean_something_are_taken() -> None:
    """No night, no shadow, no budget to speak of, and whole numbers for others."""
    own = load("[alerts]\nquiet_from = 0\nquiet_until = 0\nshadow_days = 0\nweekly_budget = 1000000\ngrown = 3")
    assert (own.alerts.shadow_days, own.alerts.grown) == (0.0, 3.0)
    assert load("") == builtin()
