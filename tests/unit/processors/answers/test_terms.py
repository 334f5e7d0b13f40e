"""Words of a question in all forms, and the thesaurus that adds those of the same meaning."""

from hypothesis import given
from hypothesis import strategies as st

from processors.answers.forms import forms_of, lemmas_of
from processors.answers.terms import query
from processors.answers.vocabulary import ASKING, GROUPS, WEIGHTS
from processors.russian.words import plain


def test_every_form_of_a_word_is_looked_for() -> None:
    """Also of a word of the trade that no dictionary has; е for ё."""
    assert {"недостачи", "недостачу"} <= set(forms_of("недостача"))
    assert "фулфилмента" in forms_of("фулфилмент")
    assert "приемке" in forms_of("приемка")


def test_words_of_the_same_meaning_stand_for_the_questions_word() -> None:
    """At their weight, as the same concept; the question's own word at full weight."""
    wanted = query("Не хочет ли клиент уйти?")
    assert wanted.concepts == ("уйти",)
    weights = {term.word: term.weight for term in wanted.terms}
    assert weights["уйти"] == 1.0
    assert weights["съехать"] == WEIGHTS.synonym_weight
    assert {term.concept for term in wanted.terms} == {0}


def test_words_that_only_ask_look_for_nothing() -> None:
    """Then there is nothing to look for."""
    assert query("Что говорил клиент об этом?").terms == ()


def test_the_thesaurus_is_in_order() -> None:
    """Some twenty groups and more, each with its reason; no word twice, none that only asks in `words`."""
    assert len(GROUPS) >= 20
    for group in GROUPS:
        words = plain(f"{group.words} {group.said}").split()
        assert group.why
        assert len(set(words)) == len(words), group.name
        assert not ASKING & set(plain(group.words).split()), group.name


@given(st.text(max_size=200))
def test_no_form_is_in_two_terms(question: str) -> None:
    """SQL takes one number a form; whatever is asked."""
    forms, numbers = query(question).numbered()
    assert len(set(forms)) == len(forms) == len(numbers)
    assert all(lemmas_of(word) for word in query(question).concepts)
