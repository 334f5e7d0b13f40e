"""What every normalizer takes and gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import msgspec

from processors.identity import Identities
from processors.mapping import SourceMapping
from processors.participants import InRoom
from schemas.assistant import AssistantAsked
from schemas.bot import BotCommand
from schemas.cards import ClientCard
from schemas.codec import Rejected
from schemas.commands import Approval, Refusal
from schemas.events import Event
from schemas.minutes import MeetingRequest
from schemas.people import LoginStep
from schemas.sources import ClientRef, Identity, Unassigned
from schemas.types import LeadId, Meta, Millis


@dataclass(frozen=True, slots=True)
class Options:
    """From the settings: Telegram user ids of our people, chat ids of the curators, prefixes of rooms named by lead,
    mappings of warehouse systems by name. `told`: curators who told the bot who they are, and whom the portal lists.
    `is_client`: whether a person may link something to this lead (`pipeline.unknown_lead`). `entry`: the recording id
    of the meeting that has tracks and in which this session of Jibri was; empty for others. `our_people`: names of ours
    in rooms. `company`: what a client is called. `hears`: whether voice messages are fetched (`telegram.files`)."""

    staff: frozenset[str] = frozenset()
    curator_chats: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    room_prefixes: tuple[str, ...] = ("lead-",)
    mappings: Mapping[str, SourceMapping] = field(default_factory=dict)
    is_client: Callable[[LeadId], bool] = lambda _: True
    our_people: frozenset[str] = frozenset()
    entry: Callable[[str], str] = lambda _: ""
    company: Callable[[LeadId], str] = lambda _: ""
    hears: bool = True

    def room(self, lead: LeadId, identities: Identities) -> InRoom:
        """Who is who in the client's meetings."""
        return InRoom(lead, identities, self.our_people, self.company(lead))

    def knowing(self, identities: Identities) -> "Options":
        """With the curators who told the bot who they are, and whom the portal lists."""
        people = identities.people
        return replace(self, told=people) if people else self

    @property
    def people(self) -> frozenset[str]:
        """Telegram user ids of our people."""
        return self.staff | self.told


Meaning: TypeAlias = (
    Event
    | Unassigned
    | MeetingRequest
    | BotCommand
    | Identity
    | ClientCard
    | LoginStep
    | Approval
    | Refusal
    | AssistantAsked
)
Found: TypeAlias = Sequence[Meaning] | Rejected
"""What a record means: events (none, if it matters to no client), work for `minutes` or `notify`, who is who,
what a client is called, a login to the page, a word on a command, words to the assistant; or why it cannot be used."""

Normalizer: TypeAlias = Callable[[Meta, bytes, Identities, Options], Found]


def unassigned(meta: Meta, record: bytes, event_id: str, ts: Millis, source: str, client: ClientRef) -> Unassigned:
    """The whole source record, kept for the day when a person links `client` to a lead."""
    return Unassigned(event_id, ts, source, client, meta.topic, msgspec.Raw(record), meta.ts)
