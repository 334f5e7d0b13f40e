"""Topics that only the assistant follows: what it said, the calls of models; how commands stand, for its limits."""

import logging
from collections import OrderedDict
from typing import Final

import msgspec
from aiokafka import ConsumerRecord

from processors.assistant.limits import Limits
from processors.assistant.talk import OPEN_MS
from processors.assistant.wanted import Draft, Open
from schemas.assistant import AssistantSaid
from schemas.codec import Codec, Rejected
from schemas.command_codecs import SAID
from schemas.commands import Standing
from schemas.outlets import LlmCall
from schemas.types import Millis
from streams.engine.command_tables import KnownStandings
from streams.engine.followed import Followed
from streams.engine.reader import Reader

log = logging.getLogger(__name__)

CALL: Codec[LlmCall] = Codec(LlmCall)
DRAFT: Codec[Draft] = Codec(Draft)

MOST_ANSWERED: Final = 5000
"""Lines that are known to be answered: what comes twice comes soon."""


class Conversation(Followed):
    """`assistant.said`: which lines were answered, and which question waits for each person's answer."""

    def __init__(self, reader: Reader) -> None:
        super().__init__(reader)
        self._answered: OrderedDict[str, None] = OrderedDict()
        self._open: dict[str, Open] = {}

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        said = SAID.decode(record.value)
        if isinstance(said, Rejected):
            log.warning("answer unreadable", extra={"offset": record.offset, "error": said.reason})
        else:
            self.take(said)

    def take(self, said: AssistantSaid) -> None:
        """What the assistant says, also before it stands on the topic."""
        if not said.of:
            return
        if said.of in self._answered:  # our own, read back: a later answer must not be undone by it
            return
        self._answered[said.of] = None
        while len(self._answered) > MOST_ANSWERED:
            self._answered.popitem(last=False)
        self._open.pop(said.to, None)
        draft = DRAFT.decode(said.draft.encode()) if said.question and said.draft else None
        if isinstance(draft, Draft):
            self._open[said.to] = Open(said.said_id, draft.about, draft.line, said.at)

    def answered(self, asked_id: str) -> bool:
        """Whether the line has its answer."""
        return asked_id in self._answered

    def waits(self, who: str, at: Millis) -> Open | None:
        """The question that waits for this person's answer."""
        found = self._open.get(who)
        return found if found is not None and at - found.at <= OPEN_MS else None


class KnownCalls(Followed):
    """`llm.calls`, for the limits of a client and day."""

    def __init__(self, reader: Reader, limits: Limits) -> None:
        super().__init__(reader)
        self._limits, self._next = limits, -1

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`. Followed anew after a fault, nothing counts twice."""
        if record.offset <= self._next:
            return
        self._next = record.offset
        call = CALL.decode(record.value)
        if not isinstance(call, Rejected):
            self._limits.take_call(call)


class LimitedStandings(KnownStandings):
    """`command.state`, whose proposals count for the limits, too."""

    def __init__(self, reader: Reader, limits: Limits) -> None:
        super().__init__(reader)
        self._limits = limits

    def put(self, record: ConsumerRecord) -> None:
        """As `Followed.put`."""
        super().put(record)
        standing = self.standings.get((record.key or b"").decode(errors="replace"))
        if isinstance(standing, Standing):
            self._limits.take_standing(standing)


def encoded(value: msgspec.Struct) -> bytes:
    """As it stands on a topic."""
    return msgspec.json.encode(value)
