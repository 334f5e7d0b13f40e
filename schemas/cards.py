"""Who a client is: what each source tells of him."""

from typing import Annotated

import msgspec

from schemas.types import LeadId, Millis

LONGEST = 200
"""Characters of a name or an address of mail."""

Name = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class ClientCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Value of `clients`, one a lead and source; the key is `lead id/source`. A tombstone takes it back.

    `source` is `hand` for what a person said by `leadpulse client set`. `responsible` is the name of his curator,
    `card` the address of his card there. What is empty is not known to this source.
    """

    lead_id: LeadId
    source: str
    ts: Millis
    name: Name = ""
    responsible: Name = ""
    phones: list[Name] = []
    mails: list[Name] = []
    card: str = ""
