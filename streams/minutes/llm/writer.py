"""Minutes by a model: one question, or one for each part of what is too long, then one for the whole.

Whatever an answer says, only what `processors.minutes.quotes` finds in the conversation is kept of it.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from msgspec.structs import replace

from processors.days import local_day
from processors.minutes import extract, unheard, verified, without_orders
from schemas.minutes import UNKNOWN, ChatDay, Conversation, Minutes
from schemas.types import LeadId
from streams.llm.faults import Kind as Fault
from streams.llm.faults import LlmError
from streams.llm.request import Answered, Request, T
from streams.minutes.llm.parts import Stretch, cut, lines, material, merged, middle
from streams.minutes.llm.prompts import MERGE, Draft, Gist, Kind, minutes_of, system
from streams.settings.llm import Role

log = logging.getLogger(__name__)

ANSWER_TOKENS = 6000
"""Some sixty items with their quotes."""
GIST_TOKENS = 1000
LEAST_ROOM = 4000
"""Characters: a smaller context than this needs is asked all the same; then TOO_LONG says what it takes."""
LEAST_PART = 400
"""Characters of a part that is halved no more."""
_EPOCH = date(1970, 1, 1)


class Models(Protocol):
    """What is needed of a `ModelGateway`."""

    def usable(self, lead_id: str, role: Role) -> bool: ...

    def room(self, lead_id: str, role: Role, max_answer_tokens: int = ...) -> int: ...

    async def answer(self, request: Request[T]) -> Answered[T]: ...


@dataclass(frozen=True, slots=True)
class _Task:
    """Whose minutes are written, of what."""

    kind: Kind
    conversation: Conversation
    lead_id: LeadId
    names: tuple[str, ...]
    said_on: date | None


class Writer:
    """Asks models for minutes. `engine` of what it writes is our name of the model that wrote the summary."""

    def __init__(self, gateway: Models) -> None:
        self._gateway = gateway

    async def minutes(self, conversation: Conversation, lead_id: LeadId, names: Iterable[str] = ()) -> Minutes:
        """Minutes of a meeting. `names` are hidden from external models beside the people in it. Raises `LlmError`."""
        started_at = conversation.started_at
        said_on = None if started_at is None else _EPOCH + timedelta(days=local_day(started_at))
        return await self._write(_Task("meeting", conversation, lead_id, _names(conversation, names), said_on))

    async def chat(self, day: ChatDay, names: Iterable[str] = ()) -> Minutes:
        """The summary of a client's chats of a day. Raises `LlmError`."""
        said_on = date.fromisoformat(day.day)
        return await self._write(_Task("chat", day.conversation, day.lead_id, _names(day.conversation, names), said_on))

    async def _write(self, task: _Task) -> Minutes:
        """Where no sentence of the model's summary stands, the rules say in a few what it was about."""
        if not any(utterance.text.strip() for utterance in task.conversation.utterances):
            return unheard(task.conversation)
        minutes = await self._asked(task)
        if minutes.summary != UNKNOWN:
            return minutes
        return replace(minutes, summary=await asyncio.to_thread(_summary, task.conversation))

    async def _asked(self, task: _Task) -> Minutes:
        room = max(self._gateway.room(task.lead_id, "minutes", ANSWER_TOKENS), LEAST_ROOM)
        whole = lines(task.conversation, room)
        if len(material(whole)) <= room:
            try:
                return await self._part(task, "minutes", whole)
            except LlmError as error:
                if error.kind is not Fault.TOO_LONG or len(material(whole)) < LEAST_PART:
                    raise
        return await self._in_parts(task)

    async def _in_parts(self, task: _Task) -> Minutes:
        """Map and reduce: minutes of each part by the cheaper role, one summary of theirs by the better one."""
        role: Role = "summary" if self._gateway.usable(task.lead_id, "summary") else "minutes"
        room = max(self._gateway.room(task.lead_id, role, ANSWER_TOKENS), LEAST_ROOM)
        whole = lines(task.conversation, min(room, LEAST_ROOM))
        planned = cut(whole, min(room, -(-len(material(whole)) // 2) + LEAST_PART))
        log.info("conversation cut", extra={"lead": task.lead_id, "parts": len(planned)})
        written = [
            minutes
            for number, part in enumerate(planned, 1)
            for minutes in await self._halving(task, role, part, number, len(planned))
        ]
        return await self._whole(task, written)

    async def _halving(
        self, task: _Task, role: Role, part: Sequence[Stretch], number: int, parts: int
    ) -> list[Minutes]:
        """Minutes of a part; in two, and so on, where it is still too long."""
        try:
            return [await self._part(task, role, part, number, parts)]
        except LlmError as error:
            if error.kind is not Fault.TOO_LONG or len(part) < 2 or len(material(part)) < LEAST_PART:
                raise
        at = middle(part)
        first = await self._halving(task, role, part[:at], number, parts)
        return [*first, *await self._halving(task, role, part[at:], number, parts)]

    async def _part(self, task: _Task, role: Role, part: Sequence[Stretch], number: int = 1, parts: int = 1) -> Minutes:
        words = system(task.kind, task.said_on, number, parts)
        request = Request(role, words, material(part), Draft, task.names, task.lead_id, ANSWER_TOKENS)
        answered = await self._gateway.answer(request)
        return await _checked(minutes_of(answered.value, answered.model, task.conversation), task)

    async def _whole(self, task: _Task, written: Sequence[Minutes]) -> Minutes:
        summaries = "\n".join(f"[{number}] {minutes.summary}" for number, minutes in enumerate(written, 1))
        request = Request("minutes", MERGE, summaries, Gist, task.names, task.lead_id, GIST_TOKENS)
        try:
            answered = await self._gateway.answer(request)
        except LlmError as error:  # the parts are paid for, and good: better their summaries in a row than none
            log.warning("parts without a summary of the whole", extra={"lead": task.lead_id, "error": str(error)})
            return await _checked(merged(written, " ".join(minutes.summary for minutes in written)), task)
        whole = merged(written, answered.value.summary, answered.value.tone)
        return await _checked(replace(whole, engine=answered.model), task)


def _summary(conversation: Conversation) -> str:
    """By rules, of what was said to people: a rule quotes an order as gladly as a promise."""
    said = [replace(utterance, text=without_orders(utterance.text)) for utterance in conversation.utterances]
    return extract(replace(conversation, utterances=said)).summary


async def _checked(minutes: Minutes, task: _Task) -> Minutes:
    """In a thread: an hour's talk takes a while."""
    conversation = task.conversation
    return await asyncio.to_thread(verified, minutes, conversation.utterances, conversation.people, task.said_on)


def _names(conversation: Conversation, names: Iterable[str]) -> tuple[str, ...]:
    speakers = (utterance.speaker for utterance in conversation.utterances if utterance.speaker)
    return tuple(dict.fromkeys([*names, *conversation.people, *conversation.client, *speakers]))
