"""The day's chats, mails and calls of each client, handed to `minutes` at `minutes.chat_at`; missed days
are made up.

As in the reports a message belongs to the day in which the broker took it. Sent again after a crash, a day gets the
same summary id.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable

from processors.days import DAY_MS, local_time
from schemas.codec import MINUTES_REQUEST
from schemas.meetings import Utterance
from schemas.minutes import ChatDay, Conversation
from schemas.topics import MINUTES_REQUESTS
from schemas.types import LeadId, Millis
from streams.engine.clock import Clock
from streams.engine.kafka import Output
from streams.store.database import Database
from streams.store.jobs.daily import Daily, Progress
from streams.store.jobs.ticks import Send
from streams.store.sinks.tables import CHAT_DAYS, Rows

log = logging.getLogger(__name__)

MOST_MESSAGES = 5000
"""Of a client and day, the newest; a chat of a robot must not fill a record."""
STAFF, CLIENT = "Мы", "Клиент"
"""Who speaks where the message has no name."""

MAIL, CALL, NOTED = "mail", "call", "noted"
"""In place of a chat's number. Nobody knows who of the two says what in a call; its `noted` are the curator's words."""
LONGEST_MAIL = 4000
"""Characters: what stands below is what was written before."""
CHAT = f"""multiIf(kind = 'mail', '{MAIL}', kind = 'call_transcribed', '{CALL}', kind = 'call', '{NOTED}',
            JSONExtractString(payload, 'chat_id'))"""
MESSAGE = """multiIf(kind = 'mail', JSONExtractString(payload, 'mail_id'),
            kind IN ('call', 'call_transcribed'), JSONExtractString(payload, 'call_id'),
            JSONExtractString(payload, 'message_id'))"""
SIDE = "multiIf(kind = 'mail', if(action = 'in', 'client', 'staff'), kind = 'call', 'staff', action)"
TEXT = f"""if(kind = 'mail', substringUTF8(concat(JSONExtractString(payload, 'subject'), '\\n',
            JSONExtractString(payload, 'text')), 1, {LONGEST_MAIL}), JSONExtractString(payload, 'text'))"""

MESSAGES = f"""
SELECT lead_id, any(chat), argMin(at, stored), argMin(author, stored), argMin(side, stored), argMax(text, stored)
FROM
(
    SELECT lead_id, toUnixTimestamp64Milli(ts) AS at, {CHAT} AS chat, {MESSAGE} AS message,
        JSONExtractString(payload, 'author', 'name') AS author, {SIDE} AS side, {TEXT} AS text,
        bitNot(seniority) AS stored
    FROM events FINAL
    WHERE kind IN ('message', 'message_edited', 'mail', 'call', 'call_transcribed') AND NOT backfill
        AND ingested_at >= fromUnixTimestamp64Milli({{since:Int64}})
        AND ingested_at < fromUnixTimestamp64Milli({{until:Int64}})
        AND (lead_id, chat, message) NOT IN (
            SELECT lead_id, JSONExtractString(payload, 'chat_id'), JSONExtractString(payload, 'message_id')
            FROM events WHERE kind = 'message_deleted'
                AND ingested_at >= fromUnixTimestamp64Milli({{since:Int64}})
                AND ingested_at < fromUnixTimestamp64Milli({{until:Int64}})
        )
)
GROUP BY lead_id, chat, message
ORDER BY lead_id, argMin(at, stored) DESC, chat, message LIMIT {MOST_MESSAGES} BY lead_id"""

LAST = """
SELECT toUnixTimestamp64Milli(max(until)), (SELECT toUnixTimestamp64Milli(min(ingested_at)) FROM events)
FROM chat_days"""


class Chats:
    """Asks for summaries of chats."""

    def __init__(self, database: Database, lag: Progress, send: Send, at: str, clock: Clock) -> None:
        self._database, self._send, self._clock = database, send, clock
        self.daily = Daily("chats", database, lag, at, clock, LAST, self._ask)

    async def _ask(self, since: Millis, until: Millis) -> None:
        days = await self.days(since, until)
        await self._send(
            Output(MINUTES_REQUESTS.name, day.lead_id.encode(), MINUTES_REQUEST.encode(day)) for day in days
        )
        rows = Rows(CHAT_DAYS, [[until], [len(days)], [self._clock()]])
        await self._database.insert(rows, f"chats:{until}")
        log.info("summaries of chats asked for", extra={"leads": len(days)})

    async def again(self, days: Iterable[tuple[LeadId, Millis]]) -> None:
        """Ask once more for summaries (lead, `until`) whose messages have become fewer; of a day without any there is
        none. Raises `Transient`, `StatementFailed`."""
        leads: dict[Millis, set[LeadId]] = defaultdict(set)
        for lead, until in days:
            leads[until].add(lead)
        for until, of in leads.items():
            found = await self.days(until - DAY_MS, until)
            await self._send(
                Output(MINUTES_REQUESTS.name, day.lead_id.encode(), MINUTES_REQUEST.encode(day))
                for day in found
                if day.lead_id in of
            )

    async def days(self, since: Millis, until: Millis) -> list[ChatDay]:
        """The chats of every client who has any. Raises `Transient`, `StatementFailed`."""
        said: dict[LeadId, list[Utterance]] = defaultdict(list)
        client: dict[LeadId, dict[str, None]] = defaultdict(dict)
        rows = await self._database.read(MESSAGES, {"since": since, "until": until})
        for lead, chat, at, author, side, text in rows:
            if not text.strip():
                continue
            if chat == CALL:  # the last line first, as the rows are
                lines = [Utterance(max(0, at - since), max(0, at - since), one) for one in text.splitlines() if one]
                said[lead] += lines[::-1]
                continue
            name = author or (CLIENT if side == "client" else STAFF)
            if side == "client":
                client[lead][name] = None
            said[lead].append(Utterance(max(0, at - since), max(0, at - since), text.strip(), name))
        day = f"{local_time(until):%Y-%m-%d}"
        return [
            ChatDay(lead, day, since, until, _conversation(utterances[::-1], since, until, list(client[lead])))
            for lead, utterances in said.items()
        ]


def _conversation(said: list[Utterance], since: Millis, until: Millis, client: list[str]) -> Conversation:
    return Conversation(
        utterances=said,
        version=len(said),
        started_at=since,
        duration_ms=until - since,
        people=list(dict.fromkeys(utterance.speaker for utterance in said if utterance.speaker)),
        client=client,
    )
