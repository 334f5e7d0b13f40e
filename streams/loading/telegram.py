"""An export of Telegram Desktop as records of `source.telegram`, and what it comes to; the same each time."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from processors.telegram_export import (
    Brought,
    ExportedChat,
    Faulty,
    Numbering,
    Passed,
    is_number,
    seconds,
    updates_of,
)
from schemas.codec import Codec
from schemas.sources import Inbound
from schemas.topics import TELEGRAM
from schemas.types import Millis
from streams.engine.kafka import Output
from streams.loading.exports import Export, Exported, Head
from streams.loading.reading import Fault

SOURCE = "export"
"""Name of the entrance: events of it are `telegram:export`."""
MOST_KEPT = 10_000
"""Faults that are kept; the rest is counted."""
MOST_GAPS = 20
"""The longest gaps of a chat that are kept; the rest is counted."""

_INBOUND: Codec[Inbound] = Codec(Inbound)
_ENCODE = msgspec.json.Encoder().encode

Choose = Callable[[Head], ExportedChat | None]
"""Which chat of the file a head is; None where it is not taken."""


class Gap(msgspec.Struct, frozen=True, order=True):
    """`missing` ids of a supergroup from `first` on are not in the file; between two messages of these times (ms UTC).
    Deleted messages look the same: Telegram says nothing of them.
    """

    missing: int
    first: int
    since: Millis
    until: Millis


class ChatFigures(msgspec.Struct):
    """What of a chat is kept: messages and edits, from when until when (ms UTC); ids that the file does not have."""

    id: int
    type: str
    title: str
    messages: int = 0
    edits: int = 0
    since: Millis = 1 << 62
    until: Millis = 0
    missing: int = 0
    gaps: list[Gap] = []
    last: tuple[int, Millis] = (0, 0)

    def met(self, id_: int, ts: Millis) -> None:
        """A message of a supergroup, also one that nobody wrote: its id is used up."""
        before, at = self.last
        self.last = id_, ts
        if before and id_ > before + 1:
            gap = Gap(id_ - before - 1, before + 1, at, ts)
            self.missing += gap.missing
            (heapq.heappush if len(self.gaps) < MOST_GAPS else heapq.heappushpop)(self.gaps, gap)


class ExportSurvey(msgspec.Struct):
    """What a file comes to: records to be sent; chats by id; what is passed over, by why; chats that are not taken, by
    type; faults and how many; the first messages.
    """

    records: int = 0
    chats: dict[int, ChatFigures] = {}
    passed: Counter[str] = msgspec.field(default_factory=Counter)
    others: dict[str, set[int]] = {}
    bad: int = 0
    faults: list[Fault] = []
    first: list[dict[str, Any]] = []


class Reading(msgspec.Struct, frozen=True):
    """All that decides what becomes of a file: `now` (ms UTC) is when its first import began."""

    choose: Choose
    brought: Brought
    bots: frozenset[int]
    now: Millis


Watch = Callable[[Export], Iterator[tuple[int, Exported]]]
"""Gives the messages, and lets a person see how far they have come."""


def unwatched(export: Export) -> Iterator[tuple[int, Exported]]:
    """The messages; nobody looks on."""
    return export.read()


def records(
    export: Export, reading: Reading, found: ExportSurvey, shown: int = 0, watch: Watch = unwatched
) -> Iterator[Output]:
    """The records of a file in its order; what it comes to is counted in `found`. Raises `ConfigError`."""
    numbering = Numbering(reading.brought)
    head: Head | None = None
    chat: ExportedChat | None = None
    for place, (of, message) in watch(export):
        if of is not head:
            head, chat = of, reading.choose(of)
        if chat is None:
            found.others.setdefault(str(of.type), set()).add(of.id if isinstance(of.id, int) else 0)
            continue
        figures = found.chats.setdefault(chat.id, ChatFigures(chat.id, chat.type, chat.title))
        made = updates_of(chat, message, numbering, reading.bots, reading.now)
        _count_gap(figures, message)
        match made:
            case Passed():
                found.passed[made.why] += 1
            case Faulty():
                found.bad += 1
                if len(found.faults) < MOST_KEPT:
                    found.faults.append(Fault(place + 1, f"чат «{chat.title}»: {made.words}"))
            case _:
                _count(figures, message, len(made))
                if len(found.first) < shown:
                    found.first.append(made[0])
                for update in made:
                    found.records += 1
                    yield _record(chat, update)


def survey(export: Export, reading: Reading, shown: int, watch: Watch = unwatched) -> ExportSurvey:
    """Read a file through. `shown`: how many of its first messages are kept. Raises `ConfigError`."""
    found = ExportSurvey()
    for _ in records(export, reading, found, shown, watch):
        pass
    return found


def _count(figures: ChatFigures, message: Mapping[str, Any], records_: int) -> None:
    ts = int(message["date_unixtime"]) * 1000
    figures.messages += 1
    figures.edits += records_ - 1
    figures.since, figures.until = min(figures.since, ts), max(figures.until, ts)


def _count_gap(figures: ChatFigures, message: Mapping[str, Any]) -> None:
    id_, second = message.get("id"), seconds(message.get("date_unixtime"))
    if figures.type == "supergroup" and is_number(id_) and id_ > 0:
        figures.met(id_, figures.last[1] if second is None else second * 1000)


def _record(chat: ExportedChat, update: dict[str, Any]) -> Output:
    payload = msgspec.Raw(_ENCODE(update))
    return Output(TELEGRAM.name, str(chat.id).encode(), _INBOUND.encode(Inbound(SOURCE, payload, history=True)))
