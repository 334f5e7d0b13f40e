"""Silence goes, words keep their times."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.meetings import Utterance
from schemas.sources import SegmentNote, Word
from schemas.speech import FinishedSegment
from streams.transcribe.sound.audio import RATE, Audio, Segment
from streams.transcribe.sound.condense import TimeMap, condense, write
from tests.unit.transcribe.sound.test_plan import sound

NOTE = SegmentNote(0, 2000, "e", "m")


def test_silence_becomes_half_a_second() -> None:
    """
    source   |   5 s   | 1 s loud |   9 s   | 2 s loud |  3 s |
    left           |¼| 1 s loud |¼|¼| 2 s loud |¼|
    """
    times = condense(sound((5, 0), (1, 1), (9, 0), (2, 1), (3, 0)))
    assert times.pieces == ((0, 4750, 1500), (1500, 14_750, 2500))
    assert (times.start(0), times.start(250), times.start(1499), times.start(1500)) == (4750, 5000, 6249, 14_750)
    assert (times.end(1500), times.end(1501), times.end(4000)) == (6250, 14_751, 17_250)


def test_what_is_short_stays() -> None:
    """Pauses inside of speech are not touched."""
    assert condense(sound((1, 1), (0.4, 0), (1, 1))).pieces == ((0, 0, 2400),)


def test_silence_alone_is_left_alone() -> None:
    """The planner says that there is nothing in it."""
    assert condense(sound((9, 0))) == TimeMap()
    assert TimeMap().start(77) == TimeMap().end(77) == 77


def test_what_is_left_is_the_sound_of_the_source(tmp_path: Path) -> None:
    """Sample by sample."""
    pcm = sound((5, 0), (1, 1), (9, 0), (2, 1), (3, 0))
    (tmp_path / "a").write_bytes(pcm.tobytes())
    times = condense(pcm)
    left = write(Audio(tmp_path / "a", len(pcm)), times, tmp_path / "b").pcm()
    assert len(left) == 4 * RATE
    for at in (0, 700, 1499, 1500, 3999):
        assert left[at * 16] == pcm[times.start(at) * 16]


pieces = st.lists(st.tuples(st.floats(0.1, 2), st.booleans()), min_size=1, max_size=12)


@given(pieces)
@settings(max_examples=60, deadline=None)
def test_nothing_loud_is_lost_and_times_never_go_back(drawn: list[tuple[float, bool]]) -> None:
    """Whatever the pattern."""
    pcm = sound((3, 0), *((length, float(loud)) for length, loud in drawn), (3, 0))
    times = condense(pcm)
    kept = np.zeros(len(pcm), bool)
    for piece in times.pieces:
        kept[piece.source * 16 : (piece.source + piece.length) * 16] = True
    assert not np.any(np.abs(pcm[~kept]) > 3000)
    total = sum(piece.length for piece in times.pieces)
    starts = [times.start(at) for at in range(0, total, 7)]
    assert starts == sorted(starts)
    assert all(times.start(at) <= times.end(at + 1) for at in range(0, total, 7))


TIMES = condense(sound((5, 0), (1, 1), (9, 0), (2, 1), (3, 0)))


def test_an_utterance_over_a_cut_is_two() -> None:
    """The engine heard one sentence; between its words nine seconds were."""
    words = [Word("да", 300, 600, 1.0), Word("нет", 1900, 2200, 1.0), Word("ну", 2300, 2500, 1.0)]
    one = FinishedSegment(NOTE, words, [Utterance(300, 2500, "Да, нет. Ну", pauses=[2])], [3])
    found = TIMES.finished(one)
    assert [(word.start_ms, word.end_ms) for word in found.words] == [(5050, 5350), (15_150, 15_450), (15_550, 15_750)]
    assert [(u.start_ms, u.end_ms, u.text, u.pauses) for u in found.utterances] == [
        (5050, 5350, "Да,", []),
        (15_150, 15_750, "нет. Ну", [1]),
    ]
    assert found.lengths == [1, 2]
    assert (found.note.start_ms, found.note.end_ms) == (4750, 15_250)


def test_a_word_over_a_cut_keeps_its_length() -> None:
    """It does not reach over what nobody said."""
    assert TIMES.word(Word("да", 1400, 1600, 1.0)) == Word("да", 6150, 6350, 1.0)


def test_a_segment_is_where_it_is_in_the_source() -> None:
    """For what was not heard."""
    found = TIMES.segment(Segment(0, 0, 1500, 0, 2000))
    assert (found.own_start_ms, found.own_end_ms, found.send_end_ms) == (4750, 6250, 15_250)


@pytest.mark.parametrize("text", ["Да, нет.", "Да-нет, ну"])
def test_text_that_has_other_words_than_the_list_is_made_of_the_list(text: str) -> None:
    """Where the engine's text cannot be told apart by words."""
    words = [Word("да", 300, 600, 1.0), Word("нет", 1900, 2200, 1.0), Word("ну", 2300, 2500, 1.0)]
    found = TIMES.finished(FinishedSegment(NOTE, words, [Utterance(300, 2500, text)], [3]))
    assert [one.text for one in found.utterances] == ["да", "нет ну"]
