"""Real series dealt anew: what is put in, and what is taken out again."""

from pathlib import Path
from random import Random

import pytest

from bench.redraw import (
    DAYS,
    FADED,
    PARTS,
    SHOP,
    YEAR,
    Series,
    dealt,
    load,
    redraw,
    save,
    spiked,
    thinned,
    turned,
    undone,
)

FLAT = Series(SHOP, [4] * DAYS, [20] * DAYS)


def test_spikes_are_where_they_are_said() -> None:
    """Six active days of twice to five times the mean before, pieces with them; the others stay."""
    found, truth = spiked(FLAT, Random(1))
    assert sorted(k for _, _, k in truth) == [2, 2, 3, 3, 5, 5]
    days = {day: k for _, day, k in truth}
    assert min(days) >= 45 and min(b - a for a, b in zip(sorted(days), sorted(days)[1:], strict=False)) >= 38
    for day in range(DAYS):
        assert found.orders[day] == pytest.approx(4 * days.get(day, 1), abs=1.5 if day in days else 0)
        assert found.pieces[day] == pytest.approx(5 * found.orders[day], rel=0.05)


def test_nobody_knows_the_mean_of_a_few_days() -> None:
    """An order a fortnight are six in 84 days: no spike is put in, whatever the seed."""
    assert spiked(thinned(FLAT, [float(day % 14 == 0) for day in range(DAYS)], Random(0)), Random(6))[1] == [
        ("quiet", 0, 0)
    ]


def test_spikes_are_taken_out_again() -> None:
    """The series is as it was; a client without spikes is not touched."""
    found, truth = spiked(FLAT, Random(2))
    assert undone(found, truth) == FLAT
    assert undone(FLAT, [("quiet", 0, 0)]) == FLAT


@pytest.mark.parametrize("seed", range(5))
def test_who_was_cut_leaves_sooner(seed: int) -> None:
    """From his last day on nothing is left, and until then all is."""
    cut = undone(thinned(FLAT, [float(day <= 200) for day in range(DAYS)], Random(0)), [("left", 200, 0)])
    found, [(part, day, _)] = dealt(cut, "left", Random(seed))
    assert part == "left" and 150 <= day < 200
    assert found.orders == [4] * (day + 1) + [0] * (DAYS - day - 1)


@pytest.mark.parametrize("seed", range(5))
def test_who_faded_fades_sooner(seed: int) -> None:
    """What is left of the orders is the same as of somebody who fades for the first time. Or he leaves sooner."""
    many = Series("bike", [400] * DAYS, [2000] * DAYS)
    once, [(_, first, _)] = dealt(many, "fading", Random(seed))
    twice, [(_, again, _)] = dealt(undone(once, [("fading", first, 0)]), "fading", Random(seed + 100))
    [(_, gone, _)] = dealt(undone(once, [("fading", first, 0)]), "left", Random(seed))[1]
    assert again < first and gone < first
    assert sum(twice.orders[:again]) == 400 * again
    for series, since in ((once, first), (twice, again)):
        assert sum(series.orders[since + 45 :]) / (DAYS - since - 45) == pytest.approx(FADED * 400, rel=0.05)


def test_a_seed_is_a_draw() -> None:
    """As many clients with their parts in turn, the same for the same seed; who is not whole has no other part."""
    cut = thinned(FLAT, [float(day <= 200) for day in range(DAYS)], Random(0))._replace(until=200, part="left")
    pool = [FLAT, cut, cut, FLAT, Series("bike", [30] * DAYS, [90] * DAYS)]
    clients = list(redraw(pool, Random(3)))
    assert clients == list(redraw(pool, Random(3))) != list(redraw(pool, Random(4)))
    assert [truth[0][0] for _, truth in clients] == [*PARTS, PARTS[0]]
    assert all(series.until is None or truth[0][0] == "left" for series, truth in clients)
    assert sum(clients[-1][0].orders) < 30 * DAYS / 2


def test_a_folder_reads_back(tmp_path: Path) -> None:
    """What is written is what is read."""
    clients = list(redraw([FLAT] * 4, Random(5)))
    save(tmp_path, clients)
    read = [(list(series.orders), list(truth)) for series, truth in load(tmp_path)]
    assert read == [(list(series.orders), list(truth)) for series, truth in clients]


def test_a_year_turned() -> None:
    """What lay at its beginning lies so many weeks later, on the same weekdays. Only whole years are dealt."""
    pause = thinned(FLAT, [float(day not in range(23, 34)) for day in range(DAYS)], Random(0))
    shifted = turned(pause, 26)
    assert [day for day, x in enumerate(shifted.orders) if not x] == [*range(205, 216), *range(YEAR, DAYS)]
    assert shifted.pieces == [5 * x for x in shifted.orders]
    cut = FLAT._replace(until=200, part="left")
    clients = list(redraw([pause, cut, cut, FLAT._replace(population="bike")], Random(3), 26))
    assert all(series.until is None and not any(series.orders[205:216]) for series, _ in clients[:3])
    assert any(clients[3][0].orders[205:216])
