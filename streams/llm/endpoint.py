"""One model at one OpenAI-compatible endpoint: a call over HTTP, and what its answer or its error means."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import aiohttp
import msgspec

from streams.engine.remote import NEVER_LEFT, LazySession, retry_after
from streams.llm.faults import CODES, LONG_LIMITS, LONG_S, Kind, LlmError, error_of, kind_of
from streams.llm.wording import Message
from streams.settings.llm import Model

log = logging.getLogger(__name__)

TEMPERATURE = 0.2
"""The same meeting should give the same minutes; GLM's own default is 1.0, and 0 is said to make models loop."""
NO_KEY = "none"
"""A local endpoint needs no key, but the client sends one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; no reasoning. `cut`: it met the limit of tokens. 0 tokens where the endpoint counts none."""

    text: str
    cut: bool = False
    prompt_tokens: int = 0
    answer_tokens: int = 0


class _Words(msgspec.Struct, frozen=True):
    content: str | None = None  # `reasoning_content` beside it is left where it is


class _Fault(msgspec.Struct, frozen=True):
    """An error of the endpoint's. llama.cpp tells its kind by `type`; its and OpenRouter's `code` is one of HTTP."""

    code: int | str | None = None
    message: str | None = None
    type: str | None = None


class _Choice(msgspec.Struct, frozen=True):
    message: _Words = _Words()
    finish_reason: str | None = None
    error: _Fault | str | None = None


class _Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Body(msgspec.Struct, frozen=True):
    """An answer of `/chat/completions`, or an error that comes with HTTP 200; LM Studio's is a string."""

    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: _Fault | str | None = None
    code: int | str | None = None


class Endpoint:
    """Calls of one model. `timeout` in seconds, for the whole of a call; `clock` in seconds since 1970, for dates in
    headers. Knows nothing of limits and budgets."""

    def __init__(self, name: str, model: Model, timeout: float, clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self.model = model
        self._clock = clock
        self._url = model.base_url.rstrip("/") + "/chat/completions"
        self._session = LazySession(timeout, partial(aiohttp.ClientSession, trust_env=True))  # a proxy, by environment

    async def reply(self, messages: Sequence[Message], max_tokens: int, *, thinking: bool) -> Reply:
        """Ask once. Raises `LlmError`, whose chain has nothing of the endpoint's words."""
        key = self.model.api_key.get_secret_value() or NO_KEY
        if not key.isascii() or not key.isprintable():  # HTTP carries no such header
            raise error_of(Kind.AUTH, model=self.name)
        question: dict[str, object] = {
            "model": self.model.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": TEMPERATURE,
        }
        if self.model.json_object:
            question["response_format"] = {"type": "json_object"}
        if self.model.thinking_switch and not thinking:
            question["thinking"] = {"type": "disabled"}
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        error: LlmError
        try:  # no redirect: these words go to the address that was named for them
            async with self._session().post(
                self._url, data=msgspec.json.encode(question), headers=headers, allow_redirects=False
            ) as answer:
                body = await answer.read()
            status, wait = answer.status, answer.headers.get("Retry-After", "")
        except aiohttp.InvalidURL:
            error = error_of(Kind.AUTH, model=self.name)
        except NEVER_LEFT:
            error = error_of(Kind.NETWORK, model=self.name)
        except (aiohttp.ClientError, OSError, ValueError):  # TimeoutError is an OSError
            error = self._broken()
        else:
            if status < 300:
                return self._read(body)
            error = self._refused(status, body, wait)
        raise error  # out here it has no context: the client's exceptions may hold the address and a password in it

    async def close(self) -> None:
        """Give the connections back."""
        await self._session.close()

    def _read(self, body: bytes) -> Reply:
        try:
            said = msgspec.json.decode(body, type=_Body)
        except (msgspec.DecodeError, UnicodeDecodeError):  # a page of a proxy, half a body
            raise self._broken() from None
        choice = said.choices[0] if said.choices else None
        if fault := said.error or (choice and choice.error):
            raise self._told(fault)
        if choice is None:
            raise self._broken() if said.code is None else self._told(_Fault(said.code))
        usage = said.usage or _Usage()
        reason = choice.finish_reason or ""
        if reason in CODES:
            error = error_of(CODES[reason], model=self.name, code=reason)
            error.billed = True
            raise error
        tokens = usage.prompt_tokens or 0, usage.completion_tokens or 0
        return Reply(choice.message.content or "", reason == "length", *tokens)

    def _told(self, fault: _Fault | str) -> LlmError:
        """An error in a body with HTTP 200: without a code that is known it is the server's, and passes."""
        fault = _Fault(message=fault, code=500) if isinstance(fault, str) else fault
        code = _code(fault)
        status = int(code) if code.isdecimal() and 400 <= int(code) < 600 and code not in CODES else 200
        return error_of(kind_of(status, code, fault.message or ""), model=self.name, code=code)

    def _refused(self, status: int, body: bytes, after: str) -> LlmError:
        fault = _fault(body)
        code = _code(fault)
        kind = kind_of(status, code, fault.message or "")
        if kind is Kind.REFUSED and self.model.json_object and "response_format" in (fault.message or ""):
            setting = f"llm.models.{self.name}.json_object"
            log.warning("model knows no json_object: switch it off", extra={"model": self.name, "setting": setting})
        wait = retry_after(after, self._clock())
        if wait is None and code in LONG_LIMITS:
            wait = LONG_S
        within = None if wait is None else min(wait, LONG_S)
        return error_of(kind, model=self.name, code=code, retry_after=within, status=status)

    def _broken(self) -> LlmError:
        error = error_of(Kind.NETWORK, model=self.name)
        error.billed = True
        return error


def _fault(body: bytes) -> _Fault:
    """Of an error's body: its `error`, be it an object or a string, or the body itself."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Fault(message=body.decode(errors="replace"))
    if isinstance(given, dict):
        given = given.get("error", given)
    if isinstance(given, str):
        return _Fault(message=given)
    try:
        return msgspec.convert(given, _Fault)
    except msgspec.ValidationError:
        return _Fault()


def _code(fault: _Fault) -> str:
    """The type where it says more than the code."""
    return fault.type if fault.type in CODES else "" if fault.code is None else str(fault.code)
