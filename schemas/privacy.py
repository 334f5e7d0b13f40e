"""Who agreed to what: the register of bases and consents (`consents`, key = person id)."""

from typing import Annotated, Literal, get_args

import msgspec

from schemas.types import LeadId, Millis

PersonId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}\Z")]
SomePerson = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{16})?\Z")]
"""The same, or "" where the whole client is meant."""
IsoDate = Annotated[str, msgspec.Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?\Z")]
"""A local day; empty where there is none."""
Basis = Literal["", "consent", "contract", "law", "interest"]
"""On what his data are worked on: his consent (152-FZ art. 6 p. 1 (1)), a contract (5), a law (2), a rightful
interest (7); empty where nothing is noted."""
Scope = Literal["record", "transcript", "llm_external"]
"""What a basis is for: to record him, to write down what he says, to give his words to a model outside."""
SCOPES: tuple[Scope, ...] = get_args(Scope)


class Consent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is noted about one person; the newest record of his id counts, and all of it.

    `leads` are the clients he belongs to: names in rooms mean somebody only there. `document` is where it stands (a
    contract's number, a file), `text_version` which wording he signed. `by` noted it, `at` ms UTC.
    """

    person_id: PersonId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    leads: Annotated[list[LeadId], msgspec.Meta(min_length=1, max_length=100)]
    at: Millis
    by: str
    telegram: list[int] = []
    phones: list[str] = []
    mails: list[str] = []
    rooms: list[str] = []
    basis: Basis = ""
    document: str = ""
    text_version: str = ""
    given_on: IsoDate = ""
    scope: list[Scope] = []
    until: IsoDate = ""
    withdrawn_on: IsoDate = ""
    objected_on: IsoDate = ""
    reason: str = ""
