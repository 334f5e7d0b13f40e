"""Bitrix24's REST API through an incoming webhook: one call at a time, within the portal's limits.

The webhook's code stands in the URL, so no error of the HTTP client gets out of here with its own text, and what the
portal says is searched for the code. Errors and limits: b24restdocs, `error-codes.md`, `limits.md`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, NoReturn

import aiohttp
import msgspec

from schemas.codec import Codec, Rejected
from schemas.errors import Refused, Transient
from streams.engine import metrics
from streams.engine.remote import NEVER_LEFT, Connect, LazySession, Uncertain
from streams.notify.outlets.bitrix_limits import BLOCKED_WAIT, LONGEST_BLOCK, Bucket, query, until_reset
from streams.settings.outlets import Bitrix

log = logging.getLogger(__name__)

DENIED_WAIT = 60.0
"""Seconds until a webhook that is refused as such is tried again: a person has to change it."""

LIMIT_TRIES = 4
"""Attempts of one call against the request limit, so that a list of many pages need not begin anew each time."""

MOST_COMMANDS: Final = 50
"""Of one `batch`."""
PASSING: Final = frozenset({"QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "INTERNAL_SERVER_ERROR"})
"""Errors of one command of a batch that are none of its parameters."""


class BitrixRefused(Refused):
    """A method said no to these parameters. `code` is Bitrix's, empty where it gives none."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class _Reply(msgspec.Struct, frozen=True):
    """An answer; an error is told by the presence of `error`, which may be an empty string."""

    result: Any = None
    next: int | None = None
    total: int | None = None
    time: Any = None
    error: str | int | None = None
    error_description: str = ""


_REPLY: Codec[_Reply] = Codec(_Reply)


class BitrixApi:
    """One portal. `fault` is what was wrong with it at the last call, empty where nothing was.

    Calls raise `Transient`, `Uncertain` or `BitrixRefused`.

    A webhook that is refused as such (401, 403: a tariff without REST, a scope it lacks, a closed or overloaded portal)
    is `Transient`: no record is to blame.
    """

    def __init__(
        self,
        bitrix: Bitrix,
        connect: Connect = aiohttp.ClientSession,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base = bitrix.webhook.get_secret_value().strip().rstrip("/") + "/"
        self._code = self._base.rstrip("/").rpartition("/")[2]
        self._http = LazySession(bitrix.timeout, connect)
        self._clock, self._sleep = clock, sleep
        self._bucket = Bucket(bitrix.per_second, bitrix.burst, clock)
        self._one = asyncio.Lock()
        self._resets: dict[str, float] = {}
        self._blocked: dict[str, float] = {}
        self.has_webhook = len(self._base) > 1
        self.fault = ""

    @property
    def reachable(self) -> bool:
        """Whether the last call found the portal well."""
        return not self.fault

    def complaint(self) -> str:
        """`fault`, asked for."""
        return self.fault

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        """`result` of a method such as `crm.timeline.comment.add`."""
        return (await self._call(method, params)).result

    async def rows(self, method: str, params: dict[str, Any]) -> AsyncIterator[Any]:
        """All rows of a `*.list` method, page by page (50 each). Raises `Transient` when rows vanish meanwhile: the
        pages move up then, and a row may have been skipped.
        """
        start, total = 0, 0
        while True:
            reply = await self._call(method, params | {"start": start})
            if not isinstance(reply.result, list):
                raise Transient(f"{method}: answer without a list")
            if reply.total is not None and reply.total < total:
                raise Transient(f"{method}: the list changed while it was read")
            for row in reply.result:
                yield row
            if reply.next is None or reply.next <= start:
                return
            start, total = reply.next, reply.total or 0

    async def batch(self, commands: Mapping[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
        """Up to `MOST_COMMANDS` methods in one call. By name `result`, or `BitrixRefused` as a value where a method
        said no. A limit met by any of them is `Transient` for all. docs: `batch.md`.
        """
        cmd = {name: f"{method}?{query(params)}" for name, (method, params) in commands.items()}
        result = await self.call("batch", {"halt": 0, "cmd": cmd})
        if not isinstance(result, dict):
            raise Transient("batch: answer without results")
        # an empty array of PHP is `[]`, whatever it is meant to be
        done, errors = (result.get(part) or {} for part in ("result", "result_error"))
        found: dict[str, Any] = dict(done) if isinstance(done, dict) else {}
        for name, error in errors.items() if isinstance(errors, dict) else ():
            if name not in commands:
                continue
            found[name] = self._refused(commands[name][0], error)
        if missing := commands.keys() - found.keys():
            raise Transient(f"batch: {len(missing)} of {len(commands)} commands without an answer")
        return found

    def _refused(self, method: str, error: Any) -> BitrixRefused:
        told = error if isinstance(error, dict) else {"error": error}
        code = str(told.get("error", ""))
        if code in PASSING:
            raise Transient(f"{method}: {code}", BLOCKED_WAIT)
        said = str(told.get("error_description", "")).replace(self._code, "***")[:200]
        return BitrixRefused(" ".join(f"{method}: {code} {said}".split()), code)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _call(self, method: str, params: dict[str, Any]) -> _Reply:
        async with self._one:
            for _ in range(LIMIT_TRIES):
                self._mind_block(method)
                while (pause := self._bucket.wait()) > 0:
                    await self._sleep(pause)
                self._bucket.take()
                status, reply = await self._ask(method, params)
                if reply.error is None and status < 300:
                    self._count(method, "ok")
                    return reply
                if reply.error != "QUERY_LIMIT_EXCEEDED":
                    self._refuse(method, status, reply)
                self._count(method, "limited")
                self._bucket.fill()
            raise Transient(f"{method}: QUERY_LIMIT_EXCEEDED")

    async def _ask(self, method: str, params: dict[str, Any]) -> tuple[int, _Reply]:
        try:
            async with self._http().post(self._base + method, json=params, allow_redirects=False) as response:
                body, status = await response.read(), response.status
        except NEVER_LEFT as error:
            self._lose(method, "unreachable", what := f"{method}: no connection ({type(error).__name__})")
            raise Transient(what) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._lose(method, "uncertain", what := f"{method}: no answer ({type(error).__name__})")
            raise Uncertain(what) from None
        reply = _REPLY.decode(body)
        if isinstance(reply, Rejected):
            if 300 <= status < 500:  # no answer of the API at all: the address is wrong
                self._lose(method, "denied", what := f"{method}: answer {status}, not Bitrix24's")
                raise Transient(what, DENIED_WAIT)
            self._lose(method, "uncertain", what := f"{method}: answer {status}")
            raise Uncertain(what)
        reset = until_reset(reply.time)
        if reset is not None:
            self._resets[method] = self._clock() + reset
        return status, reply

    def _refuse(self, method: str, status: int, reply: _Reply) -> NoReturn:
        code = str(reply.error or "")
        said = reply.error_description.replace(self._code, "***")[:200]
        what = " ".join(f"{method}: {status} {code} {said}".split())
        if status == 429 or code == "OPERATION_TIME_LIMIT":
            self._count(method, "limited")
            until = self._resets.get(method, 0.0)
            self._blocked[method] = until if until > self._clock() else self._clock() + BLOCKED_WAIT
            raise Transient(what, self._blocked[method] - self._clock())
        if status in (401, 403) or code in _DENIED:
            self._lose(method, "denied", what)
            raise Transient(what, LONGEST_BLOCK if code == "OVERLOAD_LIMIT" else DENIED_WAIT)
        if status >= 500 or code in _FAILED:
            self._lose(method, "uncertain", what)
            raise Uncertain(what)
        self._count(method, "refused")
        raise BitrixRefused(what, code)

    def _mind_block(self, method: str) -> None:
        """A blocked method is blocked for every application of the portal: asking sooner makes it no shorter."""
        left = self._blocked.get(method, 0.0) - self._clock()
        if left > 0:
            raise Transient(f"{method}: OPERATION_TIME_LIMIT", left)

    def _count(self, method: str, outcome: str) -> None:
        self.fault = ""
        metrics.BITRIX_CALLS.labels(method, outcome).inc()

    def _lose(self, method: str, outcome: str, what: str) -> None:
        self.fault = what
        metrics.BITRIX_CALLS.labels(method, outcome).inc()


_DENIED = frozenset(
    (
        "ERROR_METHOD_NOT_FOUND",
        "INVALID_CREDENTIALS",
        "INVALID_REQUEST",  # "Https required": the address in the settings
        "OVERLOAD_LIMIT",
        "PORTAL_DELETED",
        "insufficient_scope",
    )
)
"""Faults of the webhook, the tariff or the portal whatever their status; 401 and 403 always are one. A lead that the
user may not see is a 400."""

_FAILED = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"})
