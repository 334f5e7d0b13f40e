"""Answers without a model, and the guard of questions."""

from datetime import date

import pytest

from processors.answers.extract import LONGEST_QUOTE, NEAREST, NOTHING, Material, extract, shortened, sources_of
from processors.answers.figures import span, tone_of
from processors.answers.question import LONGEST, asked
from processors.corrections import Entry
from schemas.answers import Figure, Found, Passage, ToolCall
from schemas.errors import Refused

TODAY = date(2026, 11, 29)
NOW = 1_795_900_000_000


def passage(n: int, text: str, coverage: float = 1.0, near: bool = False) -> Passage:
    """Words of a client."""
    told = {"speaker": "Анна", "coverage": coverage, "near": near}
    return Passage("1", f"{n:016x}", 0, "message", NOW, text, side="client", **told)  # type: ignore[arg-type]


def material(*passages: Passage, figures: tuple[Figure, ...] = ()) -> Material:
    """Found for a question."""
    return Material("1", TODAY, figures, [], Found("1", list(passages), 120, NOW, NOW, {"message": 120}))


def test_passages_are_told_word_for_word_with_who_and_when() -> None:
    """The best five; what was said beside them is a source only."""
    found = material(*(passage(n, f"слово {n}") for n in range(7)), passage(9, "рядом", 0.0, near=True))
    sources = sources_of(found)
    answer = extract(found, sources)
    assert [claim.quote for claim in answer.claims] == [f"слово {n}" for n in range(5)]
    assert answer.claims[0].text.startswith("чат, Анна (клиент), ")
    assert (len(sources), sources[-1].number) == (8, 8)


def summary(n: int, text: str, coverage: float = 1.0) -> Passage:
    """What minutes say of a talk."""
    return Passage("1", f"{n:016x}", 0, "minutes", NOW, text, coverage=coverage)


def quotes(*passages: Passage) -> list[str]:
    """What is told, in order."""
    found = material(*passages)
    return [claim.quote for claim in extract(found, sources_of(found)).claims if claim.quote]


def test_the_words_themselves_stand_for_a_summary_of_them() -> None:
    """However well the summary fits; it is told where nobody's own words hold half of the question, and then first only
    where it holds that itself."""
    assert quotes(summary(1, "итог"), passage(2, "сами слова", 0.6)) == ["сами слова"]
    assert quotes(summary(1, "итог"), passage(2, "почти", 0.3)) == ["итог", "почти"]
    assert quotes(summary(1, "итог", 0.4), passage(2, "почти", 0.3)) == ["почти", "итог"]
    assert quotes(summary(1, "итог")) == ["итог"]


def test_a_weak_match_says_so() -> None:
    """And is missing all the same."""
    found = material(passage(1, "почти", 0.3))
    answer = extract(found, sources_of(found))
    assert (answer.claims[0].text, answer.missing) == (NEAREST, True)


def test_nothing_says_where_it_was_looked_for() -> None:
    """How many places, of which kinds."""
    found = material()
    [claim] = extract(found, sources_of(found)).claims
    assert claim.text.startswith(NOTHING)
    assert "120\u00a0мест" in claim.text
    assert "(чат)" in claim.text


def test_a_figure_comes_first_and_weak_words_beside_it_stay_out() -> None:
    """The figure answers; words only where they hold half of the question."""
    call = ToolCall("shipped", "2026-11-01", "2026-11-29")
    figure = Figure("1", call, 4120.0, "шт", 7, NOW, call.since, call.until, 6650.0, "обычно за такой же срок")
    found = material(passage(1, "слабо", 0.2), figures=(figure,))
    answer = extract(found, sources_of(found))
    [claim] = answer.claims
    told = claim.text.replace("\u00a0", " ")
    assert told == "С 1 по 29 ноября отгружено 4120 шт.; обычно за такой же срок 6650 шт."
    assert not answer.missing


def test_facts_of_the_profile_are_quoted() -> None:
    """With the field's name and the day."""
    found = Material("1", TODAY, (), [("sells", Entry("рюкзаки", "r1", NOW, "мы продаём рюкзаки"))], None)
    [claim] = extract(found, sources_of(found)).claims
    assert (claim.text.split(",")[0], claim.quote) == ("Продаёт", "мы продаём рюкзаки")


def test_a_long_passage_is_cut_at_a_word() -> None:
    """Still a substring."""
    text = "слово " * 200
    assert text.startswith(shortened(text))
    assert len(shortened(text)) <= LONGEST_QUOTE
    assert shortened("а" * 1000) == "а" * LONGEST_QUOTE


@pytest.mark.parametrize(
    "question", ["", " ", "а" * (LONGEST + 1), "что\x00там", "о клиенте 77", "лид №77 ушёл?", "lead-77"]
)
def test_what_is_no_question_about_this_client_is_refused(question: str) -> None:
    """In words for the person."""
    with pytest.raises(Refused):
        asked(question, "1")


def test_a_question_is_one_line() -> None:
    """Spaces are one; its own number is no other client's; a number of an order is no client's."""
    assert asked("  что\n\n с  оплатой? ", "1") == "что с оплатой?"
    assert asked("клиент 0012345 уходит?", "12345")
    assert asked("где заказ 77?", "1")
    with pytest.raises(Refused):
        asked("что с оплатой?", "")


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-11-29", "2026-11-29", "29\u00a0ноября"),
        ("2026-11-01", "2026-11-15", "с\u00a01 по\u00a015\u00a0ноября"),
        ("2026-11-01", "2026-11-30", "в\u00a0ноябре"),
        ("2025-12-01", "2025-12-31", "в\u00a0декабре 2025\u00a0года"),
        ("2026-10-31", "2026-11-29", "с\u00a031\u00a0октября по\u00a029\u00a0ноября"),
        ("2025-12-20", "2026-01-10", "с\u00a020\u00a0декабря 2025\u00a0года по\u00a010\u00a0января 2026\u00a0года"),
    ],
)
def test_days_in_words(since: str, until: str, said: str) -> None:
    """As one says them."""
    assert span(since, until, 2026) == said


def test_a_tone_changes_by_more_than_chance() -> None:
    """One sign more is none."""
    assert [tone_of(*pair) for pair in ((1, 0), (2, 0), (3, 2), (0, 4))] == [
        "не изменился заметно",
        "стал хуже",
        "не изменился заметно",
        "стал лучше",
    ]
