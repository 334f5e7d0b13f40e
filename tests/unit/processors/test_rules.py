"""Thresholds that a user sets: what would stop the fold is refused with its name."""

import pytest

from processors.rules import builtin, load
from processors.rules.faults import told
from processors.rules.order import NOT_ABOVE, disorder
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
        "[score]\nbackground = 101",
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[spike]\nwarnin = 3", "spike: настройки «warnin» здесь нет"),
        ("[spyke]\nwarning = 3", "настройки «spyke» здесь нет"),
        ("spike = 3", "spike: нужно: раздел, а здесь целое число"),
        ("[spike]\nwarning = 'x'", "spike.warning: нужно: число, а здесь текст"),
        ("[spike]\nwarning = 0", "spike.warning: нужно: число больше 0"),
        ("[words]\ncomplaints = 1.5", "words.complaints: нужно: целое число, а здесь число"),
        ("[silence]\nwarning_days = -3", "silence.warning_days: нужно: целое число не меньше 0"),
        ("[silence]\nwarning_probability = 0.6", "silence.warning_probability: нужно: число не больше 0,5"),
        ("[silence]\nholidays = ['01.01.2026']", "silence.holidays[0]: нужна дата, например 2026-01-02"),
        ("[silence]\nholidays = '2026-01-01'", "silence.holidays: нужно: список в квадратных скобках, а здесь текст"),
        ("[score.weights]\nrumour = {weight = 1}", "score.weights: сигнала «rumour» нет"),
        ("[score.weights]\ntone = {wait = 1}", "score.weights[...]: настройки «wait» здесь нет"),
        ("[alerts]\nevening_hours = 24\nevening_hour = 1", "alerts: evening_hours: вечера должны быть в одном дне"),
        ("[score]\nred = inf", "red: нужно конечное число"),
        ("[spike\n", "это не TOML: "),
    ],
)
def test_a_fault_is_told_in_the_users_words(text: str, said: str) -> None:
    """Where it stands, and what belongs there: who sets thresholds reads no English of a library."""
    with pytest.raises(ConfigError) as fault:
        load(text)
    assert str(fault.value).startswith(f"правила: {said}")


def test_a_fault_of_another_kind_is_told_as_it_is() -> None:
    """A later version of the library may word it otherwise."""
    assert told("Something new") == "Something new"
    assert told("Something new - at `$.spike.warning`") == "spike.warning: Something new"


def test_the_built_in_thresholds_stand_in_order() -> None:
    """Each pair is there, and the first of it is no more than the second."""
    assert disorder(builtin()) == []
    assert len({*NOT_ABOVE}) == len(NOT_ABOVE)


def test_a_strange_order_is_taken_and_told() -> None:
    """Who tries thresholds may mean it: both are named with their numbers."""
    assert disorder(load("[spike]\nclear = 3.5")) == [
        "пороги стоят в странном порядке: spike.clear = 3,5 больше, чем spike.warning = 3,3"
    ]
    found = disorder(load("[score]\nyellow = 70\n[score.feedback]\nleast = 2\n[silence]\ncritical_days = 2"))
    assert [words.split(": ")[1].split(" ")[0] for words in found] == [
        "silence.warning_days",
        "score.yellow",
        "score.feedback.least",
    ]
