"""What of a Bitrix24 portal travels on `source.bitrix` (key `kind:id`), inside `schemas.sources.Inbound`."""

from typing import Final, Literal

import msgspec

from schemas.codec import Codec
from schemas.sources import Inbound
from schemas.types import LeadId

Kind = Literal["lead", "deal", "contact", "company", "activity", "comment", "user", "call"]
"""Objects of a portal that are read. A `call` is the words of an activity that is one."""

PORTAL: Final = "main"
"""Name of the only portal, as `Inbound.source`."""


class Hook(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="hook"):
    """What an outgoing webhook said, without its token: field names in lower case (`data[fields][id]`).

    `kind` and `id` are of the object that it is about; empty where it is about none that is read.
    """

    event: str
    fields: dict[str, str]
    kind: Kind | Literal[""] = ""
    id: str = ""
    gone: bool = False


class Double(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another lead that may be the same client: `shared` are the keys (as of `identities`) of what both are known by.

    `company` is its company's id, `firm` what it calls its firm, `person` name and surname, where it has both. `gone`:
    it is not in the portal any more, and what it was known by belongs to this one now.
    """

    id: LeadId
    shared: list[str]
    company: str = ""
    firm: str = ""
    gone: bool = False
    person: str = ""


class Entity(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type", tag="entity"):
    """An object as it is now: those of its fields that are listed, in the portal's names and types.

    `responsible` and `company` are names that `fields` has only ids of, and `contacts` the phones and mails of its
    company and contact: those may be read, or come by, before anybody knows whose they are. `card` is the address of
    the object's page, `doubles` (of a lead) are leads that may be the same client.
    """

    kind: Kind
    id: str
    fields: msgspec.Raw
    responsible: str = ""
    company: str = ""
    contacts: list[tuple[str, str]] = []
    card: str = ""
    doubles: list[Double] = []


class Gone(msgspec.Struct, frozen=True, tag_field="type", tag="gone"):
    """An object that is not there any more, as a look at the portal showed."""

    kind: Kind
    id: str


FromBitrix = Hook | Entity | Gone

FROM_BITRIX: Codec[FromBitrix] = Codec(FromBitrix)
_INBOUND: Codec[Inbound] = Codec(Inbound)


def wrapped(said: FromBitrix) -> tuple[bytes, bytes]:
    """Key and value of a record of `source.bitrix`."""
    key = f"{said.kind}:{said.id}" if said.kind else f"event:{said.event}"
    return key.encode(), _INBOUND.encode(Inbound(PORTAL, msgspec.Raw(FROM_BITRIX.encode(said))))
