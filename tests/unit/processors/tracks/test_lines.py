"""Who is who, and what nobody kept."""

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from processors.tracks.lines import Source, Span, gaps, is_whole, joined, lines


def titles(*sources: Source, names: dict[str, str], **more: object) -> list[str]:
    """Of the lines."""
    return [line.title for line in lines(sources, names, **more)]  # type: ignore[arg-type]


def source(since: int, until: int, endpoint: str, connection: str = "c1", tag: str = "") -> Source:
    """In seconds."""
    return Source(since * 1000, until * 1000, connection, tag or f"{endpoint}-a0", endpoint)


def test_a_participant_goes_on_in_another_connection() -> None:
    """The bridge was away: the same line."""
    found = lines([source(0, 60, "a"), source(64, 90, "a", "c2")], {"a": "Анна"})
    assert [(line.title, len(line.sources)) for line in found] == [("Анна", 2)]


def test_who_comes_again_is_the_same_person() -> None:
    """Another occupant's id, and he had left before."""
    assert titles(source(0, 60, "a"), source(70, 90, "b"), names={"a": "Анна", "b": "Анна"}) == ["Анна"]


def test_two_with_one_name_are_told_apart() -> None:
    """They are there at the same time, though they never spoke at once."""
    present = {"a": Span(0, 90_000), "b": Span(1000, 90_000)}
    names = {"a": "Анна", "b": "Анна"}
    assert titles(source(0, 20, "a"), source(30, 50, "b"), names=names, present=present) == ["Анна", "Анна (2)"]


def test_who_has_no_name_has_a_number() -> None:
    """Nobody is left out."""
    assert titles(source(5, 9, "b"), source(0, 9, "a"), names={}) == ["Участник 1", "Участник 2"]


def test_a_film_beside_the_voice_is_a_line_of_its_own() -> None:
    """Two sources of one participant at once."""
    found = titles(source(0, 60, "a"), source(10, 50, "a", tag="a-a1"), names={"a": "Анна"})
    assert found == ["Анна", "Анна (2)"]


def test_who_objects_has_no_line() -> None:
    """Nor has he under the id that he had before, or after he came again."""
    names = {"a": "Анна", "b": "Борис", "c": "борис "}
    found = titles(source(0, 60, "a"), source(0, 9, "b"), source(20, 50, "c"), names=names, excluded=["c"])
    assert found == ["Анна"]


def test_between_connections_nobody_kept_the_sound() -> None:
    """c1 0–60, c2 64–90; the entrance tells of 70–71 s; a loss shorter than a second is noise."""
    up = [Span(0, 60_000), Span(64_000, 90_000)]
    found = gaps(up, [Span(70_000, 71_000)], [Span(80_000, 80_900)])
    assert found == [Span(60_000, 64_000), Span(70_000, 71_000)]


def test_gaps_outside_of_the_meeting_are_none() -> None:
    """What the entrance tells of the time before and after."""
    assert gaps([Span(10_000, 20_000)], [Span(0, 12_000), Span(19_500, 60_000)], []) == [Span(10_000, 12_000)]


def test_when_tracks_are_the_whole_meeting() -> None:
    """At most 2 % and no gap over 10 s."""
    assert is_whole([], 1000)
    assert is_whole([(0, 10_000), (50_000, 60_000)], 1_000_000)
    assert not is_whole([(0, 10_001)], 1_000_000)
    assert not is_whole([(0, 9000), (20_000, 29_000), (50_000, 53_000)], 1_000_000)


spans = st.lists(st.builds(lambda at, length: Span(at, at + length), st.integers(0, 99), st.integers(0, 30)))


@given(spans)
def test_joined_spans_cover_the_same(told: list[Span]) -> None:
    """Each millisecond that one of them has, and no other; none touches another."""
    found = joined(told)
    covered = {at for span in told for at in range(span.since, span.until)}
    assert covered == {at for span in found for at in range(span.since, span.until)}
    assert all(one.until < other.since for one, other in pairwise(found))


sources = st.lists(
    st.builds(
        lambda since, length, endpoint, connection, tag: source(since, since + length, endpoint, connection, tag),
        *(st.integers(0, 100), st.integers(1, 50), st.sampled_from("abcd"), st.sampled_from(["c1", "c2"])),
        st.sampled_from(["t1", "t2"]),
    ),
    unique_by=lambda one: one[2:],
)


@given(sources, st.randoms(use_true_random=False))
def test_each_source_is_in_one_line_and_none_goes_over_another(told: list[Source], dice: random.Random) -> None:
    """In whatever order they came."""
    names = {"a": "Анна", "b": "Анна", "c": "Борис"}
    found = lines(told, names)
    assert sorted(one for line in found for one in line.sources) == sorted(told)
    assert len({line.title for line in found}) == len(found)
    for line in found:
        for one, other in pairwise(line.sources):
            assert one.until <= other.since + 2000
    dice.shuffle(told)
    assert lines(told, names) == found
