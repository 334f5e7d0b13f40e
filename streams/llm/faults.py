"""How a language model fails, whatever its endpoint: one vocabulary of kinds.

LlmError(kind)                one vocabulary for all endpoints
├── LlmFault    (Transient)   the same question may be answered later
└── LlmRefusal  (Terminal)    it will not; the caller does without a model, or asks for less (TOO_LONG)

A message says the kind, the model and the endpoint's code. It never has a word of a prompt or an answer: endpoints
quote both in their errors.
"""

from enum import StrEnum

from schemas.errors import LeadpulseError, Terminal, Transient


class Kind(StrEnum):
    """What went wrong; the values are `LlmCall.outcome` and a label of metrics."""

    AUTH = "auth"  # key, account, name of the model, address
    BALANCE = "balance"  # the account is empty
    BUDGET = "budget"  # our own limit of a role and day
    FILTERED = "filtered"  # the endpoint's censor
    TOO_LONG = "too_long"  # the material must be cut into parts
    RATE = "rate"  # too many calls for now
    OVERLOADED = "overloaded"  # the endpoint has no room
    NETWORK = "network"  # connection, timeout, fault of the server
    INVALID_ANSWER = "invalid_answer"  # not the JSON that was asked for, twice
    LANGUAGE = "language"  # not Russian, twice
    FORBIDDEN = "forbidden"  # no model may read this lead's words
    REFUSED = "refused"  # the endpoint does not take the request


PASSING = frozenset({Kind.RATE, Kind.OVERLOADED, Kind.NETWORK})
"""Kinds that the same call may not meet again."""
LASTING = frozenset({Kind.AUTH, Kind.BALANCE})
"""Kinds that a person must end: every call of the model would meet them."""

LONG_S = 600.0
"""Wait for limits of an hour, a day or a week, whose end no header names: asking oftener changes nothing."""

# docs.z.ai/api-reference/api-code and docs.bigmodel.cn/cn/api/api-code; words are OpenAI's and its imitators'.
_KINDS: dict[Kind, str] = {
    Kind.AUTH: "1000 1001 1002 1003 1004 1110 1111 1112 1121 1211 1212 1220 1221 1222 1309 1311 "
    "invalid_api_key model_not_found account_deactivated",
    Kind.BALANCE: "1113 insufficient_quota",
    Kind.FILTERED: "1300 1301 content_filter sensitive",
    Kind.TOO_LONG: "1261 context_length_exceeded exceed_context_size_error model_context_window_exceeded",
    Kind.RATE: "1231 1302 1303 1304 1305 1308 1310 1312 1313 rate_limit_exceeded",
    Kind.OVERLOADED: "1120",
    Kind.NETWORK: "500 1200 1230 1234 network_error",
    Kind.REFUSED: "1210 1213 1214 1215",
}
CODES: dict[str, Kind] = {code: kind for kind, codes in _KINDS.items() for code in codes.split()}
"""An endpoint's own code, or its reason of ending an answer."""
LONG_LIMITS = frozenset({"1304", "1308", "1310"})
"""Used up for the day, some hours, the week."""

_STATUSES = {
    **dict.fromkeys((301, 302, 303, 307, 308), Kind.AUTH),  # moved: words go nowhere but to the address in the settings
    401: Kind.AUTH,
    402: Kind.BALANCE,
    403: Kind.AUTH,
    404: Kind.AUTH,  # address or name of the model
    408: Kind.NETWORK,
    409: Kind.NETWORK,
    413: Kind.TOO_LONG,
    429: Kind.RATE,
    503: Kind.OVERLOADED,
    529: Kind.OVERLOADED,
}


class LlmError(LeadpulseError):
    """A model did not answer. `code` is the endpoint's own, for its support; `model` is our name.

    `billed`: the words reached it and no figures came back, so the call may cost what we estimate.
    """

    def __init__(self, kind: Kind, message: str, *, code: str = "", model: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code
        self.model = model
        self.billed = False


class LlmFault(LlmError, Transient):
    """A passing fault; `retry_after` in seconds, or None."""

    def __init__(
        self, kind: Kind, message: str, retry_after: float | None = None, *, code: str = "", model: str = ""
    ) -> None:
        super().__init__(kind, message, code=code, model=model)
        self.retry_after = retry_after


class LlmRefusal(LlmError, Terminal):
    """A fault that the same question would meet again."""


def error_of(
    kind: Kind, *, model: str = "", code: str = "", retry_after: float | None = None, status: int = 0
) -> LlmFault | LlmRefusal:
    """The error of a kind, with a message that is ours alone: of the endpoint's words only a known code is kept."""
    code = code if code in CODES or code.isdecimal() else ""
    reason = " ".join([f"HTTP {status}"] * bool(status) + [f"code {code}"] * bool(code))
    message = f"{model or 'models'}: {kind}" + (f" ({reason})" if reason else "")
    if kind in PASSING:
        return LlmFault(kind, message, retry_after, code=code, model=model)
    return LlmRefusal(kind, message, code=code, model=model)


def kind_of(status: int, code: str, words: str) -> Kind:
    """What an HTTP error means. `words` is the endpoint's message: resellers keep that where they lose the code."""
    if code in CODES:
        return CODES[code]
    words = words.lower()
    if status == 429 and ("balance" in words or "余额" in words):
        return Kind.BALANCE
    if status == 400 and "context" in words and any(measure in words for measure in ("length", "size", "window")):
        return Kind.TOO_LONG
    if status >= 500:
        return _STATUSES.get(status, Kind.NETWORK)
    return _STATUSES.get(status, Kind.REFUSED)
