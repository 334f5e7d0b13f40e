"""The phrase matcher, on small lists of its own."""

import time

import pytest

from processors.phrases import Phrases
from processors.phrases.pattern import Phrase, parse
from processors.russian.stems import stem


def compiled(*patterns: str, unless: str = "") -> Phrases:
    """A list with the topic "leaving"."""
    spoilers = frozenset(map(stem, unless.split()))
    return Phrases(parse(pattern, "leaving", unless=spoilers) for pattern in patterns)


def test_the_notation() -> None:
    """The text of a phrase is its first forms; ё is written as е; joined words are one group."""
    phrase = parse("*нашёл|нашли другой_склад", "leaving")
    assert phrase.text == "нашел другой склад"
    assert [len(group) for group in phrase.groups] == [1, 2]
    assert phrase.groups[0][0].forms == ("нашел", "нашли")
    assert phrase.words == 3
    assert not phrase.negative
    assert parse("не_будем *работать", "leaving").negative


@pytest.mark.parametrize("pattern", ["мы уходим", "*мы *уходим", "*уходим <куда_то>"])
def test_a_mistake_in_a_list_is_told(pattern: str) -> None:
    """One anchor, and names of lists without the sign that joins words: a list with a mistake does not load."""
    with pytest.raises(ValueError, match=r"one anchor|name of a list"):
        parse(pattern, "leaving")


def test_the_window_is_the_phrase_and_six_words() -> None:
    """Four words between the two are as good as none, each of the next two costs some, seven are too many."""
    phrases = compiled("мы *уходим")
    assert phrases.find("мы а б в г уходим")[0].score == 100
    assert phrases.find("мы а б в г д уходим")[0].score == 94
    assert phrases.find("мы а б в г д е уходим")[0].score == 88
    assert not phrases.all("мы а б в г д е ж уходим")


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
    """A letter wrong in a long word is found; a word written in two is found; shorter words must be right."""
    phrases = compiled("*расторгаем договор")
    assert [m.score for m in phrases.find("расторгаем договор")] == [100]
    assert [m.score for m in phrases.find("растаргаем договор")] == [92.5]
    assert not phrases.all("расторгаем договр")
    assert phrases.find("рас торгаем договор")[0].quote == "рас торгаем договор"
    assert not compiled("*нашли другой_склад").all("наш другой склад")


def test_two_wrong_words_are_doubtful() -> None:
    """Each may be meant; both wrong, a person or a model has to look."""
    phrases = compiled("*расторгаем сотрудничество", "*расторгаем")
    assert [m.score for m in phrases.find("растаргаем сотруднечество")] == [85, 85]
    far = phrases.all("растаргаем а б в г д сотруднечество")
    assert [m.score for m in far] == [85, 79]
    assert far[1].strength == "info"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*расторгаем договор", "в ресторан договор отправьте"),
        ("*прекращаем работу", "прекрасная работа"),
        ("*продлеваем договор", "по контракту не продаются"),
        ("*перевозим товар", "перевод товара"),
        ("*переходим договор", "перевоим договор"),
    ],
)
def test_a_word_of_the_language_is_no_misspelling(pattern: str, text: str) -> None:
    """The stems are near; but what stands in the dictionary was meant, and a short stem must be right."""
    assert not compiled(pattern).all(text)


@pytest.mark.parametrize("text", ["у меня на складе ничего", "на складе", "за клад дали"])
def test_words_are_not_joined_to_others(text: str) -> None:
    """Two halves of which one is a word are two words: "меня на" is no "меняем"."""
    assert not compiled("*меняем", "*наскладе", "*заклад").all(text)


def test_a_clue_stands_in_the_same_sentence_or_beside_it() -> None:
    """It belongs to the phrase, but not to its quote, and may be too far."""
    phrases = compiled("мы *уходим ~дорого")
    assert phrases.find("У вас дорого. Мы уходим!")[0].quote == "Мы уходим"
    assert phrases.find("мы уходим, дорого")
    assert not phrases.all("мы уходим")
    assert not phrases.all("Дорого. Подумаем. Мы уходим")
    assert not phrases.all("дорого " + "а " * 20 + "мы уходим")


@pytest.mark.parametrize(
    ("text", "hedged"),
    [
        ("мы уходим", False),
        ("если не снизите цену, мы уходим", True),
        ("решайте, иначе мы уходим", True),
        ("решайте, а то мы уходим", True),
        ("ещё одна пересортица и мы уходим", True),
        ("может быть, мы уходим", True),
        ("Если что, пишите. Мы уходим", False),
        ("еще раз: мы уходим", False),
    ],
)
def test_a_condition_softens(text: str, hedged: bool) -> None:
    """What hangs on a condition, or is a thought, is a warning at most."""
    (match,) = compiled("мы *уходим").find(text)
    assert (match.hedged, match.strength) == (hedged, "warning" if hedged else "critical")


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("соседи нашли склад", False),
        ("вы нашли склад?", False),
        ("мы нашли склад", True),
        ("нашли склад", True),
        ("вы не искали, а мы нашли склад", True),
    ],
)
def test_who_does_it(text: str, ours: bool) -> None:
    """The past tense does not tell who: the nearest subject before it does."""
    assert bool(compiled("*нашли склад").find(text)) is ours


def test_halves_need_each_other() -> None:
    """A preposition is no half of the word behind it."""
    assert not compiled("*нашли другой_склад").find("нашли другой товар на складе")


def test_the_best_place_is_reported() -> None:
    """Of a misspelt and a right occurrence the right one, of equal ones the first."""
    text = "растаргаем договор! Повторяю: расторгаем договор, расторгаем договор"
    match = compiled("*расторгаем договор").find(text)[0]
    assert (match.score, match.start) == (100, 30)


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
    assert parse("мы *уходим", "leaving") == parse("мы *уходим", "leaving")
    assert len({parse("мы *уходим", "leaving"), parse("мы *уходим", "loss")}) == 2
    assert isinstance(parse("*уходим", "leaving"), Phrase)


def test_hostile_clues_are_bounded() -> None:
    """A text full of anchors and clues is looked at in windows too: 7000 pairs take a fraction of a second, not 20."""
    began = time.process_time()
    assert compiled("*уходим ~дорого").all("уходим дорого " * 7000)
    assert time.process_time() - began < 5
