"""What SpeechKit answers, in our own values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partial:
    """Words that may still change; `speech` if there are any."""

    speech: bool


@dataclass(frozen=True, slots=True)
class Final:
    """Words that stay: (text, start, end), ms from the session's start, and from when to when all of them are. Times
    that the service does not tell are 0. Without words it says that the open partial was none.

    `index` is the server's count of finals when it wrote this message: of some that come together, the last one's.
    """

    index: int
    text: str = ""
    words: tuple[tuple[str, int, int], ...] = ()
    start_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, slots=True)
class Refinement:
    """The readable text of the final with this index."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class EndOfUtterance:
    """A pause at `time_ms` of the session; all finals before it have come."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Warned:
    """The service is not content, most likely with the pace."""

    message: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The service ends the session."""

    message: str


Event = Partial | Final | Refinement | EndOfUtterance | Warned | Closed


@dataclass(frozen=True, slots=True)
class Answer:
    """One message. ms from the session's start: up to `final_ms` recognition is fixed, up to `processed_ms` the sound
    was looked at, with silences, up to `received_ms` it is there (proto: `AudioCursors`). That is the state of the
    server and says nothing of this message: finals may follow that lie long before `final_ms`. `event` is None for a
    sign of life."""

    final_ms: int
    processed_ms: int
    received_ms: int
    event: Event | None
