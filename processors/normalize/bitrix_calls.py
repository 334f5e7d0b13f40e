"""What was said in a telephone call: by the portal's own transcript, or by ours of its record."""

from processors.belonging import client_name
from processors.identity import Identities
from processors.normalize.bitrix_fields import OWNERS, Activity, id_of, millis
from processors.normalize.contract import Found, unassigned
from schemas.bitrix import FROM_BITRIX, Entity
from schemas.codec import Codec, Rejected, event_id
from schemas.events import CallTranscribed
from schemas.sources import ClientRef, Inbound
from schemas.types import Meta

_ACTIVITY: Codec[Activity] = Codec(Activity)
LONGEST = 200_000
"""Characters: a talk of four hours has no more."""


def call_of(inbound: Inbound) -> Entity | None:
    """The call whose record it is; None where it was heard elsewhere."""
    said = FROM_BITRIX.decode(bytes(inbound.payload))
    return said if isinstance(said, Entity) and said.kind == "call" else None


def told(meta: Meta, record: bytes, said: Entity, portal: str, identities: Identities) -> Found:
    """The portal's own transcript."""
    activity = _ACTIVITY.decode(bytes(said.fields))
    if isinstance(activity, Rejected):
        return activity
    return heard(meta, record, said, portal, (activity.TRANSCRIPT or "", "", 1), identities)


def heard(
    meta: Meta, record: bytes, said: Entity, portal: str, words: tuple[str, str, int], identities: Identities
) -> Found:
    """`words`: what was heard, by which engine (empty: the portal), in which version. `ts` is the call's beginning."""
    activity = _ACTIVITY.decode(bytes(said.fields))
    if isinstance(activity, Rejected):
        return activity
    text, engine, version = words
    owner_kind = OWNERS.get(id_of(activity.OWNER_TYPE_ID), "")
    began = millis(activity.START_TIME) or millis(activity.CREATED)
    if began is None:
        return Rejected("the call has no time")
    if not owner_kind or not text.strip():
        return []
    id_ = event_id("bitrix", portal, "call", said.id, engine, str(version))
    kind, source = ("lead" if owner_kind == "lead" else f"b24_{owner_kind}"), f"bitrix:{portal}"
    owner = ClientRef(kind, id_of(activity.OWNER_ID))
    lead = identities.find(owner)
    if lead is None:
        return [unassigned(meta, record, id_, began, source, owner)]
    return [
        CallTranscribed(
            event_id=id_,
            lead_id=lead,
            ts=began,
            source=source,
            client=client_name(owner, lead),
            call_id=said.id,
            direction="out" if id_of(activity.DIRECTION) == "2" else "in",
            duration_ms=max(0, (millis(activity.END_TIME) or began) - began),
            text=text[:LONGEST],
            engine=engine,
            version=version,
        )
    ]
