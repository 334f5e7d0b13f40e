"""Parts make up the whole: readable text at the cuts, tracks, and the checks before a transcript goes out."""

from dataclasses import replace

import pytest

from schemas.events import Utterance
from schemas.sources import SegmentNote, Word
from schemas.speech import FinishedSegment
from streams.transcribe.merge import Heard, Inconsistent, joined, verify
from streams.transcribe.sound.audio import Segment

FORMER, LATER = Segment(0, 0, 1000, 0, 3000), Segment(1, 1000, 4000, 0, 4000)


def heard(
    segment: Segment, words: list[Word], said: list[Utterance] | None = None, track: str = "", engine: str = "kit"
) -> Heard:
    """An answer to a segment; each utterance has as many of the words as its text."""
    note = SegmentNote(segment.own_start_ms, segment.own_end_ms, engine, "m", track)
    lengths = [len(one.text.split()) for one in said or []]
    return Heard(track, segment, FinishedSegment(note, words, said or [], lengths))


def test_sentences_are_the_engines_own() -> None:
    """Readable text comes through as it is; beside a hard cut only the words that the segment owns."""
    one = [Word("мы", 0, 200, 1.0), Word("уходим", 300, 600, 1.0), Word("завтра", 900, 1300, 1.0)]
    two = [Word("завтра", 890, 1310, 1.0), Word("утром", 1400, 1800, 1.0), Word("да", 3000, 3200, 1.0)]
    words, said, _ = joined(
        [
            heard(FORMER, one, [Utterance(0, 600, "Мы уходим."), Utterance(900, 1300, "Завтра.")]),
            heard(LATER, two, [Utterance(890, 1800, "Завтра утром."), Utterance(3000, 3200, "Да.")]),
        ]
    )
    assert [word.text for word in words] == ["мы", "уходим", "завтра", "утром", "да"]
    assert [utterance.text for utterance in said] == ["Мы уходим.", "Завтра утром.", "Да."]


def test_sentences_that_overlap() -> None:
    """Word times of two sentences touch and overlap: each keeps its words, none is lost from the text."""
    words = [Word("да", 0, 500, 1.0), Word("нет", 300, 600, 1.0), Word("да", 550, 900, 1.0)]
    _, said, _ = joined([heard(FORMER, words, [Utterance(0, 500, "Да."), Utterance(300, 900, "Нет, да.")])])
    assert [utterance.text for utterance in said] == ["Да.", "Нет, да."]


def test_a_word_that_both_neighbours_own_or_none() -> None:
    """Two runs place a word on one side of a cut each: it counts once, and a dropped twin is told."""
    before, after = Word("завтра", 800, 1100, 1.0), Word("завтра", 900, 1200, 1.0)
    rest = Word("утром", 1400, 1800, 1.0)
    both = joined([heard(FORMER, [before]), heard(LATER, [after, rest])])
    assert [word.text for word in both.words] == ["завтра", "утром"]
    assert both.repeats == 1
    none = joined([heard(FORMER, [after]), heard(LATER, [before, rest], [Utterance(800, 1800, "Завтра утром.")])])
    assert [word.text for word in none.words] == ["завтра", "утром"]
    assert [utterance.text for utterance in none.utterances] == ["Завтра утром."]
    assert none.repeats == 0
    silent_later = joined([heard(FORMER, [after]), heard(LATER, [before])])
    assert [word.text for word in silent_later.words] == ["завтра"]


def test_a_patchwork_reads_through() -> None:
    """A segment without sentences of its own gives its words between pauses, in its place."""
    plain = [Word("у", 1100, 1200, 1.0), Word("вас", 1300, 1500, 1.0), Word("дорого", 2600, 3000, 1.0)]
    _, said, _ = joined(
        [heard(FORMER, [Word("да", 0, 200, 1.0)], [Utterance(0, 200, "Да.")]), heard(LATER, plain, engine="vosk")]
    )
    assert [(u.start_ms, u.text) for u in said] == [(0, "Да."), (1100, "у вас"), (2600, "дорого")]


def test_words_alone_are_left_to_the_pauses() -> None:
    """One track without sentences: nothing to add to the words."""
    assert joined([heard(FORMER, [Word("да", 0, 200, 1.0)])])[1] == []


def test_tracks_interleave() -> None:
    """Words of all tracks in order of time, each with its track's name; cuts of one do not touch the other's words."""
    anna = [Word("да", 100, 200, 1.0), Word("нет", 3000, 3200, 1.0)]
    words, said, _ = joined(
        [
            heard(Segment(0, 0, 4000, 0, 4000), anna, track="Анна"),
            heard(Segment(1, 0, 4000, 0, 4000), [Word("да", 120, 220, 1.0)], track="Пётр"),
        ]
    )
    assert [(word.text, word.speaker) for word in words] == [("да", "Анна"), ("да", "Пётр"), ("нет", "Анна")]
    assert [(utterance.text, utterance.speaker) for utterance in said] == [
        ("да", "Анна"),
        ("да", "Пётр"),
        ("нет", "Анна"),
    ]


def test_a_whole_transcript_passes() -> None:
    """Every segment heard or failed, on two tracks that lie side by side."""
    other = replace(FORMER, index=2)
    planned = [("", FORMER), ("", LATER), ("Анна", other)]
    verify(planned, [heard(FORMER, []), heard(other, [], track="Анна")], [("", LATER)])


@pytest.mark.parametrize(
    ("answers", "failed"),
    [
        ([heard(FORMER, [])], []),
        ([heard(FORMER, []), heard(LATER, [])], [("", LATER)]),
        ([heard(FORMER, []), heard(replace(LATER, own_end_ms=3999), [])], []),
        ([heard(FORMER, [Word("да", 500, 600, 1.0), Word("нет", 100, 200, 1.0)]), heard(LATER, [])], []),
    ],
    ids=["a segment is missing", "one is answered twice", "one is another", "words go back in time"],
)
def test_a_hole_is_never_passed_on(answers: list[Heard], failed: list[tuple[str, Segment]]) -> None:
    """What does not make up the whole is an error, not a transcript."""
    with pytest.raises(Inconsistent):
        verify([("", FORMER), ("", LATER)], answers, failed)


def test_overlapping_ownership_is_an_error() -> None:
    """Then words would be there twice."""
    wide = replace(FORMER, own_end_ms=1500)
    with pytest.raises(Inconsistent):
        verify([("", wide), ("", LATER)], [heard(wide, []), heard(LATER, [])], [])
