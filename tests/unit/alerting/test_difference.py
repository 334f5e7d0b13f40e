"""Rings then and now: each once, the same ones together."""

from hypothesis import given
from hypothesis import strategies as st

from alerting.difference import Ring, pairs, rows
from schemas.topics import DAY_MS


def ring(day: float, lead: str = "1", rule: str = "order_silence") -> Ring:
    """At a time counted in days."""
    return Ring(lead, rule, round(day * DAY_MS), "warning")


RINGS = st.lists(
    st.builds(ring, st.floats(0, 60), st.sampled_from(["1", "2"]), st.sampled_from(["order_silence", "tone"])),
    max_size=12,
)


def test_a_ring_some_days_apart_is_the_same() -> None:
    """Two days later by another threshold: still that silence; five days later it is another one."""
    found = pairs([ring(10), ring(30)], [ring(12), ring(35)])
    day = [(pair.then and pair.then / DAY_MS, pair.now and pair.now / DAY_MS) for pair in found]
    assert day == [(10, 12), (30, None), (None, 35)]


def test_what_rang_at_the_same_moment_belongs_together() -> None:
    """A warning and the urgent one after it, of which only the second would ring now: the first is gone."""
    assert [(pair.then, pair.now) for pair in pairs([ring(1), ring(2)], [ring(2)])] == [
        (DAY_MS, None),
        (2 * DAY_MS, 2 * DAY_MS),
    ]


def test_clients_and_rules_are_told_apart() -> None:
    """The same hour, another client, another rule: nothing in common."""
    counted = rows(pairs([ring(1), ring(1, "2")], [ring(1, "3"), ring(1, "2", "tone")]))
    assert [(row.rule, row.then, row.now, row.both, row.gone, row.new) for row in counted] == [
        ("order_silence", 2, 1, 0, 2, 1),
        ("tone", 0, 1, 0, 0, 1),
        ("all", 2, 2, 0, 2, 2),
    ]


@given(then=RINGS, now=RINGS)
def test_every_ring_is_in_one_pair(then: list[Ring], now: list[Ring]) -> None:
    """Nothing is lost or counted twice, in whatever order they come; a time against itself has no difference."""
    found = pairs(then, now)
    assert sorted(p.then for p in found if p.then is not None) == sorted(r.ts for r in then)
    assert sorted(p.now for p in found if p.now is not None) == sorted(r.ts for r in now)
    assert pairs(reversed(then), reversed(now)) == found
    if then:
        counted = rows(pairs(then, then))[-1]
        assert (counted.both, counted.gone, counted.new) == (len(then), 0, 0)
