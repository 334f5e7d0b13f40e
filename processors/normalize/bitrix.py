"""`source.bitrix` → changes in the CRM, calls, mails, comments; who is who; client cards.

A hook only says what to read (`streams.notify.crm` reads it), except that something is gone. A lead is a client. A
deal, a contact or a company belongs to a lead by what the portal itself says (`leadId`, `contactId`, `companyId`) or a
person said; the first to be told stays, since a person may have confirmed it.
"""

from collections.abc import Iterator
from typing import Literal

from processors.belonging import Owner, client_name
from processors.contact import normal
from processors.doubles import DoubleOf, merges
from processors.identity import Identities, is_lead_id
from processors.lead import LATE_MS
from processors.normalize.bitrix_calls import told
from processors.normalize.bitrix_cards import card_of, nothing_of
from processors.normalize.bitrix_fields import OWNERS, Activity, Comment, Id, Item, User, id_of, millis, words
from processors.normalize.bitrix_people import is_from_us, person
from processors.normalize.contract import Found, Options, unassigned
from schemas.bitrix import FROM_BITRIX, Entity, Gone, Hook, Kind
from schemas.codec import Codec, Rejected, event_id
from schemas.comments import is_own_comment
from schemas.events import Author, Call, CrmChanged, Event, Mail, Note
from schemas.sources import ClientRef, Identity, Inbound, Unassigned
from schemas.types import EventId, LeadId, Meta, Millis

_INBOUND: Codec[Inbound] = Codec(Inbound)
_ITEM: Codec[Item] = Codec(Item)
_ACTIVITY: Codec[Activity] = Codec(Activity)
_COMMENT: Codec[Comment] = Codec(Comment)
_USER: Codec[User] = Codec(User)

MEETING, CALL, MAIL = "1", "2", "4"
"""`TYPE_ID` of activities that happened with a client; tasks and others are our own affairs."""


def normalize(meta: Meta, record: bytes, identities: Identities, options: Options) -> Found:
    """What one record of the portal means."""
    inbound = _INBOUND.decode(record)
    if isinstance(inbound, Rejected):
        return inbound
    said = FROM_BITRIX.decode(bytes(inbound.payload))
    read = _Reading(meta, record, identities, inbound.source)
    match said:
        case Rejected():
            return said
        case Hook(gone=True) | Gone() if said.kind:
            return read.gone(said.kind, said.id)
        case Entity(kind="activity"):
            return read.activity(said, _ACTIVITY.decode(bytes(said.fields)))
        case Entity(kind="comment"):
            return read.comment(said, _COMMENT.decode(bytes(said.fields)))
        case Entity(kind="call"):
            return told(meta, record, said, inbound.source, identities)
        case Entity(kind="user"):
            return person(_USER.decode(bytes(said.fields)), f"bitrix:{inbound.source}")
        case Entity():
            return read.item(said, _ITEM.decode(bytes(said.fields)))
    return []


class _Reading:
    """One record being read."""

    def __init__(self, meta: Meta, record: bytes, identities: Identities, portal: str) -> None:
        self._meta, self._record, self._identities, self._portal = meta, record, identities, portal
        self._source = f"bitrix:{portal}"

    def gone(self, kind: Kind, id_: str) -> Found:
        """The portal names no time: it is when we were told."""
        owner = _ref(kind, id_)
        lead = self._identities.find(owner)
        if lead is None or kind in ("activity", "comment"):
            return []
        changed = CrmChanged(
            event_id=self._id(kind, id_, "deleted"),
            lead_id=lead,
            ts=self._meta.ts,
            source=self._source,
            client=client_name(owner, lead),
            entity=kind,
            entity_id=id_,
            change="deleted",
        )
        return [changed]

    def item(self, said: Entity, item: Item | Rejected) -> Found:
        """A lead, deal, contact or company as it is now."""
        if isinstance(item, Rejected):
            return item
        if said.kind == "lead" and not is_lead_id(said.id):
            return Rejected("id is no number of a lead")
        ts = millis(item.updated_time)
        if ts is None:
            return Rejected("updatedTime is no time with a zone")
        own, owner = self._client_of(said, item)
        firm = DoubleOf(said.id, id_of(item.company_id), item.company_title or "", item.full_name())
        merged = merges(firm, said.doubles, self._identities, self._source) if said.kind == "lead" else []
        into = {one.value: one.lead_id for one in merged if one.kind == "lead"}
        lead = None if own is None else self._identities.merged(into.get(own) or own)
        fields = _told(said, item)
        who = (
            item.who() if said.kind in ("lead", "contact") else {}
        )  # no part of the id: told without it, it is the same
        id_ = self._id(said.kind, said.id, item.updated_time, event_id("fields", *map("=".join, fields.items())))
        if own is None or lead is None:
            # a contact or a company that no lead names is nobody's: most of them never become clients
            nobodys = said.kind in ("contact", "company") and not self._identities.refused(owner)
            return [] if nobodys else [self._waits(id_, ts, owner)]
        changed = CrmChanged(
            event_id=id_,
            lead_id=lead,
            ts=ts,
            source=self._source,
            backfill=self._is_history(ts),
            client=client_name(_ref(said.kind, said.id), lead),
            entity=said.kind,
            entity_id=said.id,
            change="added" if item.created_time == item.updated_time else "updated",
            fields=fields | who,
        )
        card = card_of(said, item, lead, ts, self._identities)
        cards = [nothing_of(newer, ts) for newer in into] + ([] if card is None else [card])
        return [*merged, changed, *self._links(said, item, own), *cards]

    def activity(self, said: Entity, activity: Activity | Rejected) -> Found:
        """A call, a mail or a meeting that has happened."""
        if isinstance(activity, Rejected):
            return activity
        kind, owner_kind = id_of(activity.TYPE_ID), OWNERS.get(id_of(activity.OWNER_TYPE_ID), "")
        done = activity.COMPLETED in ("Y", True) or kind == MAIL
        if kind not in (MEETING, CALL, MAIL) or not owner_kind or not done:
            return []
        began = millis(activity.START_TIME) or millis(activity.CREATED)
        ts = millis(activity.CREATED) if kind == MAIL else began
        if ts is None or began is None:
            return Rejected("the activity has no time")
        id_, owner = self._id("activity", said.id), _ref(owner_kind, id_of(activity.OWNER_ID))
        lead = self._identities.find(owner)
        if lead is None:
            return [self._waits(id_, ts, owner)]
        found = Owner(lead, client_name(owner, lead))
        return [self._happened(kind, said.id, activity, id_, found, ts, began)]

    def _happened(
        self, kind: str, id_: str, activity: Activity, event: EventId, owner: Owner, ts: Millis, began: Millis
    ) -> Event:
        subject, text = (activity.SUBJECT or "").strip(), words(activity.DESCRIPTION)
        old, source = self._is_history(ts), self._source
        if kind == MEETING:
            told = {"SUBJECT": subject, "DESCRIPTION": text, "START_TIME": activity.START_TIME or ""}
            fields = {name: value for name, value in told.items() if value}
            return CrmChanged(
                event_id=event, lead_id=owner.lead, ts=ts, source=source, backfill=old, client=owner.client,
                entity="meeting", entity_id=id_, change="added", fields=fields,
            )  # fmt: skip
        direction: Literal["in", "out"] = "out" if id_of(activity.DIRECTION) == "2" else "in"
        if kind == MAIL:
            direction = "out" if is_from_us(activity.FROM, self._identities) else direction
            return Mail(
                event_id=event, lead_id=owner.lead, ts=ts, source=source, backfill=old, client=owner.client,
                mail_id=id_, direction=direction, subject=subject, text=text,
            )  # fmt: skip
        ended = millis(activity.END_TIME) or began
        return Call(
            event_id=event, lead_id=owner.lead, ts=ts, source=source, backfill=old, client=owner.client,
            call_id=id_, direction=direction, duration_ms=max(0, ended - began), text=text,
        )  # fmt: skip

    def comment(self, said: Entity, comment: Comment | Rejected) -> Found:
        """A person's comment in a timeline; our own minutes come back as comments, too."""
        if isinstance(comment, Rejected):
            return comment
        owner_kind, ts = comment.ENTITY_TYPE.lower(), millis(comment.CREATED)
        if ts is None:
            return Rejected("CREATED is no time with a zone")
        if owner_kind not in OWNERS.values() or is_own_comment(comment.COMMENT) is not None:
            return []
        id_ = self._id("comment", said.id, event_id("text", comment.COMMENT))
        owner = _ref(owner_kind, id_of(comment.ENTITY_ID))
        lead = self._identities.find(owner)
        if lead is None:
            return [self._waits(id_, ts, owner)]
        author = Author(id_of(comment.AUTHOR_ID), said.responsible, client=False)
        note = Note(
            event_id=id_,
            lead_id=lead,
            ts=ts,
            source=self._source,
            backfill=self._is_history(ts),
            client=client_name(owner, lead),
            note_id=said.id,
            author=author,
            text=comment.COMMENT,
        )
        return [note]

    def _client_of(self, said: Entity, item: Item) -> tuple[LeadId | None, ClientRef]:
        """The lead behind an object, and under whose name it waits where there is none. One that a person took from its
        lead is not given back by what it is tied to."""
        owners = [_ref(said.kind, said.id)]
        if self._identities.refused(owners[0]):
            return None, owners[0]
        ties: tuple[tuple[str, Id], ...] = ()
        if said.kind != "lead":
            ties = (("lead", item.lead_id), ("company", item.company_id), ("contact", item.contact_id))
        owners += [_ref(kind, id_of(value)) for kind, value in ties if id_of(value)]
        known = (self._identities.linked(owner) for owner in owners)
        # what a link may be made of: companies and contacts are looked for by more people than a deal is
        return next((lead for lead in known if lead is not None), None), owners[1] if len(owners) > 1 else owners[0]

    def _links(self, said: Entity, item: Item, lead: LeadId) -> Iterator[Identity]:
        """Names that are the lead's by this object, and nobody's yet."""
        ties: tuple[tuple[str, Id], ...] = (("b24_company", item.company_id), ("b24_contact", item.contact_id))
        names = [(kind, id_of(value)) for kind, value in ties] + item.contacts() + said.contacts
        for kind, value in dict.fromkeys([(f"b24_{said.kind}", said.id), *names]):
            client = ClientRef(kind, normal(kind, value) or "")
            taken = self._identities.find(client) is not None or self._identities.staff.holds(client)
            if client.value and not taken and not self._identities.refused(client):
                yield Identity(kind, client.value, lead, source=self._source)

    def _is_history(self, ts: Millis) -> bool:
        """What the fold would not count as live anyway (design rule 6)."""
        return ts < self._meta.ts - LATE_MS

    def _waits(self, id_: EventId, ts: Millis, owner: ClientRef) -> Unassigned:
        return unassigned(self._meta, self._record, id_, ts, self._source, owner)

    def _id(self, *parts: str) -> EventId:
        return event_id("bitrix", self._portal, *parts)


def _ref(kind: str, id_: str) -> ClientRef:
    return ClientRef("lead", id_) if kind == "lead" and is_lead_id(id_) else ClientRef(f"b24_{kind}", id_)


def _told(said: Entity, item: Item) -> dict[str, str]:
    """What of an object is told to people; the rest changes too often, or says nothing."""
    told = {
        "title": item.title or item.person(),
        "stageId": item.stage_id,
        "opportunity": item.opportunity,
        "currencyId": item.currency_id,
        "sourceId": item.source_id,
        "responsible": said.responsible or id_of(item.assigned_by_id),
        "company": said.company or item.company_title,
    }
    return {name: str(value) for name, value in told.items() if value not in (None, "")}
