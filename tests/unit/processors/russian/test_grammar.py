"""What a word is in a sentence."""

import pytest

from processors.russian.dictionary import grammar, is_word, name_reading
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
