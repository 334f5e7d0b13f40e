"""The phrase matcher, on small lists of its own."""

import pytest

from processors.phrases import Phrases
from processors.phrases.pattern import Phrase, parse
from processors.russian.stems import stem


def compiled(*patterns: str, unless: str = "") -> Phrases:
    """A list with the topic "test"."""
    return Phrases(parse(pattern, "test", frozenset(map(stem, unless.split()))) for pattern in patterns)


def test_the_notation() -> None:
    """The text of a phrase is its first forms; ё is written as е; joined words are one group."""
    phrase = parse("*нашёл|нашли другой_склад", "test")
    assert phrase.text == "нашёл другой склад"
    assert [len(group) for group in phrase.groups] == [1, 2]
    assert phrase.groups[0][0].forms == ("нашел", "нашли")
    assert phrase.words == 3
    assert not phrase.negative
    assert parse("не_будем *работать", "test").negative


@pytest.mark.parametrize("pattern", ["мы уходим", "*мы *уходим"])
def test_a_phrase_needs_one_anchor(pattern: str) -> None:
    """A list with a mistake in it does not load."""
    with pytest.raises(ValueError, match="one anchor"):
        parse(pattern, "test")


def test_the_window_is_the_phrase_and_four_words() -> None:
    """Four words between the two are allowed, five are not."""
    phrases = compiled("мы *уходим")
    assert phrases.find("мы а б в г уходим")
    assert not phrases.find("мы а б в г д уходим")


def test_a_phrase_does_not_cross_a_full_stop() -> None:
    """Words of two sentences make no phrase; a comma does not part them."""
    phrases = compiled("мы *уходим")
    assert not phrases.find("Это мы. Уходим")
    assert phrases.find("Это мы, уходим")


def test_joined_words_stand_together_in_order() -> None:
    """`_` allows one word between and no other order."""
    phrases = compiled("*нашли другой_склад")
    assert phrases.find("нашли другой хороший склад")
    assert not phrases.find("нашли другой короб на склад")
    assert not phrases.find("нашли склад другой")


def test_misspelt_and_parted_words_score_less_than_right_ones() -> None:
    """A letter wrong in a long word is found; a word written in two is found; short stems must be right."""
    phrases = compiled("*расторгаем договор")
    assert [m.score for m in phrases.find("расторгаем договор")] == [100]
    assert 80 <= phrases.find("растаргаем договр")[0].score < 100
    assert phrases.find("рас торгаем договор")[0].quote == "рас торгаем договор"
    assert not compiled("*нашли другой_склад").find("наш другой склад")


def test_halves_need_each_other() -> None:
    """A preposition is no half of the word behind it."""
    assert not compiled("*нашли другой_склад").find("нашли другой товар на складе")


def test_the_best_place_is_reported() -> None:
    """Of a misspelt and a right occurrence the right one, of equal ones the first."""
    match = compiled("*расторгаем договор").find("расторгаем договр! Повторяю: расторгаем договор, расторгаем договор")[
        0
    ]
    assert (match.score, match.start) == (100, 29)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("мы не уходим", False),
        ("мы пока не уходим", False),
        ("мы не сейчас уходим", False),
        ("никуда мы не уходим", False),
        ("мы никуда уходим", False),
        ("мы не хотим от вас уходить", False),
        ("уходить мы не будем", False),
        ("мы бы не хотели уходить", False),
        ("мы не будем ждать, мы уходим", True),
        ("не успеваете, мы уходим", True),
        ("мы не хотим ждать хотим уходить", True),
        ("это не значит, что мы уходим", False),
        ("вы не успеваете потому что мы уходим", True),
        ("мы хотим уходить", True),
        ("мы передумали уходить", False),
    ],
)
def test_negation(text: str, meant: bool) -> None:
    """A finite verb is denied by "не" before it, an infinitive by the nearest verb that governs it."""
    assert bool(compiled("мы *уходим|уходить").find(text)) is meant


@pytest.mark.parametrize(
    "text", ["мы видим товар уходит", "мы ждём вы уходите", "мы: уход за кожей", "мы знаем он уходил"]
)
def test_other_persons_are_not_meant(text: str) -> None:
    """The stem is the same; the ending tells who goes."""
    assert not compiled("мы *уходим").find(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("мы уходим на обед", False),
        ("мы на обед уходим", False),
        ("мы уходим домой", False),
        ("мы уходим обед", False),
        ("мы уходим после обеда", True),
        ("был обед. мы уходим", True),
    ],
)
def test_harmless_places(text: str, meant: bool) -> None:
    """`unless` counts behind a preposition or right after the phrase, adverbs anywhere near."""
    assert bool(compiled("мы *уходим", unless="обед домой").find(text)) is meant


def test_a_phrase_with_its_own_negation_is_not_guarded() -> None:
    """ "Не будем работать" is the phrase itself."""
    phrases = compiled("больше не_будем *работать")
    assert phrases.find("больше мы не будем с вами работать")
    assert not phrases.find("больше будем работать")


def test_hostile_repetition_is_bounded() -> None:
    """Thousands of anchors in one text are looked at in windows, not each against each."""
    assert len(compiled("мы *уходим").find("не уходим мы " * 7000)) == 0
    assert len(compiled("*нашли другой_склад").find("другой склад нашли " * 5000)) == 1


def test_phrases_are_values() -> None:
    """A phrase can be a key and is compared by what it says."""
    assert parse("мы *уходим", "a") == parse("мы *уходим", "a")
    assert len({parse("мы *уходим", "a"), parse("мы *уходим", "b")}) == 2
    assert isinstance(parse("*уходим", "a"), Phrase)
