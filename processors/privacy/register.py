"""What the register says of a person, and what that means for recording, transcription and models outside. Pure.

| state | when | recorded | written down | to a model outside |
|---|---|---|---|---|
| objected | he objected, or took his consent back | no | no | no |
| basis | a basis is noted and lasts | by its scope | by its scope | by its scope |
| notified | the room told him | yes | yes | yes |
| unknown | nobody knows | yes | yes | yes |

`unknown` is let through because the customer works with his clients under contracts and keeps no list of their people:
whoever is not to be treated so is noted. The dates of `transfer` and `llm.no_external` hold for everybody besides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from schemas.privacy import Consent
from schemas.types import LeadId

State = Literal["objected", "basis", "notified", "unknown"]


@dataclass(frozen=True, slots=True)
class Effect:
    """What may be done with a person's words."""

    record: bool
    transcript: bool
    llm_external: bool


ALL, NOTHING = Effect(True, True, True), Effect(False, False, False)


def state_of(consent: Consent | None, today: date, *, notified: bool) -> State:
    """`notified`: a room has told him that it records. A day that is to come does not count yet."""
    if consent is not None:
        if any(day and day <= today.isoformat() for day in (consent.objected_on, consent.withdrawn_on)):
            return "objected"
        begun = consent.given_on <= today.isoformat()
        if consent.basis and begun and (not consent.until or consent.until >= today.isoformat()):
            return "basis"
    return "notified" if notified else "unknown"


def effect_of(consent: Consent | None, today: date, *, notified: bool) -> Effect:
    """The table above."""
    match state_of(consent, today, notified=notified):
        case "objected":
            return NOTHING
        case "basis" if consent is not None:
            return Effect(*(scope in consent.scope for scope in ("record", "transcript", "llm_external")))
        case _:
            return ALL


class Register:
    """All persons, by id and by client. Changed only by `apply`, as its topic is followed."""

    def __init__(self) -> None:
        self._persons: dict[str, Consent] = {}

    def apply(self, person_id: str, consent: Consent | None) -> None:
        """A record of the topic; None forgets the person."""
        if consent is None:
            self._persons.pop(person_id, None)
        else:
            self._persons[person_id] = consent

    def find(self, person_id: str) -> Consent | None:
        """None where nobody has noted anything."""
        return self._persons.get(person_id)

    def of(self, lead: LeadId) -> list[Consent]:
        """The persons of a client, by name."""
        return sorted((one for one in self._persons.values() if lead in one.leads), key=_by_name)

    def all(self) -> list[Consent]:
        """Everybody, by name."""
        return sorted(self._persons.values(), key=_by_name)

    def closes_models(self, lead: LeadId, today: date) -> bool:
        """Whether somebody of the client has not agreed that words go to a model outside. Then none of the client's do:
        he is spoken of in others' words and in the minutes, too.
        """
        return any(not effect_of(one, today, notified=True).llm_external for one in self.of(lead))

    def closes_meeting(self, lead: LeadId, present: Iterable[str], today: date) -> bool:
        """Whether one of those in a meeting (names as the room shows them) may not be written down."""
        names = {folded(name) for name in present}
        silent = (one for one in self.of(lead) if not effect_of(one, today, notified=True).transcript)
        return any(names & {folded(name) for name in (one.name, *one.rooms)} for one in silent)


def folded(name: str) -> str:
    """A name as it is compared: case, ё and spaces are nothing."""
    return " ".join(name.casefold().replace("ё", "е").split())


def _by_name(consent: Consent) -> tuple[str, str]:
    return folded(consent.name), consent.person_id
