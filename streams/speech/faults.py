"""How a speech engine fails, and how it is: one vocabulary for all engines.

EngineError(kind)
├── EngineFault    (Transient)   the same sound may succeed later
└── EngineRefusal  (Terminal)    the same sound fails again here: another engine, or a reported gap
"""

from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import LeadpulseError, Terminal, Transient


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
class Health:
    """`usable` is free of charge to find out; `detail` is one line for `/readyz`; `restarts` since the start."""

    usable: bool
    detail: str
    restarts: int = 0
