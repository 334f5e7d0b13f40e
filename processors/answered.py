"""Who bears a name in a client's meetings, as a person said: his answer holds for that client, until it is taken back.
Pure.

An answer is a record on `identities` (kind `participant`), as links are: who is meant, or that it is none of those who
were asked about (`refused`). A tombstone takes it back, and the name is what it was before.
"""

from collections.abc import Set
from typing import Final

from processors.contact import link_key
from schemas.sources import ClientRef, Identity
from schemas.types import LeadId

PARTICIPANT: Final = "participant"
LONGEST: Final = 200
"""Characters of a name."""


def participant(lead: LeadId, name: str) -> ClientRef:
    """How `identities` calls a name in the meetings of a client."""
    return ClientRef(PARTICIPANT, f"{lead}/{' '.join(name.split())[:LONGEST]}")


class Answered:
    """A part of `processors.identity.Identities`: changes as the topic is followed."""

    def __init__(self) -> None:
        self._told: dict[str, Identity] = {}
        self._leads: set[LeadId] = set()

    def apply(self, client: ClientRef, identity: Identity | None) -> bool:
        """Take a record of the topic; False where it is about no participant."""
        if client.kind != PARTICIPANT:
            return False
        self._told.pop(key := link_key(client), None)  # who says it last stands last
        if identity is not None and (identity.refused or (identity.name and identity.side)):
            self._told[key] = identity
            self._leads.add(name_in(identity)[0])
        return True

    def find(self, lead: LeadId, name: str) -> Identity | None:
        """What was said of a name; None where nothing was. `refused`: nobody of those who were asked about."""
        return self._told.get(link_key(participant(lead, name)))

    def leads(self) -> Set[LeadId]:
        """Clients of whose meetings anything was ever said."""
        return self._leads

    def last(self, most: int | None = None) -> list[Identity]:
        """The latest answers, the newest first; all without `most`."""
        return sorted(self._told.values(), key=lambda one: one.confirmed_at, reverse=True)[:most]


def lead_of(identity: Identity) -> LeadId | None:
    """The client of whose meetings it is an answer; None of any other record."""
    return name_in(identity)[0] if identity.kind == PARTICIPANT else None


def name_in(identity: Identity) -> tuple[LeadId, str]:
    """The client and the name of which an answer is."""
    lead, _, name = identity.value.partition("/")
    return lead, name
