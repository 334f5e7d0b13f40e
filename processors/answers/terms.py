"""What a question looks for: its words in all forms, and the words of the same meaning. Pure.

question ─ words without those that only ask ─► a term a word, weight 1, a concept each
                 │ groups of the thesaurus that its lemma asks for
                 └────────────────────────────► a term a word of the group, weight 0.4, of the same concept
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from processors.answers.forms import forms_of, lemmas_of
from processors.answers.vocabulary import ASKING, WEIGHTS, groups_by_lemma
from processors.russian.search import tokens

MOST_CONCEPTS = 20
"""Words of a question that are looked for; five hundred characters hold some seventy."""


class Term(NamedTuple):
    """A word in its forms (plain). `concept` is the number of the question's word that it stands for."""

    word: str
    forms: tuple[str, ...]
    weight: float
    concept: int


class Query(NamedTuple):
    """All terms; no form is in two of them, for the words of the question come first. `concepts` are its words."""

    terms: tuple[Term, ...]
    concepts: tuple[str, ...]

    def numbered(self) -> tuple[list[str], list[int]]:
        """Each form with the number of its term, from 1, as SQL's `transform` takes them."""
        pairs = [(form, number) for number, term in enumerate(self.terms, 1) for form in term.forms]
        return [form for form, _ in pairs], [number for _, number in pairs]


def query(question: str) -> Query:
    """The terms of a question. Without any content word it has none. A first word costs 0.2 s (`dictionary`)."""
    concepts = tuple(dict.fromkeys(_content(question)))[:MOST_CONCEPTS]
    return Query(tuple(_terms(concepts)), concepts)


def _content(question: str) -> Iterator[str]:
    for word in tokens(question):
        if word not in ASKING and lemmas_of(word).isdisjoint(ASKING):
            yield word


def _terms(concepts: Sequence[str]) -> Iterator[Term]:
    taken: set[str] = set()

    def fresh(word: str) -> tuple[str, ...]:
        forms = tuple(form for form in forms_of(word) if form not in taken)
        taken.update(forms)
        return forms

    for number, word in enumerate(concepts):
        if forms := fresh(word):
            yield Term(word, forms, 1.0, number)
    for number, word in enumerate(concepts):
        groups = [group for lemma in sorted(lemmas_of(word)) for group in groups_by_lemma().get(lemma, ())]
        for other in dict.fromkeys(answer for group in groups for answer in group.answering()):
            if forms := fresh(other):
                yield Term(other, forms, WEIGHTS.synonym_weight, number)
