"""What an approved command does. Pure: events for our own history, and what is handed to an outlet."""

from collections.abc import Mapping
from typing import Final, cast, get_args

import msgspec

from processors.commands import canon, words
from processors.commands.entitlement import by_id
from processors.commands.entries import Who
from processors.commands.params import TEMPLATE
from processors.commands.schedule import LOCAL_TIME, begins_by, moment_of
from processors.commands.world import World
from processors.days import local_time
from schemas.codec import Rejected, event_id
from schemas.command_defs import Definition
from schemas.commands import Command, Handed, Param, Standing
from schemas.events import AlertAction, Author, Event, Note
from schemas.minutes import Correcting, ProfileCorrected
from schemas.types import Millis

SOURCE: Final = "command"
"""Of events that commands make."""


def effects(standing: Standing, at: Millis, world: World) -> list[Handed | Event]:
    """Of a standing that has just come to `running` or `done` (`desk.to_be_done`), made of its signed body. Ids follow
    from the command, so a repeat is the same. Empty where there is nothing to be done (`command.new`). Never raises.
    """
    command = canon.read(standing.body)
    if isinstance(command, Rejected):
        return []
    definition = world.definitions.get((command.name, command.version))
    if definition is None:
        return []
    params, until = command.params, begins_by(command, definition, standing.due_at)
    match definition.handler.kind:
        case "note.add":
            return [_note(command, standing, at, _text(params, "text"), pinned=bool(params.get("pinned")))]
        case "mail.draft":
            return [_note(command, standing, at, words.draft(_text(params, "subject"), _text(params, "text")))]
        case "room.link":
            return [_note(command, standing, at, words.room(_text(params, "link")))]
        case "fact.correct":
            return [_correction(command, standing, at)]
        case "alert.action":
            return [_alert(command, standing, at)]
        case "command.new":
            return []
        case "reminder.set":
            text = words.reminder(_text(params, "text"))
            return [
                _handed(command, definition, at, until, to=_asker(command, standing, world), text=text, inside=True)
            ]
        case "telegram.send":
            to = f"chat:{params.get('chat_id', '')}"
            return [_handed(command, definition, at, until, to=to, text=_text(params, "text"))]
        case "report.send":
            return [_handed(command, definition, at, until, to="report")]
        case "bitrix.call":
            return [_handed(command, definition, at, until, fields=_filled(command, definition))]
        case "http.post" | "n8n.run":
            return [_handed(command, definition, at, until, fields=_said(command, definition))]


def draft(standing: Standing) -> str:
    """The YAML that a `command.new` asks an administrator to sign; "" of any other command."""
    command = canon.read(standing.body)
    if isinstance(command, Rejected) or command.name != "command.new":
        return ""
    return _text(command.params, "text")


def _text(params: Mapping[str, Param], name: str) -> str:
    return str(params.get(name, ""))


def _author(standing: Standing) -> Author:
    return Author(standing.by_user or words.ASSISTANT, standing.by or words.ASSISTANT, client=False)


def _note(command: Command, standing: Standing, at: Millis, text: str, *, pinned: bool = False) -> Note:
    id_ = command.command_id
    return Note(
        id_,
        _author(standing),
        text,
        pinned,
        event_id=event_id(SOURCE, id_, "note"),
        lead_id=command.lead_id,
        ts=at,
        source=SOURCE,
    )


def _correction(command: Command, standing: Standing, at: Millis) -> ProfileCorrected:
    id_, params = command.command_id, command.params
    said = _text(params, "action")
    action: Correcting = cast("Correcting", said) if said in get_args(Correcting) else "add"
    return ProfileCorrected(
        _text(params, "field"),
        "" if action == "hide" else _text(params, "text"),
        _author(standing).name,
        action,
        id_ if action == "add" else _text(params, "entry_id"),
        _text(params, "of"),
        _text(params, "was"),
        event_id=event_id(SOURCE, id_, "fact"),
        lead_id=command.lead_id,
        ts=at,
        source=SOURCE,
    )


def _alert(command: Command, standing: Standing, at: Millis) -> AlertAction:
    id_, days = command.command_id, command.params.get("days")
    return AlertAction(
        _text(command.params, "alert_id"),
        "snooze_1d" if days == 1 else "snooze_7d" if days == 7 else "seen",
        _author(standing),
        event_id=event_id(SOURCE, id_, "alert"),
        lead_id=command.lead_id,
        ts=at,
        source=SOURCE,
    )


def _handed(
    command: Command,
    definition: Definition,
    at: Millis,
    until: Millis,
    *,
    to: str = "",
    text: str = "",
    fields: Mapping[str, msgspec.Raw] | None = None,
    inside: bool = False,
) -> Handed:
    """`method` of a n8n workflow is its name in the settings."""
    handler, kind = definition.handler, definition.handler.kind
    workflow = handler.workflow or _text(command.params, "workflow")
    return Handed(
        command_id=command.command_id,
        lead_id=command.lead_id,
        handler="telegram.send" if kind == "reminder.set" else kind,  # type: ignore[arg-type]
        at=at,
        to=to,
        text=text,
        method=workflow if kind == "n8n.run" else handler.method,
        url=handler.url,
        fields=dict(fields or {}),
        key=handler.secret,
        inside=inside,
        expires_at=until,
    )


def _asker(command: Command, standing: Standing, world: World) -> str:
    """Whom a reminder goes to: who asked for it; else the client's curator; else who approved it; else the head."""
    for user in (command.asked_by, "" if command.lead_id else standing.by_user):
        one = by_id(user, world) if user else ""
        if isinstance(one, Who) and one.person.chat:
            return f"chat:{one.person.chat}"
    return f"lead:{command.lead_id}" if command.lead_id else "head"


def _said(command: Command, definition: Definition) -> dict[str, msgspec.Raw]:
    """What a request carries: the params, and of whom they are."""
    given: dict[str, Param] = {name: _value(command, definition, name) for name in command.params}
    if definition.handler.kind == "n8n.run":
        given.pop("workflow", None)
    return {name: _raw(value) for name, value in {**given, **_known(command)}.items()}


def _known(command: Command) -> dict[str, Param]:
    return {"lead_id": command.lead_id, "command_id": command.command_id}


def _filled(command: Command, definition: Definition) -> dict[str, msgspec.Raw]:
    """The portal's fields. A template that is one param alone has its value as it is, and is left out with it; a field
    whose name ends in `[]` is a list of one."""
    made: dict[str, msgspec.Raw] = {}
    for field, template in definition.handler.fields.items():
        value = _filled_in(template, command, definition)
        if value is not None:
            listed = field.endswith("[]")
            made[field.removesuffix("[]")] = _raw([value] if listed else value)
    return made


def _filled_in(template: str, command: Command, definition: Definition) -> Param | None:
    alone = TEMPLATE.fullmatch(template)
    given = {**{name: _value(command, definition, name) for name in command.params}, **_known(command)}
    if alone:
        return given.get(alone[1])
    return TEMPLATE.sub(lambda found: str(given.get(found[1], "")), template)


def _value(command: Command, definition: Definition, name: str) -> Param:
    """A time with its zone, as other systems read it; all else as it is."""
    value = command.params[name]
    if definition.params.get(name, {}).get("format") != LOCAL_TIME:
        return value
    moment = moment_of(value)
    return value if moment is None else local_time(moment).isoformat(timespec="seconds")


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
