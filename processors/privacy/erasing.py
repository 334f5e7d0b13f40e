"""The life of an erasure, and what it denies afterwards. Pure.

requested ──another person confirms──► confirmed ──begins──► running, step by step ──► ended
                                                             └ denied from here on, for ever
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from msgspec.structs import replace

from processors.days import local_time
from schemas.erasures import STEPS, Erasure, Hold, Step, StepDone
from schemas.errors import Refused
from schemas.topics import DAY_MS, FOREVER, TopicSpec
from schemas.types import LeadId, Millis

MARK: Final = b"leadpulse-erased-v1\0"
CLEANED_MS: Final = DAY_MS
"""Behind the end of a segment: the broker looks every few minutes, and cleans compacted topics one after another."""
WORDLESS: Final = frozenset({"llm.calls", "audit.access", "ops.probe", "web.logins", "bot.commands", "source.rounds"})
"""Topics without a client's words or names: digests, numbers, who of ours opened what."""


def digest(ref: str) -> str:
    """Of a name as `identities` keys it (`tg_chat:-100`), or `lead:ID`: it can be recognised, and not read."""
    return hashlib.sha256(MARK + ref.encode()).hexdigest()


def confirmed(erasure: Erasure, by: str, now: Millis) -> Erasure:
    """By somebody else than who asked. Raises `Refused`."""
    if erasure.confirmed_at:
        raise Refused("удаление уже подтверждено")
    if by.strip().casefold() == erasure.requested_by.strip().casefold():
        raise Refused("подтверждает другой человек, не тот, кто попросил удалить")
    return replace(erasure, confirmed_by=by, confirmed_at=now)


def begun(erasure: Erasure, by: str, now: Millis, refs: Iterable[str], paths: Iterable[str]) -> Erasure:
    """The first record of the work; one that has begun goes on as it is. Raises `Refused`."""
    if not erasure.confirmed_at:
        raise Refused("удаление ещё не подтвердил второй человек")
    if erasure.ended_at:
        raise Refused("удаление уже закончено")
    if erasure.started_at:
        return erasure
    names = sorted({f"lead:{erasure.lead_id}", *refs})
    return replace(
        erasure,
        executed_by=by,
        started_at=now,
        denied=[digest(name) for name in names],
        refs=names,
        paths=sorted(set(paths)),
    )


def left(erasure: Erasure) -> list[Step]:
    """Steps that are still to be done, in order."""
    over = {one.step for one in erasure.done}
    return [step for step in STEPS if step not in over]


def stepped(erasure: Erasure, step: Step, count: int, now: Millis) -> Erasure:
    """A step is over; behind the last one nothing is left in plain."""
    after = replace(erasure, done=[*erasure.done, StepDone(step, now, count)])
    return after if left(after) else replace(after, refs=[], paths=[], ended_at=now)


def is_standing(hold: Hold, today: date) -> bool:
    """Whether nobody may erase the client yet."""
    return not hold.ended_at and today.isoformat() <= hold.until


class Denied:
    """Whom erasures deny, and whom holds keep. Changed only by `apply` and `keep`, as the topic is followed."""

    def __init__(self) -> None:
        self.erasures: dict[str, Erasure] = {}
        self.holds: dict[LeadId, Hold] = {}
        self._since: dict[str, Millis] = {}

    def apply(self, erasure: Erasure) -> None:
        """A record of the topic. Nothing that was denied is ever allowed again."""
        self.erasures[erasure.erasure_id] = erasure
        for name in erasure.denied:
            self._since[name] = max(self._since.get(name, 0), erasure.started_at)

    def keep(self, hold: Hold) -> None:
        """A record of the topic."""
        self.holds[hold.lead_id] = hold

    def check_free(self, lead: LeadId, today: date) -> None:
        """Raises `Refused`, with who holds the client and why, while he is not to be erased."""
        hold = self.holds.get(lead)
        if hold and is_standing(hold, today):
            raise Refused(
                f"лид {lead} нельзя удалять по {date.fromisoformat(hold.until):%d.%m.%Y} включительно: {hold.reason} "
                f"({hold.by}); снять запрет — leadpulse hold end {lead}"
            )

    def lead(self, lead: LeadId) -> bool:
        """Whether the lead was erased: for ever. A client who comes back is a new lead."""
        return bool(self._since) and digest(f"lead:{lead}") in self._since

    def ref(self, ref: str, ts: Millis) -> bool:
        """Whether something of then under this name is of an erased client. What came after it is somebody's news."""
        return bool(self._since) and ts <= self._since.get(digest(ref), -1)


def ends(now: Millis, topics: Iterable[TopicSpec]) -> Sequence[tuple[str, date]]:
    """Those of `topics` in which words stand for a while yet, and the local day by which they are gone."""
    found = []
    for topic in topics:
        if topic.name in WORDLESS or (topic.cleanup == "delete" and topic.retention_ms == FOREVER):
            continue
        lasts = (0 if topic.cleanup == "compact" else topic.retention_ms) + topic.segment_ms + CLEANED_MS
        found.append((topic.name, local_time(now + lasts).date()))
    return found
