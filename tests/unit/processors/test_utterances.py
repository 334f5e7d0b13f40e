"""Words to utterances."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from processors.utterances import shares, utterances
from schemas.events import Utterance
from schemas.sources import Word


def test_split_at_a_pause() -> None:
    """700 ms of silence end an utterance, 699 do not and are told as a stop; times and confidence are its words'."""
    words = [Word("мы", 0, 100, 1.0), Word("уходим", 799, 1000, 0.5), Word("да", 1700, 1900, 0.9)]
    assert utterances(words) == [
        Utterance(0, 1000, "мы уходим", confidence=0.75, pauses=[1]),
        Utterance(1700, 1900, "да", confidence=0.9),
    ]


def test_unknown_words_are_dots() -> None:
    """A word outside the vocabulary stays visible, so that its neighbours do not read as one phrase."""
    assert utterances([Word("не", 0, 10, 1.0), Word("[unk]", 10, 20, 1.0), Word("уходим", 20, 30, 1.0)]) == [
        Utterance(0, 30, "не … уходим", confidence=1.0)
    ]


def test_silence() -> None:
    """No words, no utterances."""
    assert utterances([]) == []


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), max_size=50),
    st.integers(1, 2000),
)
def test_nothing_is_lost_and_pauses_separate(steps: list[tuple[int, int]], pause_ms: int) -> None:
    """Every word is in one utterance, in order, and neighbours are at least a pause apart."""
    words, at = [], 0
    for number, (gap, length) in enumerate(steps):
        words.append(Word(f"w{number}", at + gap, at + gap + length, 1.0))
        at += gap + length
    made = utterances(words, pause_ms)
    assert " ".join(part.text for part in made).split() == [word.text for word in words]
    assert all(later.start_ms - former.end_ms >= pause_ms for former, later in pairwise(made))


def test_shares_of_a_talk() -> None:
    """Per cent of what is known, the longest first; an unknown voice and a length of nothing count nothing."""
    said = [Utterance(0, 3000, "да", "Анна"), Utterance(3000, 4000, "нет", "Олег"), Utterance(4000, 9000, "…", None)]
    assert shares(said) == {"Анна": 75, "Олег": 25}
    assert list(shares([*said, Utterance(9000, 20_000, "и", "Олег")])) == ["Олег", "Анна"]
    assert shares([]) == shares([Utterance(5, 5, "а", "Анна")]) == {}
