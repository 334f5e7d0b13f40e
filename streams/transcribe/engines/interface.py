"""What a speech engine is given and what it answers; how it fails stands in `streams.speech.faults`. No engine is
imported here.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from schemas.events import Utterance
from schemas.sources import Word
from streams.speech.faults import Health
from streams.transcribe.sound.audio import Audio, Segment


@dataclass(frozen=True, slots=True)
class SegmentResult:
    """What an engine made of a segment. Word times in ms from the recording's start, also those it does not own.

    `utterances` is the engine's own readable text, empty where it makes none (then pauses split the words); `lengths`
    says how many of `words`, in order, each is made of. `repeats`: words left out, as a former session had them.
    `billed_units` as the engine counts them; 0 where it costs nothing. `first_event_ms`: from the start of a session to
    its first answer. `warnings`: how often the engine complained of our pace.
    """

    words: tuple[Word, ...]
    engine: str
    model: str
    attempts: int = 1
    punctuated: bool = False
    utterances: tuple[Utterance, ...] = ()
    lengths: tuple[int, ...] = ()
    repeats: int = 0
    request_ids: tuple[str, ...] = ()
    billed_units: int = 0
    first_event_ms: int | None = None
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the planner, the scheduler and the fallback need to know of an engine."""

    max_segment_ms: int
    parallel: int
    offline: bool
    punctuation: bool


class SpeechEngine(Protocol):
    """One way to turn sound into words. Calls may overlap; the engine limits itself to `caps.parallel`."""

    @property
    def name(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def caps(self) -> Capabilities: ...

    def check(self) -> None:
        """Raise `EngineError` where settings, key or model cannot work. Costs nothing, starts nothing."""

    async def transcribe(self, audio: Audio, segment: Segment) -> SegmentResult:
        """The words of one segment. Raises `EngineError`; a cancelled call leaves the engine usable."""

    def health(self) -> Health: ...

    async def close(self) -> None:
        """End all processes and connections; the engine may be used again afterwards."""


class Operation(Protocol):
    """What outlives this process of a segment's work at a service: the id by which a successor asks for its result."""

    @property
    def id(self) -> str:
        """Of the work that was begun; empty where none is known, or nobody will come back for it."""

    async def begun(self, id_: str) -> None:
        """Return when it is durable."""

    async def over(self) -> None:
        """It brings no result: the next attempt begins anew. Return when that is durable."""


class Unkept:
    """`Operation` where nobody comes back: for a file transcribed by hand."""

    id = ""

    async def begun(self, id_: str) -> None: ...

    async def over(self) -> None: ...


UNKEPT = Unkept()


@runtime_checkable
class Detached(Protocol):
    """A `SpeechEngine` whose service works on while nobody waits, and is paid from the start of that work."""

    async def transcribe_kept(self, audio: Audio, segment: Segment, operation: Operation) -> SegmentResult:
        """As `transcribe`, but goes on with the operation that is known, and leaves the result at the service."""

    async def discard(self, result: SegmentResult) -> None:
        """The result is durable here, so the service may delete it. Raises no `EngineError`."""
