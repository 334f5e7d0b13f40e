"""A lead's series of days against what they stand for: a figure by name and day, none where nothing was told."""

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from processors.day_series import NOTHING, Day, Days, add

DAY = 20_000
days = st.integers(DAY - 40, DAY + 40)
names = st.sampled_from(Day.__struct_fields__)
figures = st.lists(st.integers(-9, 99) | st.just(0), min_size=14, max_size=14)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), names, days, st.integers(-9, 99)),
        st.tuples(st.just("put"), st.dictionaries(days, figures, max_size=5)),
        st.tuples(st.just("clear"), days, days),
        st.tuples(st.just("forget"), days),
        st.tuples(st.just("write")),
    ),
    max_size=30,
)


def played(told: list[tuple[object, ...]]) -> tuple[Days, Counter[tuple[str, int]]]:
    """The series, and the same as single numbers."""
    series, plain = Days(), Counter[tuple[str, int]]()
    for step in told:
        match step:
            case ("add", str(name), int(day), int(more)):
                add(getattr(series, name), series.place(day), more)
                plain[name, day] += more
            case ("put", dict(several)):
                series.put(several)
                for day, numbers in several.items():
                    for name, number in zip(Day.__struct_fields__, numbers, strict=True):
                        plain[name, day] = number
            case ("clear", int(start), int(stop)):
                series.clear(start, stop)
                plain = Counter({key: number for key, number in plain.items() if not start <= key[1] < stop})
            case ("forget", int(before)):
                series.forget(before)
                plain = Counter({key: number for key, number in plain.items() if key[1] >= before})
            case _:
                series = msgspec.msgpack.decode(msgspec.msgpack.encode(series), type=Days)
    return series, plain


@given(steps, days, days)
def test_series_say_what_was_told(told: list[tuple[object, ...]], start: int, stop: int) -> None:
    """Every number, window, sum and day, whatever was told, taken back, forgotten and written down in between."""
    series, plain = played(told)
    for name in Day.__struct_fields__:
        of = getattr(series, name)
        window = [plain[name, day] for day in range(start, stop)]
        assert [series.on(of, day) for day in range(start, stop)] == window
        assert series.between(of, start, stop) == window
        assert series.total(of, start, stop) == sum(window)
        assert series.since(of, start) == sum(plain[name, day] for day in range(start, DAY + 41))
        assert series.with_any(of) == [day for day in range(DAY - 40, DAY + 41) if plain[name, day]]
        there = [day for day in series.with_any(of) if day <= stop]
        times, last = series.seen(of, stop)
        assert (times, [last] if times else []) == (len(there), there[-1:])
    known = {day: Day(*[plain[name, day] for name in Day.__struct_fields__]) for day in range(DAY - 40, DAY + 41)}
    assert series.told() == {day: figures for day, figures in known.items() if figures != NOTHING}
    assert all(series[day] == figures for day, figures in known.items())


@given(st.dictionaries(days, st.lists(st.integers(0, 9), min_size=14, max_size=14).map(lambda each: Day(*each))))
def test_made_of_days(told: dict[int, Day]) -> None:
    """In whatever order they come."""
    again = Days()
    for day in reversed(list(told)):
        again[day] = told[day]
    assert Days.of(told).told() == again.told() == {day: told[day] for day in sorted(told) if told[day] != NOTHING}


def test_nothing_told_takes_no_room() -> None:
    """A figure that a client never had is an empty list, however long he is known."""
    series = Days.of({DAY - 100: Day(reservations=1), DAY: Day(reservations=2)})
    assert (series.length, len(series.reservations), series.calls) == (101, 101, [])
