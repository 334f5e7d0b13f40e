"""What a gRPC status of SpeechKit means for a segment. Code table: SpeechKit docs, `response-format.md`; sessions:
`_qa/speechkit/stt.md`. The docs advise to act on the code, messages may change; three that gRPC itself makes are read.
"""

from streams.speech.faults import EngineError, EngineFault, EngineRefusal, ErrorKind

KINDS = {
    "UNAUTHENTICATED": ErrorKind.AUTH,
    "PERMISSION_DENIED": ErrorKind.AUTH,
    "RESOURCE_EXHAUSTED": ErrorKind.QUOTA,
    "INVALID_ARGUMENT": ErrorKind.INVALID,
    "FAILED_PRECONDITION": ErrorKind.INVALID,
    "NOT_FOUND": ErrorKind.INVALID,
    "OUT_OF_RANGE": ErrorKind.SESSION_LIMIT,
    "DEADLINE_EXCEEDED": ErrorKind.TIMEOUT,
    "UNIMPLEMENTED": ErrorKind.MODEL,  # no such method at this address: no segment will do better
    "UNAVAILABLE": ErrorKind.TRANSIENT,
    "INTERNAL": ErrorKind.TRANSIENT,  # also what a wrong format of the audio gives: see `MOST_INTERNAL`
    "UNKNOWN": ErrorKind.TRANSIENT,
    "CANCELLED": ErrorKind.TRANSIENT,
    "ABORTED": ErrorKind.TRANSIENT,
    "DATA_LOSS": ErrorKind.TRANSIENT,
}
AGAIN = frozenset({ErrorKind.QUOTA, ErrorKind.SESSION_LIMIT, ErrorKind.TIMEOUT, ErrorKind.TRANSIENT})
"""Kinds after which a segment goes on from where it was."""
MOST_INTERNAL = 2
"""INTERNAL more often than this without progress is the audio's or the options' fault, not a passing one."""
LOCAL = {
    ("UNKNOWN", "Exception iterating requests"): ErrorKind.APPLICATION,
    ("CANCELLED", "Locally cancelled"): ErrorKind.APPLICATION,  # metadata that gRPC refuses to send
    ("RESOURCE_EXHAUSTED", "message larger than max"): ErrorKind.INVALID,
}
QUOTA_RETRY_S = 30.0
DETAILS = 200
"""Characters of the service's own text that are kept."""


def error_of(code: str, details: str, request_id: str = "") -> EngineError:
    """The `EngineError` for a status: `EngineFault` where trying again makes sense, else `EngineRefusal`."""
    kind = _kind(code, details)
    message = f"SpeechKit: {code} {details[:DETAILS]}".rstrip()
    if kind in AGAIN:
        pause = QUOTA_RETRY_S if kind is ErrorKind.QUOTA else None
        return EngineFault(kind, message, pause, code=code, request_id=request_id)
    return EngineRefusal(kind, message, code=code, request_id=request_id)


def _kind(code: str, details: str) -> ErrorKind:
    for (local, part), kind in LOCAL.items():
        if code == local and part in details:
            return kind
    return KINDS.get(code, ErrorKind.TRANSIENT)
