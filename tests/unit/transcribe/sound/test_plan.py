"""Where the planner cuts. Sound is drawn as (seconds, amplitude) pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.sources import Word
from streams.transcribe.sound.audio import RATE, Pcm, Segment
from streams.transcribe.sound.plan import levels, plan, thresholds


@dataclass(frozen=True)
class Bounds:
    segment_min_s: float = 10.0
    segment_max_s: float = 20.0
    hard_max_s: float = 23.0


def sound(*pieces: tuple[float, float]) -> Pcm:
    """Noise of the given amplitudes (of full scale 1.0) one after the other."""
    rng = np.random.default_rng(1)
    parts = [np.clip(rng.standard_normal(round(s * RATE)) * a * 9000, -32768, 32767) for s, a in pieces]
    return np.concatenate(parts).astype(np.int16)


def owned(segments: Sequence[Segment]) -> list[tuple[int, int]]:
    return [(s.own_start_ms, s.own_end_ms) for s in segments]


def test_a_short_recording_is_one_segment() -> None:
    """Up to the longest allowed length nothing is cut, pauses or not."""
    assert owned(plan(sound((8, 1), (1, 0), (8, 1)), Bounds())) == [(0, 17_000)]


def test_the_longest_pause_in_the_window_is_taken() -> None:
    """Pauses of 0.4, 1.0 and 0.5 s lie between min and max: the cut is in the middle of the longest."""
    pcm = sound((12, 1), (0.4, 0), (2, 1), (1, 0), (2, 1), (0.5, 0), (9, 1))
    first, second = plan(pcm, Bounds())
    assert first.own_end_ms == 14_400 + 300  # the end of speech and the pad
    assert second.own_start_ms == 15_400 - 300


def test_a_pause_before_min_is_left_alone() -> None:
    """Segments do not get shorter than min just because somebody paused."""
    first, _ = plan(sound((5, 1), (3, 0), (8, 1), (0.4, 0), (10, 1)), Bounds())
    assert 16_000 <= first.own_end_ms <= 16_400


def test_a_pause_after_max_saves_from_a_hard_cut() -> None:
    """No pause between min and max, one before the hard max: cut there, without overlap."""
    first, second = plan(sound((21, 1), (1, 0), (15, 1)), Bounds())
    assert 21_000 <= first.own_end_ms <= 21_500
    assert first.send_end_ms == first.own_end_ms
    assert second.send_start_ms == second.own_start_ms


def test_without_pauses_the_cut_is_hard_and_overlaps() -> None:
    """Neighbours share the cut, and each hears 2 s of the other."""
    segments = plan(sound((60, 1)), Bounds())
    assert len(segments) == 3
    for former, later in pairwise(segments):
        assert former.own_end_ms == later.own_start_ms
        assert former.send_end_ms == former.own_end_ms + 2000
        assert later.send_start_ms == later.own_start_ms - 2000


def test_a_hard_cut_seeks_the_quietest_place() -> None:
    """A 200 ms breath, too short for a pause, is still the best place when a cut must be made."""
    first, *_ = plan(sound((22, 1), (0.2, 0.3), (18, 1)), Bounds())
    assert 22_000 <= first.own_end_ms <= 22_200


def test_words_at_a_hard_cut_belong_to_one_side() -> None:
    """A word whose middle is exactly on the cut has one owner."""
    former, later, _ = plan(sound((60, 1)), Bounds())
    cut = former.own_end_ms
    for start, end in ((cut - 300, cut + 100), (cut - 100, cut + 100), (cut - 100, cut + 300)):
        word = Word("слово", start, end, 1.0)
        assert former.owns(word) != later.owns(word)


def test_waiting_time_is_not_sent() -> None:
    """A minute of silence before, between and after speech costs nothing."""
    segments = plan(sound((60, 0), (5, 1), (60, 0), (5, 1), (60, 0)), Bounds())
    assert owned(segments) == [(59_700, 65_300), (124_700, 130_300)]


@pytest.mark.parametrize("pcm", [np.empty(0, np.int16), np.zeros(100, np.int16), sound((90, 0)), sound((90, 0.0005))])
def test_silence_gives_no_segments(pcm: Pcm) -> None:
    """Nothing, less than a frame, digital silence, and the hiss under -65 dBFS."""
    assert plan(pcm, Bounds()) == []


def test_steady_sound_counts_as_speech() -> None:
    """One level throughout leaves no floor to compare with: it is sent, not dropped."""
    segments = plan(sound((15, 0.1)), Bounds())
    assert owned(segments) == [(0, 15_000)]


def test_a_noisy_room_still_has_pauses() -> None:
    """With the floor 14 dB under the speech, pauses are found."""
    first, _ = plan(sound((14, 1), (1, 0.2), (14, 1)), Bounds())
    assert 14_000 <= first.own_end_ms <= 15_000
    assert first.send_end_ms == first.own_end_ms


def test_a_quiet_speaker_is_not_skipped() -> None:
    """8 dB over the noise floor, 30 dB under the loud speaker: a pause perhaps, but never left out."""
    pcm = sound((30, 1), (20, 0.01), (30, 0.025))
    assert owned(plan(pcm, Bounds()))[-1][1] >= 79_900


@pytest.mark.parametrize("bounds", [Bounds(0, 20, 23), Bounds(20, 10, 23), Bounds(10, 24, 23), Bounds(1.5, 20, 23)])
def test_senseless_bounds_are_refused(bounds: Bounds) -> None:
    """min ≤ max ≤ hard max, and more than the overlap."""
    with pytest.raises(ValueError, match="segment bounds"):
        plan(sound((1, 1)), bounds)


def test_levels_are_rms_in_dbfs() -> None:
    """A full-scale square is 0 dB, half of it -6 dB, silence -120 dB; the ragged end is left out."""
    pcm = np.concatenate([np.full(160, -32768), np.full(160, 16384), np.zeros(170)]).astype(np.int16)
    assert levels(pcm).round(1).tolist() == [0.0, -6.0, -120.0]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(1, 120), st.sampled_from((0.0, 0.0, 0.003, 0.05, 1.0))), min_size=1, max_size=25),
    st.sampled_from((Bounds(), Bounds(3, 5, 6), Bounds(4, 4, 4))),
)
def test_all_speech_is_owned_once_within_bounds(pieces: list[tuple[int, float]], bounds: Bounds) -> None:
    """Any mixture of sound and silence: every frame of speech has one owner, and no segment is too long."""
    pcm = sound(*((tenths / 10, amplitude) for tenths, amplitude in pieces))
    segments = plan(pcm, bounds)
    db = levels(pcm)
    owners = np.zeros(len(db), int)
    for segment in segments:
        owners[segment.own_start_ms // 10 : segment.own_end_ms // 10] += 1
        assert 0 <= segment.send_start_ms <= segment.own_start_ms < segment.own_end_ms <= segment.send_end_ms
        assert segment.send_end_ms <= len(db) * 10
        assert segment.own_end_ms - segment.own_start_ms <= bounds.hard_max_s * 1000
        assert segment.send_end_ms - segment.send_start_ms <= bounds.hard_max_s * 1000 + 4000
    assert [segment.index for segment in segments] == list(range(len(segments)))
    assert owners.max(initial=0) <= 1
    assert owners[db > thresholds(db).speech].min(initial=1) == 1
