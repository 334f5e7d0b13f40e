"""Leaving phrase: from matches to a signal. What matches is tested with `processors.phrases`."""

from collections.abc import Sequence

import pytest

from processors.phrases import Match
from processors.phrases.pattern import parse
from processors.signals import leaving_phrase
from schemas.alerts import Signal
from schemas.codec import event_id
from schemas.events import Author, MeetingTranscribed, Message, Utterance

T0 = 1_700_000_000_000
PHRASE = parse("*уходим", "leaving")


class Scores:
    """Finds a phrase in texts that are numbers: the number is the score."""

    def find(self, text: str) -> list[Match]:
        """The best first, as `Phrases.find` gives them."""
        scores = sorted((float(word) for word in text.split() if word.isdigit()), reverse=True)
        return [Match(PHRASE, score, text, 0, len(text)) for score in scores]


@pytest.fixture(autouse=True)
def scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the phrases by `Scores`."""
    monkeypatch.setattr(leaving_phrase, "LEAVING", Scores())


def message(text: str) -> Message:
    """A client's message."""
    return Message(
        event_id="1" * 16,
        lead_id="7",
        ts=T0,
        source="telegram",
        chat_id="1",
        message_id="1",
        author=Author("1"),
        text=text,
    )


def meeting(*texts: str) -> MeetingTranscribed:
    """A transcript with one utterance every ten seconds."""
    said = [Utterance(n * 10_000, n * 10_000 + 5000, text) for n, text in enumerate(texts)]
    return MeetingTranscribed(
        event_id="2" * 16,
        lead_id="7",
        ts=T0,
        source="transcribe",
        recording_id="r",
        version=1,
        engine="vosk",
        duration_ms=60_000,
        words=9,
        utterances=said,
    )


def only(found: Sequence[Signal]) -> Signal:
    """The one signal there is."""
    (signal,) = found
    return signal


def test_nothing_found_is_no_signal() -> None:
    """Texts without a phrase raise nothing."""
    assert leaving_phrase.find_in_message(message("спасибо")) == ()
    assert leaving_phrase.find_in_transcript(meeting("спасибо", "да")) == ()
    assert leaving_phrase.find_in_transcript(meeting()) == ()


def test_message_is_quoted_with_its_best_score() -> None:
    """The signal bears the best match, the message's time and words, and an id made of the message's."""
    signal = only(leaving_phrase.find_in_message(message("86 93 88")))
    assert (signal.score, signal.value, signal.ts, signal.window_start) == (93.0, 93.0, T0, T0)
    assert signal.signal_id == event_id("signal", "leaving_phrase", "1" * 16)
    (evidence,) = signal.evidence
    assert (evidence.event_id, evidence.kind, evidence.text, evidence.at_ms) == ("1" * 16, "message", "86 93 88", None)


def test_long_text_is_cut() -> None:
    """A quote is at most 300 characters long and shows that it was cut."""
    (evidence,) = only(leaving_phrase.find_in_message(message("90 " + "а" * 1000))).evidence
    assert len(evidence.text) == 300
    assert evidence.text.endswith("…")


def test_meeting_is_one_signal_with_places() -> None:
    """All finds of a meeting are one signal; each quote tells its time and place in the recording."""
    signal = only(leaving_phrase.find_in_transcript(meeting("86", "да", "95", "89")))
    assert (signal.severity, signal.score) == ("critical", 95.0)
    assert [(e.text, e.at_ms, e.ts, e.kind) for e in signal.evidence] == [
        ("86", 0, T0, "meeting"),
        ("95", 20_000, T0 + 20_000, "meeting"),
        ("89", 30_000, T0 + 30_000, "meeting"),
    ]


def test_best_quote_of_a_meeting_is_among_the_five() -> None:
    """When more was said than is quoted, the weaker words are left out, in the order of the meeting."""
    signal = only(leaving_phrase.find_in_transcript(meeting("85", "86", "87", "88", "89", "90", "99")))
    assert [e.text for e in signal.evidence] == ["87", "88", "89", "90", "99"]
