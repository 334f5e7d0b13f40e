"""What SpeechKit answers, in our own values, and what a segment's sessions have brought so far (`Hearing`)."""

from dataclasses import dataclass

from schemas.events import Utterance
from schemas.sources import Word
from streams.transcribe.sound.audio import Segment

TAIL_MS = 1000
"""Sound at the end of a segment that may stay without a final: the planner leaves at most 0.3 s of silence there."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Words that may still change; `speech` if there are any."""

    speech: bool


@dataclass(frozen=True, slots=True)
class Final:
    """Words that stay: (text, start, end), ms from the session's start."""

    index: int
    text: str
    words: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Refinement:
    """The readable text of the final with this index."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """The service is not content, most likely with the pace."""

    message: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The service ends the session."""

    message: str


Event = Partial | Final | Refinement | Warned | Closed


@dataclass(frozen=True, slots=True)
class Answer:
    """One message. ms from the session's start: up to `final_ms` recognition is fixed, up to `processed_ms` the sound
    was looked at, with silences, up to `received_ms` it is there (proto: `AudioCursors`). `event` is None for a sign
    of life."""

    final_ms: int
    processed_ms: int
    received_ms: int
    event: Event | None


@dataclass(slots=True)
class _Spoken:
    """A final in the recording's time, and its readable text once that came."""

    words: tuple[Word, ...]
    text: str
    readable: str = ""


class Hearing:
    """Mutable: gathers the answers of one segment's sessions, one session after the other.

    `committed_ms`: up to here (ms of the recording) nothing needs to be heard again; the next session begins there.
    Confidence is 1.0: the proto says "currently not used" of SpeechKit's.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._spoken: list[_Spoken] = []
        self._by_index: dict[int, _Spoken] = {}
        self._base_ms = self.committed_ms = segment.send_start_ms
        self._processed_ms = self._received_ms = segment.send_start_ms
        self._unfinished = False
        self.warnings = 0

    def begin(self) -> int:
        """A new session hears from the returned ms on."""
        self._by_index = {}
        self._base_ms = self._processed_ms = self._received_ms = self.committed_ms
        self._unfinished = False
        return self._base_ms

    @property
    def complete(self) -> bool:
        """Whether nothing can be missing: all is final, or looked at to the end without a word after the last final."""
        enough = self._segment.send_end_ms - TAIL_MS
        return self.committed_ms >= enough or (self._processed_ms >= enough and not self._unfinished)

    @property
    def mute(self) -> bool:
        """Whether the session had all the sound, and no word that is not final."""
        return not self._unfinished and self._received_ms >= self._segment.send_end_ms - TAIL_MS

    def take(self, answer: Answer) -> None:
        """In the order they come."""
        match answer.event:
            case Final() as final:
                self._commit(final, answer.final_ms)
            case Refinement(index, text):
                if index in self._by_index:
                    self._by_index[index].readable = text.strip()
            case Partial(speech):
                self._unfinished = speech
            case Warned():
                self.warnings += 1
        self._processed_ms = max(self._processed_ms, self._base_ms + max(answer.processed_ms, answer.final_ms))
        self._received_ms = max(self._received_ms, self._base_ms + answer.received_ms)

    def words(self) -> tuple[Word, ...]:
        return tuple(word for spoken in self._spoken for word in spoken.words)

    def utterances(self) -> tuple[Utterance, ...]:
        """The finals as readable text; where that did not come, or where a hard cut runs through one (its text can't
        be cut), the raw words that the segment owns. So no word is in the utterances of two segments."""
        made = []
        for spoken in self._spoken:
            owned = [word for word in spoken.words if self._segment.owns(word)]
            if owned:
                whole = len(owned) == len(spoken.words)
                text = (spoken.readable or spoken.text) if whole else " ".join(word.text for word in owned)
                made.append(Utterance(owned[0].start_ms, owned[-1].end_ms, text))
        return tuple(made)

    @property
    def readable(self) -> bool:
        """Whether any readable text came (or none was needed)."""
        return not self._spoken or any(spoken.readable for spoken in self._spoken)

    def _commit(self, final: Final, final_ms: int) -> None:
        heard = (Word(text, self._base_ms + start, self._base_ms + end, 1.0) for text, start, end in final.words)
        words = tuple(word for word in heard if word.start_ms + word.end_ms >= 2 * self.committed_ms)
        ends = [word.end_ms for word in words]
        self.committed_ms = max(self.committed_ms, self._base_ms + final_ms, *ends)
        self._unfinished = False
        if words:
            spoken = _Spoken(words, final.text)
            self._spoken.append(spoken)
            self._by_index[final.index] = spoken
