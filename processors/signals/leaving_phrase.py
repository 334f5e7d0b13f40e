"""Leaving phrase: the client says that he goes. In a chat message of his, or in a meeting.

In a meeting nobody knows who spoke, so every utterance counts; in chats our own people's words are left out by the
fold.
"""

from collections.abc import Sequence

from processors.phrases import LEAVING, Match, rank
from schemas.alerts import Evidence, Signal
from schemas.codec import event_id
from schemas.events import MeetingTranscribed, Message, MessageEdited
from schemas.types import Millis

MOST_QUOTES = 5


def find_in_message(event: Message | MessageEdited) -> Sequence[Signal]:
    """A signal when the text holds a leaving phrase."""
    matches = LEAVING.find(event.text)
    if not matches:
        return ()
    return (_signal(event, matches[0], [Evidence(event.event_id, event.ts, "message", _cut(event.text))]),)


def find_in_transcript(event: MeetingTranscribed) -> Sequence[Signal]:
    """One signal for the whole meeting, with the five best quotes in the order they were said."""
    found = [
        (match, Evidence(event.event_id, event.ts + said.start_ms, "meeting", _cut(said.text), said.start_ms))
        for said in event.utterances
        for match in LEAVING.find(said.text)[:1]
    ]
    if not found:
        return ()
    found.sort(key=lambda pair: rank(pair[0]))
    quotes = [evidence for _, evidence in found[:MOST_QUOTES]]
    return (_signal(event, found[0][0], sorted(quotes, key=_ts)),)


def _signal(event: Message | MessageEdited | MeetingTranscribed, best: Match, evidence: list[Evidence]) -> Signal:
    return Signal(
        signal_id=event_id("signal", "leaving_phrase", event.event_id),
        lead_id=event.lead_id,
        rule="leaving_phrase",
        severity=best.strength,
        ts=event.ts,
        window_start=event.ts,
        value=round(best.score, 1),
        baseline=0.0,
        score=round(best.score, 1),
        evidence=evidence,
    )


def _ts(evidence: Evidence) -> Millis:
    return evidence.ts


def _cut(text: str, longest: int = 300) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
