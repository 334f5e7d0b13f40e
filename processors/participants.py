"""Who in a client's meeting is who. A display name is what somebody typed, so only what is sure counts. Pure.

said by a person   `processors.answered`: it goes before all else, both ways
ours, surely       a name that an operator lists (`jitsi.our_people`), as it is; surname and first name of one of the
                   portal's users or of the curators (`processors.candidates`)
else               the client's: a false alarm costs a look, a client who leaves unheard costs the client
"""

from collections.abc import Iterable

import msgspec

from processors.candidates import Candidate, Certainty, Match, Reason, joined, match
from processors.curators import same
from processors.identity import Identities
from schemas.sources import Identity
from schemas.types import LeadId, Millis


class Participant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A name in a meeting, and whom it means: by a person's `answer`, else as `processors.candidates.match` says.
    `ours`: his words ring nobody."""

    name: str
    certainty: Certainty
    reason: Reason
    candidates: list[Candidate] = []
    ours: bool = False
    answer: Identity | None = None


class Asked(msgspec.Struct, frozen=True):
    """A name in a client's meeting of whom nobody is sure: the latest meeting with it."""

    lead_id: LeadId
    recording_id: str
    ts: Millis
    participant: Participant


class InRoom:
    """Names in the meetings of one client. `listed`: names of ours by an operator; `company`: what the client is
    called."""

    def __init__(self, lead: LeadId, known: Identities, listed: Iterable[str] = (), company: str = "") -> None:
        self._lead, self._known, self._company = lead, known, company
        self._listed = {words for name in listed if (words := _words(name))}
        self._staff = staff_of(known)

    def is_ours(self, name: str) -> bool:
        """Whether who is called so is surely one of our people. Two tracks of one name are numbered: `Олег Ким (2)`."""
        if (answer := self._known.participant(self._lead, name)) is not None:
            return answer.side == "staff" and not answer.refused
        return self._is_listed(name) or match(name, self._staff, self._company).certainty == "sure"

    def _is_listed(self, name: str) -> bool:
        words = _words(name)
        return words in self._listed or (words[:-1] in self._listed and words[-1][:1] == "(")

    def is_theirs(self, name: str) -> bool:
        """Whether a person said that he is none of ours."""
        answer = self._known.participant(self._lead, name)
        return answer is not None and (answer.refused or answer.side == "client")

    def called(self, name: str) -> str:
        """What to call him: as a person said, else as he calls himself."""
        answer = self._known.participant(self._lead, name)
        return answer.name if answer is not None and not answer.refused else name

    def told(self, name: str, contacts: Iterable[Candidate]) -> Participant:
        """Whom the name means, of our people and the client's `contacts`."""
        answer = self._known.participant(self._lead, name)
        listed = Match("sure", "whole")
        found = listed if self._is_listed(name) else match(name, joined([*self._staff, *contacts]), self._company)
        candidates = [] if answer is not None else list(found.candidates)
        return Participant(name, found.certainty, found.reason, candidates, self.is_ours(name), answer)


def staff_of(known: Identities) -> list[Candidate]:
    """Our people, each once."""
    return joined(Candidate(key, name, "staff") for key, name in known.staff.names.items())


def _words(name: str) -> tuple[str, ...]:
    words = same(name).split()
    return (*sorted(word for word in words if word[0] != "("), *(word for word in words if word[0] == "("))
