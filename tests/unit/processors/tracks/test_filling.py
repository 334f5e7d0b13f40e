"""What the mixed sound adds to tracks with gaps, and how the two are laid over each other."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from processors.tracks.filling import fill, offset_ms
from schemas.sources import Recording, Transcript, Word
from tests.unit.processors.tracks.test_entry import JIBRI, TRACKS

VOCABULARY = [f"слово{number}" for number in range(400)]


def talk(dice: random.Random, number: int = 600) -> list[Word]:
    """Half of it the same twenty words, as people talk; under names in turn."""
    at, words = 0, []
    for place in range(number):
        text = dice.choice(VOCABULARY[:20]) if dice.random() < 0.5 else dice.choice(VOCABULARY)
        length = dice.randrange(150, 500)
        words.append(Word(text, at, at + length, 1.0, "Анна" if place // 9 % 2 else "Борис"))
        at += length + dice.randrange(30, 700)
    return words


def heard_in_the_mix(words: list[Word], dice: random.Random, shift: int) -> list[Word]:
    """Six of ten words, each at another time by up to 80 ms, one of ten another word; on the mix's own clock."""
    found = []
    for word in words:
        if dice.random() < 0.4:
            continue
        text = dice.choice(VOCABULARY) if dice.random() < 0.1 else word.text
        start = word.start_ms - shift + dice.randrange(-80, 81)
        found.append(Word(text, start, start + word.end_ms - word.start_ms, 0.8))
    return found


@pytest.mark.parametrize("wrong", [-12_000, -700, 0, 350, 25_000])
@pytest.mark.parametrize("seed", range(4))
def test_the_offset_is_found_by_equal_words(seed: int, wrong: int) -> None:
    """Within 40 ms, though the clocks' word is wrong by so much, and 40 % of the words are missing."""
    dice = random.Random(seed)
    words = talk(dice)
    mixed = heard_in_the_mix(words, dice, 61_500)
    assert abs(offset_ms(words, mixed, 61_500 + wrong) - 61_500) <= 40


@pytest.mark.parametrize("wrong", [-1700, 0, 9000])
def test_a_talk_that_repeats_itself_is_laid_right(wrong: int) -> None:
    """The same again and again, no word of it rare: more agree on the true offset than on a turn of it."""
    dice = random.Random(3)
    turn = talk(dice, 60)
    length = turn[-1].end_ms + 500
    words = [
        Word(w.text, w.start_ms + n * length, w.end_ms + n * length, 1.0, w.speaker) for n in range(5) for w in turn
    ]
    mixed = heard_in_the_mix(words, dice, 4000)
    assert abs(offset_ms(words, mixed, 4000 + wrong) - 4000) <= 40


def test_too_few_words_leave_it_to_the_clocks() -> None:
    """Two that agree may be chance."""
    words = [Word("один", 100, 200, 1.0), Word("два", 900, 1000, 1.0)]
    mixed = [Word("один", 1100, 1200, 1.0), Word("два", 1900, 2000, 1.0)]
    assert offset_ms(words, mixed, -700) == -700


def text(recording: Recording, words: list[Word], **more: int) -> Transcript:
    return Transcript(recording, more.get("version", 1), "vosk", "m", words)


def test_a_gap_is_filled_without_a_name() -> None:
    """Jibri's file began 2 s later; the bridge was away from 60 to 90 s of the tracks."""
    dice = random.Random(7)
    words = talk(dice, 300)
    kept = [word for word in words if not 60_000 <= (word.start_ms + word.end_ms) // 2 < 90_000]
    inside = [word for word in words if 60_000 <= (word.start_ms + word.end_ms) // 2 < 90_000]
    mixed = [Word(w.text, w.start_ms - 2000, w.end_ms - 2000, 0.8) for w in words]
    tracks = replace(TRACKS, gaps=[(60_000, 90_000)], duration_ms=200_000)
    filled = fill(text(tracks, kept), text(replace(JIBRI, started_at=1500), mixed, version=2))
    assert filled is not None
    assert [(w.text, w.start_ms) for w in filled.words] == [(w.text, w.start_ms) for w in words]
    assert [w.text for w in filled.words if w.speaker is None] == [w.text for w in inside]
    assert (filled.filled, filled.version, filled.recording, filled.filled_from) == (True, 2, tracks, ["aa"])
    other = fill(filled, text(replace(JIBRI, recording_id="bb"), [Word("ещё", 60_500, 60_900, 0.8)]))
    assert other is not None and other.filled_from == ["aa", "bb"]
    assert {word for u in filled.utterances for word in u.text.split()} == {word.text for word in words}
    assert all(u.speaker is None for u in filled.utterances if 60_000 <= u.start_ms < 90_000)


def test_what_a_track_has_is_not_said_twice() -> None:
    """One participant's line was bad; the others' tracks have their words in his gap, too."""
    words = [Word("да", 1000, 1200, 1.0, "Анна"), Word("уходим", 2000, 2400, 1.0, "Анна")]
    mixed = [Word("да", 1150, 1300, 1.0), Word("нет", 1500, 1700, 1.0), Word("уходим", 2100, 2500, 1.0)]
    filled = fill(text(replace(TRACKS, gaps=[(0, 9000)]), words), text(JIBRI, mixed))
    assert filled is not None
    assert [(w.text, w.speaker) for w in filled.words] == [("да", "Анна"), ("нет", None), ("уходим", "Анна")]


def test_where_the_mix_has_nothing_in_the_gap_there_is_no_new_text() -> None:
    """A silence is a silence."""
    mixed = [Word("да", 1150, 1300, 1.0)]
    assert fill(text(replace(TRACKS, gaps=[(5000, 9000)]), []), text(JIBRI, mixed)) is None


@given(st.integers(0, 2**32), st.integers(0, 60_000), st.integers(1000, 60_000))
@settings(max_examples=30, deadline=None)
def test_words_of_tracks_stay_as_they_are(seed: int, since: int, length: int) -> None:
    """Wherever the gap is; all is in order of time, and only inside it is anything new."""
    dice = random.Random(seed)
    words = talk(dice, 120)
    tracks = text(replace(TRACKS, gaps=[(since, since + length)]), words)
    filled = fill(tracks, text(JIBRI, heard_in_the_mix(words, dice, 0)))
    if filled is None:
        return
    assert [word for word in filled.words if word.speaker] == words
    assert [word.start_ms for word in filled.words] == sorted(word.start_ms for word in filled.words)
    fresh = [word for word in filled.words if not word.speaker]
    assert fresh and all(since <= (word.start_ms + word.end_ms) // 2 < since + length for word in fresh)
