"""What the assistant answers one of our people: a proposal, one clarifying question, or that it cannot. Pure.

sure enough ─► a proposal (the desk lets it run, or asks for a signature)
between     ─► one question; its answer completes what was meant
too little  ─► «Такой команды нет. Создать?», to those who may
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from processors.access import Person, may
from processors.assistant import phrases
from processors.assistant.answers import completed
from processors.assistant.forms import POLITE
from processors.assistant.heard import LONGEST_TEXT, LOOSE, Heard, heard
from processors.assistant.ideas import Idea
from processors.assistant.memory import wish
from processors.assistant.tokens import tokens
from processors.assistant.wanted import Draft, Open, Room, wanted
from processors.days import HOUR_MS
from processors.minutes import is_order
from schemas.assistant import AssistantAsked, AssistantSaid, Remembered
from schemas.codec import Rejected, event_id
from schemas.types import LeadId

ENOUGH: Final = 90
"""Sure enough for a proposal of what never runs by itself: somebody signs it anyhow."""
_ENDS: Final[Mapping[str, str]] = {
    "cancel": phrases.NO_CANCEL,
    "repeat": phrases.NO_REPEAT,
    "rude": phrases.SORRY,
}
"""Kinds of lines that are answered in one way, whatever waits."""
_AN_ORDER: Final = re.compile(r"\w+(?:й|и|ь|йте|ите|ьте|ть|ти|чь|ться|тись)(?:-ка)?\Z")
"""How verbs of orders end: only such a line is offered a new command."""
_LASTING: Final = (0, 1, 7)
"""Days that an alert can be put off for; 0: nobody said."""
ABOUT_ALERTS: Final = frozenset(("alert.snooze", "alert.ack"))
OPEN_MS: Final = 12 * HOUR_MS
"""So long a question waits for its answer."""
MOST_OPTIONS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What comes of a line. `ask_model`: rules do not understand it, a model may."""

    said: AssistantSaid | None = None
    idea: Idea | None = None
    remembered: Remembered | None = None
    ask_model: bool = False
    look_for_alerts: LeadId | str = ""
    """Asked again with this client's open alerts in the `Room`, more can be said."""


def answer(asked: AssistantAsked, person: Person, room: Room, waits: Open | None) -> Answer:
    """Of a line of one of our people. Never raises."""
    fresh = heard(asked.text, room.clients, room.now, asked.lead_id)
    if asked.choice < 0 and fresh.kind in _ENDS:
        return _say(asked, _ENDS[fresh.kind])
    if asked.answers and (waits is None or asked.answers != waits.said_id):  # an older question's button, or page
        if asked.choice >= 0:
            return _say(asked, phrases.CLOSED)
        waits = None
    if waits is not None and (asked.answers or asked.choice >= 0 or not _is_order(fresh, waits.about)):
        whole = completed(waits.about, asked, room.clients, room.now)
        if whole is not None:
            if whole.kind == "no":
                return _say(asked, phrases.DROPPED)
            line = waits.line if whole.name == "command.new" else f"{waits.line} {asked.text}".strip()
            return _ordered(whole, line, asked, person, room)
        if asked.answers == waits.said_id or asked.choice >= 0:
            return _say(asked, phrases.NOT_UNDERSTOOD)
    match fresh.kind:
        case "command":
            return _ordered(fresh, asked.text, asked, person, room)
        case "help":
            return _say(asked, phrases.help_text(room.definitions))
        case "wish":
            return _wished(fresh, asked, person, room)
        case "yes" | "no":
            return _say(asked, phrases.NOTHING_WAITS if waits is None else phrases.NOT_UNDERSTOOD)
        case "courtesy":
            return _say(asked, phrases.COURTESY)
        case "question":
            return _say(asked, phrases.QUESTION)
    if room.model and not is_order(asked.text):
        return Answer(ask_model=True)
    return no_such(asked, person, room)


def no_such(asked: AssistantAsked, person: Person, room: Room) -> Answer:
    """Nothing fits: a new command is offered to who may have one made."""
    first = next((token.word for token in tokens(asked.text) if token.word not in POLITE), "")
    if not _AN_ORDER.match(first):
        return _say(asked, phrases.UNCLEAR)
    new = room.definitions.get("command.new")
    if new is None or person.role not in new.approval.by:
        return _say(asked, phrases.NO_SUCH)
    about = Heard("command", "command.new", text=asked.text[:LONGEST_TEXT])
    return _ask(asked, phrases.NO_SUCH_NEW, about, asked.text, [phrases.CREATE, phrases.NO])


def thought(asked: AssistantAsked, person: Person, room: Room, idea: Idea) -> Answer:
    """Of a line that a model understood: it is checked already, and a person of ours looks at it anyhow."""
    definition = room.definitions.get(idea.name)
    if definition is None or idea.confidence < definition.ask_below:
        return no_such(asked, person, room)
    if idea.lead_id and not may(person, "approve_inside", room.owner_of(idea.lead_id)):
        return _say(asked, phrases.not_yours(idea.lead_id))
    words = next((str(value) for value in idea.params.values() if isinstance(value, str)), "")
    about = Heard("command", idea.name, [idea.lead_id] if idea.lead_id else [], words, params=idea.params)
    if idea.confidence < min(definition.auto.min_percent, ENOUGH):
        text = phrases.sure(about, room.clients.names, room.now)
        return _ask(asked, text, about, asked.text, [phrases.YES, phrases.NO])
    return Answer(said=said(asked, phrases.understood(about, room.clients.names, room.now)), idea=idea)


def refused(asked: AssistantAsked, why: Rejected) -> AssistantSaid:
    """No command could be made of it."""
    return said(asked, phrases.cannot(why.reason))


def _is_order(fresh: Heard, about: Heard) -> bool:
    """Whether a line leaves the question that waits. «О чём напомнить?» is answered by "позвонить в банк"."""
    its_words = about.missing == "text" and fresh.name == "task.bitrix" and fresh.sure <= LOOSE
    return fresh.kind == "command" and not its_words


def _ordered(found: Heard, line: str, asked: AssistantAsked, person: Person, room: Room) -> Answer:
    definition = room.definitions.get(found.name)
    if definition is None and found.name == "task.bitrix" and "reminder.set" in room.definitions:
        found = replace(found, name="reminder.set")  # without a portal a task is a reminder
        definition = room.definitions["reminder.set"]
        found = found if found.at or found.missing else replace(found, missing="when")
    if definition is None:
        return _say(asked, phrases.not_set_up(found.name))
    if person.role not in definition.approval.by:
        return _say(asked, phrases.not_allowed(definition.approval.by))
    leads = [lead for lead in found.leads if may(person, "view", room.owner_of(lead))]
    if found.leads and not leads:
        return _say(asked, phrases.not_yours(found.leads[0]))
    if len(leads) == 1 and found.missing == "which":
        found = replace(found, missing="")
    found = replace(found, leads=leads)
    if found.name == "alert.snooze" and found.days not in _LASTING and not found.missing:
        return _ask(asked, phrases.HOW_LONG_ONLY, replace(found, missing="days"), line, list(phrases.HOW_LONG_OPTIONS))
    if question := _missing(found, line, asked, room):
        return question
    if leads and not may(person, "approve_inside", room.owner_of(leads[0])):
        return _say(asked, phrases.not_yours(leads[0]))
    if found.name in ABOUT_ALERTS and not found.params and len(found.alerts) != 1:
        return _of_alerts(found, line, asked, room, person)
    enough = min(definition.auto.min_percent, ENOUGH)
    if found.sure < definition.ask_below:
        return no_such(asked, person, room)
    if found.sure < enough:
        text = phrases.sure(found, room.clients.names, room.now)
        return _ask(asked, text, replace(found, missing=""), line, [phrases.YES, phrases.NO])
    idea = wanted(found, line, asked, room)
    return Answer(said=said(asked, phrases.understood(found, room.clients.names, room.now)), idea=idea)


def _of_alerts(found: Heard, line: str, asked: AssistantAsked, room: Room, person: Person) -> Answer:
    """Which alert is meant: the only one, or a question."""
    lead = found.leads[0]
    if room.alerts is None:
        return Answer(look_for_alerts=lead)
    living = room.alerts.get(lead, ())[:MOST_OPTIONS]
    if not living:
        return _say(asked, phrases.no_alerts(lead))
    some = replace(found, alerts=[one for one, _ in living])
    if len(living) == 1:
        return _ordered(some, line, asked, person, room)
    return _ask(asked, phrases.WHICH_ALERT, replace(some, missing="alert"), line, [title for _, title in living])


def _missing(found: Heard, line: str, asked: AssistantAsked, room: Room) -> Answer | None:
    """One question about what is not said."""
    names = room.clients.names
    match found.missing:
        case "which":
            some = replace(found, leads=found.leads[:MOST_OPTIONS])
            options = [phrases.client(lead, names) for lead in some.leads]
            return _ask(asked, phrases.which(some.leads, names), some, line, options)
        case "lead":
            return _ask(asked, phrases.WHOSE, found, line, [])
        case "unknown":
            return _ask(asked, phrases.unknown(found.unknown), replace(found, missing="lead"), line, [])
        case "when":
            return _ask(asked, phrases.WHEN, found, line, list(phrases.WHEN_OPTIONS))
        case "days":
            return _ask(asked, phrases.HOW_LONG, found, line, list(phrases.HOW_LONG_OPTIONS))
        case "text":
            return _ask(asked, phrases.what(found.name), found, line, [])
    return None


def _wished(found: Heard, asked: AssistantAsked, person: Person, room: Room) -> Answer:
    lead = found.leads[0] if found.leads else ""
    if lead and not may(person, "write", room.owner_of(lead)):
        return _say(asked, phrases.not_yours(lead))
    about = f"lead/{lead}" if lead else f"who/{asked.who}"
    kept = wish(found.text, about, asked.name, event_id("wish", asked.asked_id), asked.at)
    return Answer(said=said(asked, phrases.remembered(lead)), remembered=kept)


def said(asked: AssistantAsked, text: str) -> AssistantSaid:
    """An answer to a line."""
    return AssistantSaid(
        said_id=event_id("said", asked.asked_id),
        to=asked.who,
        text=text,
        at=asked.at,
        chat_id=asked.chat_id,
        of=asked.asked_id,
        lead_id=asked.lead_id,
    )


def _say(asked: AssistantAsked, text: str) -> Answer:
    return Answer(said=said(asked, text))


def _ask(asked: AssistantAsked, text: str, about: Heard, line: str, options: list[str]) -> Answer:
    draft = msgspec.json.encode(Draft(about, line[:LONGEST_TEXT])).decode()
    return Answer(said=replace(said(asked, text), question=True, options=options, draft=draft))
