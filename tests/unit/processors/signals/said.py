"""A lead that is told what his client says, and makers of the events that say it."""

from collections.abc import Sequence
from typing import Any

from processors.context import Context
from processors.lead import evening, step
from processors.rules import builtin
from processors.state import LeadState
from schemas.alerts import Signal
from schemas.events import Author, Event, MeetingTranscribed, Message, MessageEdited, Utterance
from schemas.minutes import PhraseQuestion, PhraseVerdict
from schemas.types import Meta

T0 = 1_795_165_391_000
HOUR, DAY = 3_600_000, 86_400_000
CONTEXT = Context(builtin())


class Lead:
    """A lead that hears one event after the other."""

    def __init__(self, context: Context = CONTEXT) -> None:
        self.state, self.offset, self.context = LeadState(), 0, context

    def hears(self, event: Event) -> list[Any]:
        """What comes of the event, folded at its own time."""
        self.offset += 1
        return list(step(self.state, event, Meta("lead.events", 0, self.offset, event.ts), self.context))

    def evening(self, ts: int) -> Sequence[Any]:
        """What looking back at a day gives."""
        return evening(self.state, ts, self.context)


def message(text: str, number: int = 1, ts: int = T0, client: bool = True, name: str = "Олег") -> Message:
    """A chat message."""
    base = {"event_id": f"{number:016x}", "lead_id": "7", "ts": ts, "source": "telegram", "chat_id": "-5"}
    return Message(**base, message_id=str(number), author=Author("1", name, client), text=text)  # type: ignore[arg-type]


def edited(text: str, number: int, of: int = 1, ts: int = T0 + 60_000) -> MessageEdited:
    """A new version of a message."""
    base = {"event_id": f"{number:016x}", "lead_id": "7", "ts": ts, "source": "telegram", "chat_id": "-5"}
    return MessageEdited(**base, message_id=str(of), author=Author("1", "Олег"), text=text)  # type: ignore[arg-type]


def meeting(*said: tuple[str, str | None], version: int = 1) -> MeetingTranscribed:
    """A transcript: text and speaker, an utterance every ten seconds."""
    return MeetingTranscribed(
        event_id=f"{900 + version:016x}",
        lead_id="7",
        ts=T0,
        source="transcribe",
        recording_id="r",
        version=version,
        engine="vosk",
        duration_ms=60_000,
        words=9,
        utterances=[Utterance(n * 10_000, n * 10_000 + 5000, text, who) for n, (text, who) in enumerate(said)],
    )


def verdict(asked: PhraseQuestion, meant: bool) -> PhraseVerdict:
    """A model's answer."""
    return PhraseVerdict(
        event_id="d" * 16,
        lead_id="7",
        ts=asked.ts,
        source="minutes",
        about=asked.about,
        rule=asked.rule,
        key=asked.key,
        meant=meant,
        model="glm",
        evidence=asked.evidence if meant else [],
    )


def rules(found: Sequence[Any]) -> list[tuple[str, str]]:
    """Rule and severity of the signals."""
    return [(each.rule, each.severity) for each in found if isinstance(each, Signal)]
