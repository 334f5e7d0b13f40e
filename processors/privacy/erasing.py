"""The life of an erasure, and what it denies afterwards. Pure.

requested ──another person confirms──► confirmed ──begins──► running, step by step ──► ended
                                                             └ denied from here on, for ever
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Final, Literal

from msgspec.structs import replace

from processors.commands.canon import read
from processors.days import local_time
from processors.privacy.parting import Part, known_by, marks, names_of
from schemas.codec import Rejected
from schemas.commands import CommandId
from schemas.commands import Standing as CommandStanding
from schemas.erasures import OF_PERSON, STEPS, Erasure, Hold, Standing, Step, StepDone, Unsaid
from schemas.errors import Refused
from schemas.privacy import Consent
from schemas.topics import DAY_MS, FOREVER, TopicSpec
from schemas.types import LeadId, Millis

MARK: Final = b"leadpulse-erased-v1\0"
LEAST_NAME: Final = 6
"""Characters: a shorter id stands in any figure."""
CLEANED_MS: Final = DAY_MS
"""Behind the end of a segment: the broker looks every few minutes, and cleans compacted topics one after another."""
WORDLESS: Final = frozenset(
    {"llm.calls", "audit.access", "ops.probe", "web.logins", "mcp.tokens", "bot.commands", "source.rounds"}
)
"""Topics without a client's words or names: digests, numbers, who of ours opened what."""


def digest(ref: str) -> str:
    """Of a name as `identities` keys it (`tg_chat:-100`), or `lead:ID`: it can be recognised, and not read."""
    return hashlib.sha256(MARK + ref.encode()).hexdigest()


def digest_of(lead: LeadId, mark: str) -> str:
    """Of a mark of one of a client's people (`processors.privacy.parting`)."""
    return digest(f"who/{lead}/{mark}")


def digest_of_command(command_id: CommandId) -> str:
    """Of a command that named or quoted him, as it was found when his erasure began."""
    return digest(f"command/{command_id}")


def said_in(standing: CommandStanding) -> str:
    """All words of a command, as it was signed and as it stands, a line each."""
    command, stands = read(standing.body), [standing.title, standing.why, standing.what]
    if isinstance(command, Rejected):
        return "\n".join([standing.body, *stands])
    trigger = command.trigger
    return "\n".join([*map(str, command.params.values()), trigger.words, trigger.who, command.why, *stands])


def digests(lead: LeadId, person: Consent) -> list[str]:
    """All by which one of the client's people is known."""
    return [digest_of(lead, mark) for mark in marks(person)]


def part_of(lead: LeadId, known: Iterable[str]) -> Part:
    """Who is known by these digests."""
    return Part(lead, known_by(frozenset(known), partial(digest_of, lead)))


def confirmed(erasure: Erasure, by: str, now: Millis) -> Erasure:
    """By somebody else than who asked. Raises `Refused`."""
    if erasure.confirmed_at:
        raise Refused("удаление уже подтверждено")
    if by.strip().casefold() == erasure.requested_by.strip().casefold():
        raise Refused("подтверждает другой человек, не тот, кто попросил удалить")
    return replace(erasure, confirmed_by=by, confirmed_at=now)


def begun(
    erasure: Erasure,
    by: str,
    now: Millis,
    refs: Iterable[str] = (),
    paths: Iterable[str] = (),
    standing: Standing | None = None,
) -> Erasure:
    """The first record of the work; one that has begun goes on as it is. `standing`: of one person.

    Raises `Refused`.
    """
    if not erasure.confirmed_at:
        raise Refused("удаление ещё не подтвердил второй человек")
    if erasure.ended_at:
        raise Refused("удаление уже закончено")
    if erasure.started_at:
        return erasure
    person = standing and standing.person
    names = names_of(person) if person else sorted({f"lead:{erasure.lead_id}", *refs})
    denied = [*map(digest, names), *(digests(erasure.lead_id, person) if person else ())]
    denied += map(digest_of_command, standing.commands if standing else ())
    return replace(
        erasure,
        executed_by=by,
        started_at=now,
        denied=denied,
        refs=names,
        paths=sorted(set(paths)),
        standing=standing,
    )


def left(erasure: Erasure) -> list[Step]:
    """Steps that are still to be done, in order."""
    over = {one.step for one in erasure.done}
    return [step for step in (OF_PERSON if erasure.person else STEPS) if step not in over]


def stepped(erasure: Erasure, step: Step, count: int, now: Millis, by_hand: Sequence[str] = ()) -> Erasure:
    """A step is over; behind the last one nothing is left in plain."""
    after = replace(erasure, done=[*erasure.done, StepDone(step, now, count, list(by_hand))])
    return after if left(after) else replace(after, refs=[], paths=[], standing=None, ended_at=now)


def is_standing(hold: Hold, today: date) -> bool:
    """Whether nobody may erase the client yet."""
    return not hold.ended_at and today.isoformat() <= hold.until


def told_by(refs: Iterable[str]) -> list[str]:
    """What stands in raw records and messages of such names: ids and numbers, nothing short."""
    found = (ref.partition(":")[2] for ref in refs if not ref.startswith("lead:"))
    return sorted({value for value in found if len(value) >= LEAST_NAME})


class Denied:
    """Whom erasures deny, and whom holds keep. Changed only by `apply` and `keep`, as the topic is followed."""

    def __init__(self) -> None:
        self.erasures: dict[str, Erasure] = {}
        self.holds: dict[LeadId, Hold] = {}
        self._since: dict[str, Millis] = {}
        self._of_people: dict[LeadId, frozenset[str]] = {}
        self._parts: dict[LeadId, Part] = {}
        self._parted: dict[LeadId, Millis] = {}

    def apply(self, erasure: Erasure) -> None:
        """A record of the topic. Nothing that was denied is ever allowed again."""
        self.erasures[erasure.erasure_id] = erasure
        if erasure.person and erasure.denied:
            mine = self._of_people.get(erasure.lead_id, frozenset()) | frozenset(erasure.denied)
            self._of_people[erasure.lead_id] = mine
            self._parts[erasure.lead_id] = part_of(erasure.lead_id, mine)
            self._parted[erasure.lead_id] = max(self._parted.get(erasure.lead_id, 0), erasure.started_at)
        for name in erasure.denied:
            self._since[name] = max(self._since.get(name, 0), erasure.started_at)

    def keep(self, hold: Hold) -> None:
        """A record of the topic."""
        self.holds[hold.lead_id] = hold

    def unsay(self, one: Unsaid) -> None:
        """A record of the topic."""
        self._since[digest_of_command(one.command_id)] = one.at

    def unsaid(self, command_id: CommandId) -> bool:
        """Whether a command is denied by its id."""
        return bool(self._since) and digest_of_command(command_id) in self._since

    def requested(
        self,
        erasure_id: str,
        lead: LeadId,
        person: str,
        reason: str,
        by: str,
        now: Millis,
        meetings: Literal["delete", "keep"] = "delete",
    ) -> Erasure:
        """A new one. Raises `Refused`."""
        if not reason.strip():
            raise Refused("назовите причину")
        if any(one.lead_id == lead and one.started_at and not one.person for one in self.erasures.values()):
            raise Refused("клиента уже удаляют или удалили")
        for one in self.erasures.values():
            if one.lead_id == lead and one.person == person and not one.ended_at:
                raise Refused(f"такая заявка уже есть: {one.erasure_id}")
        return Erasure(
            erasure_id=erasure_id,
            lead_id=lead,
            person=person,
            meetings=meetings,
            reason=reason.strip()[:500],
            requested_by=by,
            requested_at=now,
        )

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

    def part(self, lead: LeadId | None) -> Part | None:
        """Those of a client's people who were erased; None where nobody was."""
        return self._parts.get(lead) if lead else None

    def parts(self) -> Iterable[Part]:
        """All people of clients who were erased, by client."""
        return self._parts.values()

    def knows(self, ref: str) -> bool:
        """Whether it is a name of an erased client, whenever it comes."""
        return digest(ref) in self._since

    def command(self, standing: CommandStanding) -> bool:
        """Whether nothing is said or done of a command any more: its client was erased, or one of his people, whom it
        named or quoted then, or it is `unsaid`. What is proposed later is a word of people's own."""
        command = read(standing.body)
        if isinstance(command, Rejected):
            return False
        if self.lead(command.lead_id) or self.unsaid(command.command_id):
            return True
        part = self._parts.get(command.lead_id)
        return (
            part is not None and command.proposed_at <= self._parted[command.lead_id] and part.says(said_in(standing))
        )

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
