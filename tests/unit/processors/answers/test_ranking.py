"""Which passages come first."""

from hypothesis import given
from hypothesis import strategies as st

from processors.answers.ranking import MOST_OF_A_SOURCE, Hit, chosen, ranked
from processors.answers.terms import query
from processors.days import DAY_MS

NOW = 1_795_900_000_000
QUERY = query("недостача товара на приёмке")
OWN = {term.word: number for number, term in enumerate(QUERY.terms, 1)}


def hit(n: int, *terms: int, age: int = 0, length: int = 50, thread: str = "") -> Hit:
    """A passage with these terms, so many days old."""
    return Hit((n, 0), NOW - age * DAY_MS, "mail", thread or str(n), length, terms)


def order(*hits: Hit) -> list[int]:
    """Their numbers, best first, among a thousand passages."""
    return [one.hit.key[0] for one in ranked(QUERY, hits, 1000, 50.0, NOW)]


def test_the_questions_own_word_is_worth_more_than_another_of_its_meaning() -> None:
    """At the same rarity."""
    synonym = next(n for n, term in enumerate(QUERY.terms, 1) if term.weight < 1)
    assert order(hit(1, synonym), hit(2, OWN["недостача"])) == [2, 1]


def test_more_words_of_the_question_are_worth_more() -> None:
    """And cover more of it."""
    both, one = ranked(QUERY, [hit(1, 1), hit(2, 1, 2)], 1000, 50.0, NOW)
    assert (both.hit.key[0], one.hit.key[0]) == (2, 1)
    assert both.coverage > one.coverage


def test_rare_words_short_and_fresh_passages_are_worth_more() -> None:
    """Each by itself."""
    common = [hit(10 + n, 1) for n in range(20)]
    assert order(*common, hit(2, 2))[0] == 2
    assert order(hit(1, 1, length=400), hit(2, 1, length=40)) == [2, 1]
    assert order(hit(1, 1, age=720, length=45), hit(2, 1, length=50)) == [2, 1]


def test_of_equals_the_freshest_stays_in_the_better_place() -> None:
    """The same words on another day are told once."""
    found = ranked(QUERY, [hit(1, 1, age=9, length=20), hit(2, 1, age=1, length=400), hit(3, 2)], 1000, 50.0, NOW)
    assert [one.hit.key[0] for one in found if one.hit.key[0] != 3] == [1, 2]
    texts = {1: "опять недостача по вашей поставке", 2: "Опять недостача по вашей поставке!", 3: "товар"}
    kept = chosen(found, lambda one: texts[one.key[0]], 10)
    assert [one.hit.key[0] for one in kept if one.hit.key[0] != 3] == [2]


def test_a_summary_takes_no_place_of_the_words_that_it_repeats() -> None:
    """It is made later, and would win as the fresher one; the words come into its place, whichever ranks better."""
    said, minutes = hit(1, 1, age=1), hit(2, 1)._replace(kind="minutes")
    for first, second in ((said, minutes), (minutes, said)):
        found = [ranked(QUERY, [which], 1000, 50.0, NOW)[0] for which in (first, second)]
        [kept] = chosen(found, lambda _: "опять недостача по вашей поставке", 10)
        assert kept.hit == said


@given(st.lists(st.tuples(st.integers(1, len(QUERY.terms)), st.integers(0, 900), st.sampled_from("абв")), max_size=30))
def test_what_is_chosen_is_of_the_hits_and_within_bounds(rows: list[tuple[int, int, str]]) -> None:
    """No passage twice, of a source three at most, coverage a share, ranks that fall."""
    hits = [hit(n, term, age=age, thread=thread) for n, (term, age, thread) in enumerate(rows)]
    found = ranked(QUERY, hits, 1000, 50.0, NOW)
    assert sorted(one.hit.key for one in found) == sorted(one.key for one in hits)
    assert all(0 < one.coverage <= 1 for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    kept = chosen(found, lambda one: f"слово{one.key[0]}", 10)
    assert len(kept) <= 10
    assert all(sum(one.hit.thread == thread for one in kept) <= MOST_OF_A_SOURCE for thread in "абв")
