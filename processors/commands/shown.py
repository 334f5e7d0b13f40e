"""What people are shown of a command, made of the very bytes that are signed: shown is signed. Pure; plain text, to be
escaped by who shows it."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from processors.commands import canon, words
from processors.commands.entitlement import needed, ordered
from processors.commands.params import label, seen
from processors.commands.schedule import LOCAL_TIME, moment_of
from processors.days import local_time
from processors.russian.dates import moment
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.commands import Command, Digest
from schemas.types import Millis

NOTHING: Mapping[str, str] = {}


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A param. `full`: it is sent as it stands, and is shown whole, with its line breaks."""

    name: str
    label: str
    text: str
    full: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`does`: what the command does, `effect` what that means. `occasion`: what kind of thing made somebody propose it;
    `quote` its words, `said_by` whose they are. `warning`: the words contain orders to a machine. `proof`: how it is
    signed. `client`: his name and number. `until`: ms UTC."""

    digest: Digest
    title: str
    effect: str
    does: str
    lines: list[Line]
    until: Millis
    proposer: str
    confidence_percent: int
    proof: str
    occasion: str
    recipient: str = ""
    client: str = ""
    why: str = ""
    quote: str = ""
    said_by: str = ""
    warning: str = ""


def chat_names(command: Command, client: str, title_of: Callable[[str], str]) -> Mapping[str, str]:
    """What people call the chat in a command: `names` of `shown`. `title_of`: a chat's title, as it was when somebody
    linked it; empty where that is not known."""
    title = seen(title_of(str(command.params.get("chat_id", "")))).strip()
    return {"chat_id": words.called(title, seen(client))} if title else NOTHING


def shown(body: str, definition: Definition, client: str = "", names: Mapping[str, str] = NOTHING) -> Shown | Rejected:
    """Of a signed body; `Rejected` where it is none, or of another definition. `client`: his name as cards have it.
    `names`: param → what people call its value (a colleague's name), and `proposer` → the name of the user; a chat is
    called by its client. What is signed is shown beside it. Params have no hidden signs; others' words are shown
    without them."""
    command = canon.read(body)
    if isinstance(command, Rejected):
        return Rejected(words.FORM_WRONG)
    if (command.name, command.version) != (definition.name, definition.version):
        return Rejected(words.NO_DEFINITION)
    called = {"chat_id": seen(client), **names} if client and command.lead_id else names
    return Shown(
        digest=canon.digest(body.encode()),
        title=definition.title,
        effect=words.EFFECTS[definition.effect],
        does=words.does(definition.handler.kind),
        lines=[_line(definition, command, name, called) for name in definition.params if name in command.params],
        until=command.expires_at,
        proposer=_proposer(command, names),
        confidence_percent=command.confidence_percent,
        proof=words.PROOFS[needed(definition, command)],
        occasion=words.OCCASIONS[command.trigger.kind],
        recipient=_recipient(command, definition, called),
        client=words.client(seen(client), command.lead_id),
        why=seen(command.why),
        quote=seen(command.trigger.words),
        said_by=seen(command.trigger.who),
        warning=words.ORDERS if ordered(command) else "",
    )


def _line(definition: Definition, command: Command, name: str, names: Mapping[str, str]) -> Line:
    schema, value = definition.params[name], command.params[name]
    text = words.value(value)
    if schema.get("format") == LOCAL_TIME and (at := moment_of(value)) is not None:
        this_year = local_time(at).year == local_time(command.proposed_at).year
        text = moment(at) if this_year else words.beside(moment(at), text)
    elif name in names:
        text = words.beside(names[name], text)
    elif "enum" in schema:
        text = words.VALUES.get(text, text)
    return Line(name, label(definition, name), text, schema.get("x-show") == "full")


def _proposer(command: Command, names: Mapping[str, str]) -> str:
    kind, _, who = command.proposer.partition("/")
    return words.proposer(kind, seen(names.get("proposer", who)))


def _recipient(command: Command, definition: Definition, names: Mapping[str, str]) -> str:
    """Where it goes, as it is signed."""
    handler = definition.handler
    match handler.kind:
        case "telegram.send":
            chat = str(command.params.get("chat_id", ""))
            return words.chat(words.beside(names["chat_id"], chat) if "chat_id" in names else chat)
        case "bitrix.call":
            return words.PORTAL
        case "http.post":
            return urlsplit(handler.url).netloc
        case "n8n.run":
            return words.workflow(handler.workflow or str(command.params.get("workflow", "")))
        case "report.send":
            return words.REPORTS
        case _:
            return ""
