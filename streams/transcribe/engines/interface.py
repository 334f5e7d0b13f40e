"""What a speech engine is given, what it answers, and how it fails. No engine is imported here.

EngineError(kind)                one vocabulary of kinds for all engines
├── EngineFault    (Transient)   the same segment may succeed later
└── EngineRefusal  (Terminal)    the same segment fails again here: another engine, or a reported gap
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from schemas.errors import LeadpulseError, Terminal, Transient
from schemas.events import Utterance
from schemas.sources import Word
from streams.transcribe.sound.audio import Audio, Segment


class ErrorKind(StrEnum):
    """What went wrong, in words that every engine shares."""

    AUTH = "auth"  # key, role, folder
    QUOTA = "quota"  # too many requests for now
    INVALID = "invalid"  # the engine does not take this audio or these options
    SESSION_LIMIT = "session_limit"  # a segment was longer than a session may be: the planner is wrong
    TRANSIENT = "transient"  # network, service
    TIMEOUT = "timeout"  # it went silent
    MODEL = "model"  # model folder missing, cut short or of another kind
    RESOURCE = "resource"  # no memory, or the engine's process does not come up
    CRASHED = "crashed"  # this segment kills the engine's process
    APPLICATION = "application"  # our own bug


ENGINE_WIDE = frozenset({ErrorKind.AUTH, ErrorKind.MODEL, ErrorKind.RESOURCE})
"""Kinds that say nothing about the segment: every other one would meet them as well."""


class EngineError(LeadpulseError):
    """An engine did not transcribe a segment. `code` and `request_id` are the remote side's own, for its support."""

    def __init__(self, kind: ErrorKind, message: str, *, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.request_id = request_id

    @property
    def engine_wide(self) -> bool:
        """True where the engine is at fault and the segment is not."""
        return self.kind in ENGINE_WIDE


class EngineFault(EngineError, Transient):
    """A passing fault; `retry_after` in seconds, or None."""

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        retry_after: float | None = None,
        *,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(kind, message, code=code, request_id=request_id)
        self.retry_after = retry_after


class EngineRefusal(EngineError, Terminal):
    """A fault that this engine would meet again with this segment (or, if `engine_wide`, with any)."""


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


@dataclass(frozen=True, slots=True)
class Health:
    """`usable` is free of charge to find out; `detail` is one line for `/readyz`; `restarts` since the start."""

    usable: bool
    detail: str
    restarts: int = 0


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
