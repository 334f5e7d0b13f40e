"""What a word is in a sentence."""

import pymorphy3
import pytest

from processors.russian.dictionary import dictionary, grammar, is_word, name_reading, put_aside
from processors.russian.grammar import nominative, reading


@pytest.mark.parametrize(
    ("word", "part", "predicate"),
    [
        ("пришлю", "VERB", True),
        ("нужно", "PRED", True),
        ("готов", "ADJS", True),
        ("склад", "NOUN", False),
        ("wb", "", False),
    ],
)
def test_parts_of_speech(word: str, part: str, predicate: bool) -> None:
    """A clause may hang on a verb, a short adjective, "нужно"; never on a noun or on Latin letters."""
    found = reading(word)
    assert (found.part, found.predicate) == (part, predicate)


def test_no_word_at_all_is_no_error() -> None:
    """The dictionary raised for characters that Unicode has no name for; chats hold such."""
    for word in ("\x00", "сло\x85во", "\ue000", "٣", "", "…"):
        assert reading(word).part == ""
        assert nominative(word) == ""
        assert name_reading(word).share == 0.0
        assert not grammar(word).acts
        assert is_word(word) in (True, False)


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("озоне", "озон"),
        ("возвратами", "возвраты"),
        ("казани", "Казань"),
        ("марине", ""),
        ("красный", ""),
        ("пришлю", ""),
    ],
)
def test_titles_are_nominatives(word: str, shown: str) -> None:
    """Of common nouns and towns; people and other parts of speech have none."""
    assert nominative(word) == shown


def test_a_dictionary_that_was_put_aside_knows_the_same() -> None:
    """Its automata stand in their files: words found, guessed by their endings and unknown read as the usual class
    reads them, before it is put aside and after."""
    words = ("приёмка", "приемка", "отгрузили", "рублёвой", "кракозяблик", "вконтакте", "по-русски", "wb")
    usual = pymorphy3.MorphAnalyzer()
    for _ in range(2):
        for word in words:
            assert [one[:3] for one in dictionary().parse(word)] == [one[:3] for one in usual.parse(word)]
            assert dictionary().word_is_known(word) == usual.word_is_known(word)
        put_aside()
