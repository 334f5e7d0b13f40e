"""Lists and classifier together: who has the last word, and what is quoted."""

from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.phrases import AT_ONCE, LEAVING, LISTS, SAID
from processors.phrases.passages import LONGEST, passages
from processors.phrases.split import split

TALK = "Добрый день! Поставку на Коледино приняли, спасибо. Короба по пятницам, как всегда. Фото пришлём вечером. "
TOLD = "Если завтра опять опоздаете, отдадим товар другому складу"


def test_what_no_list_has_is_understood() -> None:
    """As a warning: only what is named is critical."""
    text = "на следующий сезон мы к вам товар уже не повезём"
    assert LISTS.all(text) == []
    (match,) = LEAVING.find(text)
    assert (match.phrase.family, match.strength, match.quote) == ("по смыслу", "warning", text)


def test_in_a_long_message_the_passage_is_quoted() -> None:
    """And not what was said before and behind it."""
    (match,) = LEAVING.find(f"{TALK * 3}{TOLD}. {TALK * 3}")
    assert match.quote == f"Фото пришлём вечером. {TOLD}"


@pytest.mark.parametrize("text", ["Всё, коллеги, мы уходим.", "мы будем вынуждены уйти"])
def test_what_a_list_doubts_stays_doubtful(text: str) -> None:
    """Where they go is not said; perhaps the meeting is over."""
    assert {match.score >= AT_ONCE for match in LISTS.all(text)} == {False}
    assert LEAVING.find(text) == []
    assert LEAVING.doubtful(text) != []


def test_a_listed_phrase_in_another_talk_is_doubtful() -> None:
    """A model may be asked of it, and without one it is a note."""
    text = "Сообщаем, что отказались от услуг прежней транспортной компании, теперь товар к вам везёт ПЭК."
    assert "critical" in {match.strength for match in LISTS.find(text)}
    assert LEAVING.find(text) == []
    assert {match.strength for match in LEAVING.doubtful(text)} == {"info"}


def test_what_a_list_says_is_not_said_twice() -> None:
    """The quote of a list is the shorter one."""
    found = LEAVING.all("Коллеги, мы решили расторгнуть с вами договор и переехать к другому оператору")
    assert found != []
    assert "по смыслу" not in {match.phrase.family for match in found}


def test_a_long_breath_is_cut_so_that_nothing_falls_between() -> None:
    """What stands across the end of one part stands whole in the next."""
    words = ["и"] * 100
    assert [(part.start, part.stop) for part in passages(split(" ".join(words)))] == [
        *((start, start + 16) for start in range(0, 81, 8)),
        (88, 100),
    ]


def test_a_condition_is_hedged() -> None:
    """Under an "if" it counts less."""
    (match,) = LEAVING.find(TOLD)
    assert match.hedged
    (match,) = LEAVING.find("на следующий сезон мы к вам товар уже не повезём")
    assert not match.hedged


WORDS = (
    "мы",
    "уходим",
    "от",
    "вас",
    "к",
    "другим",
    ".",
    "!",
    ",",
    "не",
    "потеряли",
    "короб",
    "счёт",
    "дорого",
    "суд\n",
)
words = st.lists(st.sampled_from(WORDS), max_size=90)


@given(words.map(" ".join))
def test_matches_are_sound(text: str) -> None:
    """A quote is a part of the text, scores are 70..100, and one topic is understood once at most."""
    found = SAID.all(text)
    assert all(match.quote == text[match.start : match.end] and 70 <= match.score <= 100 for match in found)
    understood = [match.phrase.topic for match in found if match.phrase.family == "по смыслу"]
    assert len(understood) == len({*understood})


@given(words.map(" ".join))
def test_passages_hold_every_word(text: str) -> None:
    """None is longer than an utterance, and what is cut overlaps."""
    said = split(text)
    parts = list(passages(said))
    assert {at for part in parts for at in part} == {*range(len(said.words))}
    assert all(0 < len(part) <= LONGEST for part in parts)
    for one, other in pairwise(parts):
        assert one.start < other.start <= one.stop
        assert other.start == one.stop or len(one) == LONGEST, "only a long sentence is cut so that the parts overlap"
    assert len(parts) == 1 or len(said.words) > LONGEST or not said.words


WRITTEN = ("Ищем другой склад, этот не подходит", "мы ушли на другой фулфилмент", "ещё раз потеряете — пойдём в суд")


@pytest.mark.parametrize("text", WRITTEN)
def test_accents_and_soft_hyphens_change_nothing(text: str) -> None:
    """A Mac's clipboard has й and ё in two characters; mail has soft hyphens, a lawyer's text stress."""
    meant = [(match.phrase.family, match.score) for match in SAID.all(text)]
    assert meant
    stressed = text.replace("у", "у\N{COMBINING ACUTE ACCENT}", 1)
    broken = text.replace("о", "о\N{SOFT HYPHEN}")
    for other in (normalize("NFD", text), stressed, broken):
        found = SAID.all(other)
        assert [(match.phrase.family, match.score) for match in found] == meant
        assert all(match.quote == other[match.start : match.end] for match in found)
