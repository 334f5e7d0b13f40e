"""Who is who: how each source names a client, and the lead behind the name."""

from collections.abc import Mapping

from processors.answered import Answered
from processors.contact import link_key, ref_of
from processors.staff import Staff
from schemas.sources import ClientRef, Identity
from schemas.types import LeadId

_LONGEST_LEAD_ID = 12

IGNORED = "ignored"
"""Kind of a record that says of the name with the key `value`: it is no client's, do not ask about it."""


class Identities:
    """The topic `identities` in memory. It changes as the topic is followed; normalizers only read it."""

    def __init__(self) -> None:
        self._leads: dict[str, LeadId] = {}
        self._was: dict[str, str] = {}
        self._became: dict[str, str] = {}
        self._owners: dict[str, str] = {}
        self._refused: set[str] = set()
        self.staff = Staff()
        self.answered = Answered()
        self._invited: dict[str, Identity] = {}
        self._doubts: dict[LeadId, Identity] = {}
        self._ignored: dict[str, Identity] = {}
        self._by_hand: dict[str, Identity] = {}
        self._titles: dict[str, str] = {}

    def apply(self, key: str, identity: Identity | None) -> None:
        """Take a record of the topic by its `key`. None is a tombstone, which unlinked before there was `refused`."""
        key = link_key(ref_of(key))  # records of before there was one way to write a name
        if self.staff.apply(ref_of(key), identity) or self.answered.apply(ref_of(key), identity):
            return
        if identity is None or identity.refused:
            self._leads.pop(key, None)
            self._by_hand.pop(key, None)
            self._titles.pop(key, None)
            self._refused.add(key)
            self._forget(ref_of(key))
        elif identity.kind == "tg_business":
            self._owners[identity.value] = identity.was
        elif identity.kind == "curator_code":
            self._invited[identity.value] = identity
        elif identity.kind == "double":
            self._doubts[identity.value] = identity
        elif identity.kind == IGNORED:
            self._ignored[identity.value] = identity
        elif identity.was:
            self._was[identity.value], self._became[identity.was] = identity.was, identity.value
        elif identity.lead_id is not None:
            self._leads[key] = identity.lead_id
            if identity.name:
                self._titles[key] = identity.name
            self._refused.discard(key)
            if identity.confirmed_by and identity.confirmed_at:
                self._by_hand[key] = identity

    def _forget(self, client: ClientRef) -> None:
        if client.kind == "curator_code":
            self._invited.pop(client.value, None)
        elif client.kind == "double":
            self._doubts.pop(client.value, None)
        elif client.kind == IGNORED:
            self._ignored.pop(client.value, None)

    def title(self, chat: str) -> str:
        """What a chat was called when it was linked, under whichever of its numbers; empty where nobody noted it."""
        told = (self._titles.get(link_key(ClientRef("tg_chat", number)), "") for number in self.chats(chat))
        return next(filter(None, told), "")

    def find(self, client: ClientRef) -> LeadId | None:
        """The lead of a client, or None when nobody has linked it. A lead id resolves to itself, or to the lead with
        which it was merged; a topic that nobody has linked is its chat's. What is one of our people's is no client's,
        whoever has linked it."""
        linked = None if self.staff.holds(client) else self.linked(client)
        return None if linked is None else self.merged(linked)

    def linked(self, client: ClientRef) -> LeadId | None:
        """As `find`, with the lead that the link itself names."""
        match client.kind:
            case "lead":
                return client.value if is_lead_id(client.value) else None
            case "tg_topic":
                chat = ClientRef("tg_chat", client.value.partition("/")[0])
                return self._leads.get(link_key(client)) or self.linked(chat)
            case "tg_chat" if self._was:
                linked = (self._leads.get(f"tg_chat:{chat}") for chat in self.chats(client.value))
                return next((lead for lead in linked if lead is not None), None)
        return self._leads.get(link_key(client))

    def merged(self, lead: LeadId) -> LeadId:
        """The lead with which this one was merged, also by way of others; itself where it was not."""
        seen = {lead}
        while (into := self._leads.get(f"lead:{lead}")) is not None and into not in seen:
            seen.add(into)
            lead = into
        return lead

    def keys(self) -> list[str]:
        """Keys of all links, and of those that were taken back."""
        return sorted(self._leads.keys() | self._refused)

    def names(self, lead: LeadId) -> list[str]:
        """Keys of the links to this lead, and to those that were merged with it; the lead's own is among them."""
        found, leads = [f"lead:{lead}"], {lead}
        fresh = leads
        while fresh:
            keys = [key for key, to in self._leads.items() if to in fresh and key not in found]
            found += keys
            fresh = {ref.value for ref in map(ref_of, keys) if ref.kind == "lead"} - leads
            leads |= fresh
        return found

    def leads(self, lead: LeadId) -> list[LeadId]:
        """All numbers of a client: of this lead, and of those that were merged with it."""
        return [ref.value for ref in map(ref_of, self.names(lead)) if ref.kind == "lead"]

    def participant(self, lead: LeadId, name: str) -> Identity | None:
        """Who is called so in a client's meetings, as a person said (`processors.answered`); None where nobody did."""
        lead = self.merged(lead)
        numbers = [lead, *(one for one in self.answered.leads() if one != lead and self.merged(one) == lead)]
        told = (self.answered.find(number, name) for number in numbers)
        return next((one for one in told if one is not None), None)

    def refused(self, client: ClientRef) -> bool:
        """Whether a link of it was taken back: no rule makes it again."""
        return link_key(client) in self._refused

    def doubt(self, lead: LeadId) -> LeadId | None:
        """The older lead that may be the same client; None where none may, or it is decided."""
        found = self._doubts.get(lead)
        if found is None or self.refused(ClientRef("lead", lead)) or self.merged(lead) == self.merged(found.was):
            return None
        return found.was

    @property
    def doubts(self) -> list[Identity]:
        """Leads that may be one client (`processors.doubles`), to be decided by a person."""
        return [one for lead, one in self._doubts.items() if self.doubt(lead) is not None]

    def ignored(self, client: ClientRef) -> Identity | None:
        """Who said that it is no client, and when; None where nobody did, or it was taken back."""
        return self._ignored.get(link_key(client))

    def by_hand(self, client: ClientRef) -> Identity | None:
        """The link of it that a person made, under whichever of a chat's numbers; None where a rule did, or nobody."""
        numbers = self.chats(client.value) if client.kind == "tg_chat" else [client.value]
        made = (self._by_hand.get(link_key(ClientRef(client.kind, number))) for number in numbers)
        return next((one for one in made if one is not None), None)

    def last_by_hand(self, most: int) -> list[Identity]:
        """The links that people made last, the newest first."""
        newest = sorted(self._by_hand.values(), key=lambda one: one.confirmed_at, reverse=True)
        return newest[:most]

    def owner(self, connection: str) -> str | None:
        """The Telegram user whose business connection it is; None where nobody was told."""
        return self._owners.get(connection)

    def chats(self, chat: str) -> list[str]:
        """The ids of a Telegram chat: this one, those it had before, and those it has got since."""
        ids = [chat]
        for step in (self._was, self._became):
            at = step.get(chat)
            while at is not None and at not in ids:
                ids.append(at)
                at = step.get(at)
        return ids

    def chat_now(self, chat: str) -> str:
        """The id that a Telegram chat has today, of one that it had."""
        seen = {chat}
        while (after := self._became.get(chat)) is not None and after not in seen:
            seen.add(after)
            chat = after
        return chat

    @property
    def curators(self) -> Mapping[str, str]:
        """Private chats (which are user ids) of curators who told the bot who they are, and their names."""
        return self.staff.curators

    @property
    def people(self) -> frozenset[str]:
        """Telegram accounts of our people: curators, and whom the portal lists."""
        return self.staff.accounts.union(self.staff.curators)

    def invited(self, digest: str) -> Identity | None:
        """Who was given the code with this digest; None where nobody was, or it was used."""
        found = self._invited.get(digest)
        return found if found is not None and found.name else None

    def __len__(self) -> int:
        return len(self._leads)


def is_lead_id(value: str) -> bool:
    """Whether it is `schemas.types.LeadId`: 1 to 12 ASCII digits."""
    return len(value) <= _LONGEST_LEAD_ID and value.isascii() and value.isdigit()
