"""One model with all that stands around a call: turn, rest, budget, audit, metrics."""

import asyncio
import hashlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

import msgspec

from schemas.outlets import LlmCall
from streams.engine import metrics, retry
from streams.engine.retry import Policy
from streams.llm.budget import Budget
from streams.llm.endpoint import Endpoint, Reply
from streams.llm.faults import LASTING, LONG_S, Kind, LlmError, LlmFault, error_of
from streams.llm.tokens import cost_usd, estimate
from streams.llm.wording import Wording
from streams.settings.llm import Role

log = logging.getLogger(__name__)

BEGUN = "begun"
"""`LlmCall.outcome` of the record that is durable before words go to an external model; it costs nothing yet."""
REST_S = 600.0
"""A model without key or money is not asked for so long."""
PATIENT_S = 30.0
"""Longest wait for a model within one question; one that wants more rests, and the next one is asked."""
AGAIN = Policy(first=1.0, longest=PATIENT_S, jitter=1.0, patience=PATIENT_S)
"""Between calls of a model that failed in passing."""
THINKING_TOKENS = 8192
"""Room for thoughts beside the answer: they count as written."""

Audit = Callable[[LlmCall], Awaitable[None]]
"""Returns when the record is durable. Raises `Transient` where it could not be sent."""


@dataclass(frozen=True, slots=True)
class World:
    """What is outside: time, chance, waiting. `clock` in seconds since 1970, `timer` in seconds, monotonic."""

    clock: Callable[[], float] = time.time
    timer: Callable[[], float] = time.monotonic
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    dice: Random = field(default_factory=Random)

    @property
    def retrying(self) -> retry.World:
        """The part of it that trying again needs."""
        return retry.World(self.timer, self.pause, self.dice)


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: `thinking` may cost `THINKING_TOKENS` more than the answer's `max_tokens`."""

    role: Role
    lead_id: str
    wording: Wording
    max_tokens: int
    thinking: bool

    @property
    def written(self) -> int:
        """Most tokens that the model may write."""
        return self.max_tokens + (THINKING_TOKENS if self.thinking else 0)


class Caller:
    """Calls of one model by all roles of this process."""

    def __init__(self, endpoint: Endpoint, budget: Budget, send_audit: Audit, world: World) -> None:
        self.name = endpoint.name
        self.model = endpoint.model
        self._endpoint, self._budget, self._send_audit, self._world = endpoint, budget, send_audit, world
        self._turns = asyncio.Semaphore(endpoint.model.max_parallel)
        self._rests: tuple[float, LlmError] | None = None

    async def reply(self, ask: Ask) -> Reply:
        """One call. Raises `LlmError`; without a call where the model rests, the budget is spent, or the words are
        too many for it."""
        read = estimate(ask.wording.text())
        if read + ask.written > self.model.context_tokens:
            raise error_of(Kind.TOO_LONG, model=self.name)
        async with self._turns:
            self._raise_resting()
            with self._budget.reserved(ask.role, self._cost(read, ask.written), self.name):
                return await self._audited(ask, read)

    async def close(self) -> None:
        """Give the connections back."""
        await self._endpoint.close()

    async def _audited(self, ask: Ask, read: int) -> Reply:
        call = LlmCall(
            call_id=uuid.uuid4().hex,
            ts=int(self._world.clock() * 1000),
            role=ask.role,
            model=self.name,
            outcome=BEGUN,
            prompt_sha256=_sha256(ask.wording.text()),
            lead_id=ask.lead_id,
            external=self.model.external,
        )
        if self.model.external:
            await self._recorded(call)
        began = self._world.timer()
        try:
            reply = await self._endpoint.reply(ask.wording.messages, ask.written, thinking=ask.thinking)
        except LlmError as error:
            self._failed(error)
            tokens = (read, 0) if error.billed else (0, 0)
            await self._done(call, error.kind, "", tokens, began)
            raise
        tokens = reply.prompt_tokens or read, reply.answer_tokens or estimate(reply.text)
        await self._done(call, "ok", reply.text, tokens, began)
        return reply

    async def _done(self, begun: LlmCall, outcome: str, answer: str, tokens: tuple[int, int], began: float) -> None:
        call = msgspec.structs.replace(
            begun,
            outcome=str(outcome),
            answer_sha256=_sha256(answer) if answer else "",
            prompt_tokens=tokens[0],
            answer_tokens=tokens[1],
            cost_usd=self._cost(*tokens),
            seconds=round(self._world.timer() - began, 3),
        )
        metrics.LLM_CALLS.labels(call.role, self.name, call.outcome).inc()
        metrics.LLM_TOKENS.labels(self.name, "in").inc(tokens[0])
        metrics.LLM_TOKENS.labels(self.name, "out").inc(tokens[1])
        metrics.LLM_COST.labels(call.role, self.name).inc(call.cost_usd)
        metrics.LLM_SECONDS.labels(self.name).observe(call.seconds)
        self._budget.add(call)
        await self._recorded(call)

    async def _recorded(self, call: LlmCall) -> None:
        """Return when the record is durable. While it cannot be, the answer waits here: without Kafka its caller could
        not send it anywhere either, and asking again would cost again."""

        def told(_fault: Exception) -> None:
            log.warning("audit of a model's call waits", extra={"model": self.name, "call": call.call_id})

        await retry.retry(Policy(), lambda: self._send_audit(call), told=told, world=self._world.retrying)

    def _failed(self, error: LlmError) -> None:
        wait = error.retry_after if isinstance(error, LlmFault) else None
        log.warning(
            "model did not answer",
            extra={"model": self.name, "kind": str(error.kind), "code": error.code, "retry_after": wait},
        )
        if error.kind in LASTING:
            self._rests = self._world.timer() + REST_S, error
        elif wait is not None and wait > PATIENT_S:
            self._rests = self._world.timer() + min(wait, LONG_S), error

    def _raise_resting(self) -> None:
        if self._rests is None:
            return
        until, error = self._rests
        left = until - self._world.timer()
        if left <= 0:
            self._rests = None
            return
        raise error_of(error.kind, model=self.name, code=error.code, retry_after=left)

    def _cost(self, read: int, written: int) -> float:
        return cost_usd(read, written, self.model.usd_in, self.model.usd_out)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
