"""From a line that is understood to what is proposed; what a line is answered in. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from processors.access import Owner
from processors.assistant import phrases, slots
from processors.assistant.clients import Clients
from processors.assistant.heard import LONGEST_TEXT, Heard
from processors.assistant.ideas import Idea
from processors.assistant.memory import Memory
from processors.assistant.moments import next_working
from processors.assistant.recipe import recipe
from processors.days import HOUR_MS
from processors.minutes import is_order
from schemas.assistant import AssistantAsked
from schemas.command_defs import Definition
from schemas.commands import Trigger
from schemas.types import LeadId, Millis


@dataclass(frozen=True, slots=True)
class Open:
    """A question that waits: its `AssistantSaid` and what it is about."""

    said_id: str
    about: Heard
    line: str
    at: Millis


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """`AssistantSaid.draft`: what was understood, and the line it was said in."""

    about: Heard
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a line is answered in. `definitions`: what may be proposed now, by name. `model`: whether one can be asked
    about what rules do not understand. `hosts`, `workflows`: of the settings, for a new command."""

    definitions: Mapping[str, Definition]
    clients: Clients
    owner_of: Callable[[LeadId], Owner]
    memory: Memory
    now: Millis
    model: bool = False
    alerts: Mapping[LeadId, Sequence[tuple[str, str]]] | None = None
    """Open alerts of clients, each with its title; None: not looked for yet."""
    hosts: Collection[str] = ()
    workflows: Collection[str] = ()


def occasion(asked: AssistantAsked, line: str = "") -> Trigger:
    """A line as what made somebody propose something."""
    words = (line or asked.text)[:LONGEST_TEXT]
    return Trigger(kind="asked", id=asked.asked_id, words=words, who=asked.name, orders=is_order(words))


def wanted(found: Heard, line: str, asked: AssistantAsked, room: Room) -> Idea:
    """What a line that is understood asks for."""
    lead = found.leads[0] if found.leads else ""
    at = found.at
    if at and not found.hour and room.memory.spares_weekends([f"who/{asked.who}", *([f"lead/{lead}"] if lead else [])]):
        at = next_working(at)
    return Idea(
        name=found.name,
        params=found.params or _params(found, at, lead, room),
        trigger=occasion(asked, line),
        why=phrases.asked_by(asked.name),
        lead_id=lead,
        confidence=found.sure,
        who=asked.who,
        at=asked.at,
    )


def _params(found: Heard, at: Millis, lead: str, room: Room) -> slots.Params:
    match found.name:
        case "task.bitrix":
            return slots.task(found.text, due=at)
        case "reminder.set":
            return slots.reminder(found.text, at or room.now + HOUR_MS)
        case "mail.draft":
            return slots.letter(found.text or phrases.SUBJECT, phrases.letter(found.text))
        case "alert.snooze":
            return slots.snooze(found.alerts[0], found.days)
        case "alert.ack":
            return slots.seen(found.alerts[0])
        case "note.add" | "comment.bitrix" | "telegram.reply":
            return slots.text(found.text)
        case "n8n.run":
            return slots.flow(*phrases.flow(found.text, room.workflows))
        case "command.new":
            return slots.new(found.text, recipe(found.text, room.hosts, room.workflows))
    return {}
