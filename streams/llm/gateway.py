"""`ModelGateway.ask`: a question to the models of a role, in order, until one gives a usable answer.

question ── no model may read this lead ──────────────────────────────► FORBIDDEN
   │ masked where the model is external, fenced, with the schema
   ▼
model ── RATE, OVERLOADED, NETWORK: again after a wait, `attempts` calls in all ─┐
   │  ── bad JSON, or not Russian: one more round ─ again ───────────────────────┤
   │  ── AUTH, BALANCE (then it rests), BUDGET, FILTERED, REFUSED ───────────────┴─► next model; after the last:
   │  ── TOO_LONG ─► at once to the caller, who cuts the material        the first passing fault, or the first one
   ▼
answer, names restored
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol

from processors.days import local_day
from processors.privacy.transfer import Notification, closed
from schemas.minutes import Barred
from streams.engine.retry import Attempts
from streams.llm.answers import Unusable, understood
from streams.llm.budget import Budget
from streams.llm.caller import AGAIN, THINKING_TOKENS, Ask, Audit, Caller, World
from streams.llm.endpoint import Endpoint, Reply
from streams.llm.faults import Kind, LlmError, LlmFault, LlmRefusal, error_of
from streams.llm.request import Answered, Request, T
from streams.llm.tokens import CHARS_A_TOKEN
from streams.llm.wording import REPAIR, RUSSIAN, SHORTER, Wording, worded
from streams.settings.llm import Llm, Role

log = logging.getLogger(__name__)

THOUGHTLESS: frozenset[Role] = frozenset({"tags", "summary"})
"""Short roles, whose models are told not to think: it costs more than the answer and makes it no better."""
RULES_TOKENS = 4096
"""Room for instructions and schema beside the material."""
_EPOCH = date(1970, 1, 1)


class Mask(Protocol):
    """Names and numbers to tokens and back (`processors.pseudonyms.Pseudonyms`)."""

    def mask(self, text: str) -> str: ...

    def restore(self, text: str) -> str: ...


class ModelGateway:
    """All models of the settings. One per process; close it at the end. `closes_models`: whether a person of the lead
    has not agreed that words go outside.

    `send_audit` gets an `LlmCall` of every call and returns when that is durable; it is waited for while it raises
    `Transient`. Feed `budget.add` with other workers' calls.
    """

    def __init__(
        self,
        settings: Llm,
        notification: Notification,
        closes_models: Callable[[str], bool],
        send_audit: Audit,
        *,
        world: World | None = None,
        pseudonyms: Callable[[Sequence[str]], Mask] | None = None,
    ) -> None:
        world = world or World()
        self.budget = Budget(settings.usd_per_day, world.clock)
        self._settings, self._notification, self._world = settings, notification, world
        self._closes_models = closes_models
        self._pseudonyms = pseudonyms or _pseudonyms
        self._callers = {
            name: Caller(Endpoint(name, model, settings.timeout, world.clock), self.budget, send_audit, world)
            for name, model in settings.models.items()
        }

    def usable(self, lead_id: str, role: Role) -> bool:
        """Whether a model is configured for the role and may read this lead's words."""
        return bool(self._allowed(lead_id, role))

    def barred(self, lead_id: str, role: Role) -> Barred:
        """Why no model of the role may read this lead's words; empty where one may, or none is configured."""
        bars = [self._bar(caller, lead_id) for caller in self._of(role)]
        return "" if "" in bars else next(iter(bars), "")

    def room(self, lead_id: str, role: Role, max_answer_tokens: int = 4096) -> int:
        """Characters of material that every model of the role can surely take at once; 0 without a model."""
        contexts = [caller.model.context_tokens for caller in self._allowed(lead_id, role)]
        thoughts = 0 if role in THOUGHTLESS else THINKING_TOKENS
        tokens = min(contexts, default=0) - max_answer_tokens - thoughts - RULES_TOKENS
        return max(0, int(tokens * CHARS_A_TOKEN))

    async def ask(self, request: Request[T]) -> T:
        """The answer, with names restored. Raises `LlmError`."""
        return (await self.answer(request)).value

    async def answer(self, request: Request[T]) -> Answered[T]:
        """As `ask`, and who answered. Raises `LlmFault` if any model may answer later, else `LlmRefusal`."""
        failures: list[LlmError] = []
        for caller in self._allowed(request.lead_id, request.role):
            try:
                return Answered(await self._usable_answer(caller, request), caller.name)
            except LlmError as error:
                if error.kind is Kind.TOO_LONG:
                    raise
                failures.append(error)
        if not failures:
            raise error_of(Kind.FORBIDDEN)
        raise _most_telling(failures)

    async def close(self) -> None:
        """Give all connections back."""
        await asyncio.gather(*(caller.close() for caller in self._callers.values()))

    def _allowed(self, lead_id: str, role: Role) -> list[Caller]:
        return [caller for caller in self._of(role) if not self._bar(caller, lead_id)]

    def _of(self, role: Role) -> list[Caller]:
        return [self._callers[name] for name in self._settings.roles.get(role) or self._callers]

    def _bar(self, caller: Caller, lead_id: str) -> Barred:
        """Why this model may not read this lead's words. One in the house may read all."""
        if not caller.model.external:
            return ""
        if lead_id in self._settings.no_external:
            return "client"
        if self._closes_models(lead_id):
            return "person"
        today = _EPOCH + timedelta(days=local_day(int(self._world.clock() * 1000)))
        return "transfer" if closed(caller.model.country, self._notification, today) else ""

    async def _usable_answer(self, caller: Caller, request: Request[T]) -> T:
        """One model's answer, in one round or two."""
        wording, restore = await asyncio.to_thread(self._worded, request, external=caller.model.external)
        source = f"{request.system}\n{request.material}"
        attempts = Attempts(replace(AGAIN, attempts=self._settings.attempts), self._world.retrying)
        reply = await self._reply(caller, request, wording, attempts, thinking=request.role not in THOUGHTLESS)
        try:
            return understood(reply.text, request.answer, source, restore)
        except Unusable as fault:
            second = _second_chance(wording, reply, fault)
        reply = await self._reply(caller, request, second, attempts, thinking=False)
        try:
            return understood(reply.text, request.answer, source, restore)
        except Unusable as fault:
            log.warning("model gave no usable answer", extra={"model": caller.name, "kind": str(fault.kind)})
            raise error_of(fault.kind, model=caller.name) from None

    def _worded(self, request: Request[T], *, external: bool) -> tuple[Wording, Callable[[str], str]]:
        """The words for a model, and the way back. In a thread: masking an hour's talk takes a while."""
        if not external:
            return worded(request, None), str
        pseudonyms = self._pseudonyms(request.names)
        return worded(request, pseudonyms.mask), pseudonyms.restore

    async def _reply(
        self, caller: Caller, request: Request[T], wording: Wording, attempts: Attempts, *, thinking: bool
    ) -> Reply:
        """A reply, asking again after passing faults as long as `attempts` of the whole question are left."""
        thinking = thinking and caller.model.thinking_switch
        ask = Ask(request.role, request.lead_id, wording, request.max_answer_tokens, thinking)
        while True:
            try:
                return await caller.reply(ask)
            except LlmFault as fault:
                await attempts.failed(fault)


def _second_chance(wording: Wording, reply: Reply, fault: Unusable) -> Wording:
    """Its own bad JSON shows a model what to mend; a cut answer or a Chinese one would only lead it on."""
    if reply.cut:
        return wording.again("", SHORTER)
    if fault.kind is Kind.LANGUAGE:
        return wording.again("", RUSSIAN)
    return wording.again(reply.text, REPAIR.format(fault=fault.fault))


def _most_telling(failures: Sequence[LlmError]) -> LlmError:
    """What passes soonest; else the fault of the model that is preferred. Its message tells of all of them."""
    message = "; ".join(str(failure) for failure in failures)
    passing = [failure for failure in failures if isinstance(failure, LlmFault)]
    if passing:
        soonest = min(passing, key=lambda fault: fault.retry_after or 0.0)
        return LlmFault(soonest.kind, message, soonest.retry_after, code=soonest.code, model=soonest.model)
    first = failures[0]
    return LlmRefusal(first.kind, message, code=first.code, model=first.model)


def _pseudonyms(names: Sequence[str]) -> Mask:
    from processors.pseudonyms import Pseudonyms

    return Pseudonyms(names)
