"""Reservation spike against figures worked out by hand."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.days import HOUR_MS, day_start
from processors.signals import reservation_spike as spike
from processors.state import DAYS_KEPT, Day, LeadState
from schemas.alerts import Signal
from schemas.events import Reservation

DAY = 20_000
EVENT = Reservation(
    event_id="1" * 16, lead_id="7", ts=day_start(DAY) + 9 * HOUR_MS, source="wms", doc="R-1", qty=40, purpose="fbo"
)


def client(past: list[tuple[int, int]], today: tuple[int, int]) -> LeadState:
    """A client with (reservations, pieces) of the last days, oldest first, and of today."""
    days = {DAY - len(past) + n: Day(*figures) for n, figures in enumerate(past)}
    return LeadState(first_day=DAY - len(past), days=days | {DAY: Day(*today)})


def judge(past: list[tuple[int, int]], today: tuple[int, int]) -> Signal | None:
    """The signal of the day, if any."""
    found = spike.find(client(past, today), EVENT, DAY)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("reservations", "severity"),
    # mean 4, no deviation, so the floor is sqrt(4) = 2: z = 3 at 10, z = 5 at 14
    [(4, None), (9, None), (10, "warning"), (13, "warning"), (14, "critical"), (100, "critical")],
)
def test_thresholds_by_count(reservations: int, severity: str | None) -> None:
    """Warning from three deviations, critical from five, with the deviation of a Poisson count as the floor."""
    signal = judge([(4, 40)] * 28, (reservations, 40))
    assert (signal.severity if signal else None) == severity
    if signal is not None:
        assert (signal.value, signal.baseline, signal.score) == (reservations, 4.0, (reservations - 4) / 2)
        assert (signal.unit, signal.window_start, signal.ts) == ("reservations", day_start(DAY), EVENT.ts)
        assert signal.evidence[0].text == "R-1: 40 шт."


@pytest.mark.parametrize(("pieces", "severity"), [(169, None), (200, "warning"), (300, "critical")])
def test_thresholds_by_pieces(pieces: int, severity: str | None) -> None:
    """Few reservations of many pieces are a spike too, from twice the mean."""
    signal = judge([(2, 100)] * 28, (2, pieces))
    assert (signal.severity if signal else None) == severity
    if signal is not None:
        assert signal.unit == "pieces"


@pytest.mark.parametrize(("ratio", "severity"), [(1.9, None), (2.0, "warning"), (2.9, "warning"), (3.0, "critical")])
def test_ratio_of_large_clients(ratio: float, severity: str | None) -> None:
    """A large client's few per cent are many deviations; only twice (three times) the mean counts."""
    signal = judge([(1000, 0)] * 28, (int(1000 * ratio), 0))
    assert (signal.severity if signal else None) == severity


@pytest.mark.parametrize(("today", "raised"), [((4, 49), False), ((5, 0), True), ((0, 50), True)])
def test_small_days_are_no_spike(today: tuple[int, int], raised: bool) -> None:
    """Below five reservations and below fifty pieces nothing is a spike, however quiet the client was."""
    assert (judge([(0, 0)] * 28, today) is not None) is raised


@pytest.mark.parametrize(("days", "raised"), [(0, False), (13, False), (14, True)])
def test_new_client_has_no_normal(days: int, raised: bool) -> None:
    """With less than two weeks of history nothing is normal yet."""
    assert (judge([(1, 1)] * days, (50, 500)) is not None) is raised


def test_raised_level_is_remembered_for_the_day_only() -> None:
    """The same level is said once a day, and again on the next day."""
    state = client([(4, 40)] * 28, (10, 40))
    assert len(spike.find(state, EVENT, DAY)) == 1
    assert spike.find(state, EVENT, DAY) == ()
    state.days[DAY + 1] = Day(30, 40)
    assert len(spike.find(state, EVENT, DAY + 1)) == 1
    assert state.spike[:2] == (DAY + 1, 2)


def test_growing_spike_is_said_again_when_it_has_doubled() -> None:
    """Within a level only a z twice as large is news, so the size of a spike is shown without a message for each."""
    state = client([(4, 40)] * 28, (14, 40))
    said = []
    for reservations in range(14, 60):
        state.days[DAY].reservations = reservations
        said += [signal.value for signal in spike.find(state, EVENT, DAY)]
    assert said == [14, 24, 44]


@given(
    st.dictionaries(st.integers(DAY - DAYS_KEPT, DAY + 3), st.tuples(st.integers(0, 50), st.integers(-90, 900))),
    st.integers(DAY - 200, DAY),
)
def test_normal_is_mean_and_deviation_with_quiet_days_as_zero(
    figures: dict[int, tuple[int, int]], first_day: int
) -> None:
    """Mean and deviation equal a plain calculation over every day of the window, also those without figures."""
    first_day = min([first_day, *figures])
    state = LeadState(first_day=first_day, days={day: Day(*both) for day, both in figures.items()})
    normals = spike.normals(state, DAY)
    window = range(max(first_day, DAY - 84), DAY)
    if DAY - first_day < 14:
        assert normals == (None, None)
        return
    for place, normal in enumerate(normals):
        values = [figures.get(day, (0, 0))[place] for day in window]
        mean = sum(values) / len(values)
        deviation = sqrt(sum((value - mean) ** 2 for value in values) / len(values))
        assert normal is not None
        assert normal.mean == pytest.approx(mean)
        assert normal.deviation == pytest.approx(deviation, abs=1e-4)
