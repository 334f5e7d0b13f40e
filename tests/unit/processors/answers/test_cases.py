"""Judged answers as cases: what is one, and whether a later search holds it."""

import msgspec

from processors.answers.cases import FIRST, Case, case_of, holds
from schemas.answers import EXTRACT, Claim, Done, Passage, Question, Verdict, Words

NOW = 1_795_900_000_000


def passage(n: int, text: str = "", **told: object) -> Passage:
    """Words of a client."""
    return Passage("1", f"{n:016x}", 0, "message", NOW, text or f"слово {n}", **told)  # type: ignore[arg-type]


def judged(verdict: Verdict, *told: int) -> Question:
    """An answer that names these of its five sources, in this order; the fifth is a fact of the card."""
    sources = [Words(n, passage(n)) for n in range(1, 5)]
    sources.append(Words(5, msgspec.structs.replace(passage(5), kind="fact")))
    claims = [Claim("чат", [n], f"слово {n}") for n in told]
    return Question("a" * 16, "1", NOW, "Мария", "что с товаром", claims, list(sources), Done(EXTRACT, 0.1), verdict)


def case(verdict: Verdict, *told: int) -> Case:
    """Of such an answer."""
    found = case_of(judged(verdict, *told))
    assert found is not None
    return found


def test_what_is_a_case() -> None:
    """Only with a verdict and with words; each place once, in the order in which they were told; no fact."""
    assert case_of(judged("", 1)) is None
    assert case_of(judged("useful")) is None
    assert case_of(judged("useful", 5)) is None
    assert [place.text for place in case("useless", 3, 1, 5, 3).places] == ["слово 3", "слово 1"]


def test_what_was_right_must_be_among_the_first() -> None:
    """One of the places is enough; one behind them, or only beside another, is not."""
    right = case("useful", 3, 1)
    others = [passage(10 + n) for n in range(FIRST - 1)]
    assert holds(right, [*others, passage(1)])
    assert not holds(right, [*others, passage(9), passage(1)])
    assert not holds(right, [passage(1, near=True)])
    assert not holds(right, [])


def test_what_was_wrong_must_not_come_first_again() -> None:
    """Behind a better one it may stand; nothing found is better than the wrong words."""
    for verdict in ("useless", "wrong_quote"):
        wrong = case(verdict, 3, 1)
        assert not holds(wrong, [passage(3), passage(1)])
        assert holds(wrong, [passage(1), passage(3)])
        assert holds(wrong, [])


def test_a_better_transcript_is_the_same_place_by_its_words() -> None:
    """Its event is another one."""
    assert holds(case("useful", 1), [passage(77, "слово 1")])
