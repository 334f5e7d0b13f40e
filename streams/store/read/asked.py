"""Questions that were asked about a client: kept with their answers, told again, judged by people."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from processors.answers.question import asked as checked
from schemas.answers import Answered, Question, Verdict
from schemas.codec import Codec, event_id
from schemas.errors import Refused
from schemas.topics import QUESTIONS
from schemas.types import EventId, LeadId
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.ticks import Send

OF_CLIENT = """
SELECT body FROM questions FINAL WHERE lead_id IN {leads:Array(String)}
ORDER BY ts DESC, question_id LIMIT {limit:UInt32}"""

ONE = """
SELECT body FROM questions FINAL WHERE lead_id IN {leads:Array(String)} AND question_id = {question:UInt64}"""

_QUESTION: Codec[Question] = Codec(Question)
_BODY = msgspec.json.Decoder(Question)


class Judged(msgspec.Struct, frozen=True):
    """A person's word on an answer; an empty one takes the former back."""

    verdict: Verdict


class Desk(NamedTuple):
    """Where questions go and come from."""

    database: Database
    send: Send
    clock: Clock


async def keep(desk: Desk, lead: LeadId, given: Answered, user: str) -> Question:
    """Put a question with its answer on `questions`; of its sources only those that claims name. Raises `Refused`,
    `Transient`."""
    text, now = checked(given.text, lead), desk.clock()
    named = {number for claim in given.claims for number in claim.sources}
    question = Question(
        question_id=event_id("question", lead, user, now, text),
        lead_id=lead,
        at=now,
        user=user,
        text=text,
        claims=given.claims,
        sources=[source for source in given.sources if source.number in named],
        done=given.done,
    )
    await _send(desk, question)
    return question


async def of_client(database: Database, leads: Sequence[LeadId], limit: int) -> list[Question]:
    """What was asked about a client under any of his numbers, the newest first. Raises `Transient`,
    `StatementFailed`."""
    return [_BODY.decode(body) for (body,) in await database.read(OF_CLIENT, {"leads": leads, "limit": limit})]


async def judge(desk: Desk, leads: Sequence[LeadId], question: EventId, said: Judged, user: str) -> Question:
    """A person's verdict on an answer about the client with these numbers; it stays under the number under which it was
    asked, or the record would have two. Raises `Refused` where there is no such question,
    `Transient`."""
    rows = await desk.database.read(ONE, {"leads": leads, "question": int(question, 16)})
    if not rows:
        raise Refused("there is no such question about this client (one that was just asked takes some seconds)")
    judged = msgspec.structs.replace(_BODY.decode(rows[0][0]), verdict=said.verdict, judge=user, judged_at=desk.clock())
    await _send(desk, judged)
    return judged


async def _send(desk: Desk, question: Question) -> None:
    await desk.send([Output(QUESTIONS.name, question.lead_id.encode(), _QUESTION.encode(question))])
