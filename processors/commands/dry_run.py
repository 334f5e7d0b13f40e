"""A definition tried without sending anything: what would go out, where, and what was not filled in. Pure."""

from collections.abc import Mapping

import msgspec

from processors.access import UNASSIGNED
from processors.commands import canon
from processors.commands.definitions import faults
from processors.commands.effects import effects
from processors.commands.world import World
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.commands import Command, Handed, Param, Standing, Trigger
from schemas.types import Millis


def tried(
    definition: Definition, params: Mapping[str, Param], lead_id: str, at: Millis, workflows: Mapping[str, str]
) -> Handed | Rejected:
    """What an outlet would be handed with these params, those of the server included; `Rejected` where they do not fit,
    or where nothing leaves the house. `workflows`: the names in the settings are told, their addresses are not."""
    if wrong := faults(definition, params):
        return Rejected("; ".join(wrong))
    command = Command(
        command_id=canon.command_id(definition.name, lead_id, "try", params),
        name=definition.name,
        version=definition.version,
        lead_id=lead_id,
        params=dict(params),
        trigger=Trigger(kind="person", id="try"),
        confidence_percent=100,
        proposed_at=at,
        expires_at=at,
        proposer="web/try",
    )
    body = canon.encoded(command).decode()
    standing = Standing(
        command_id=command.command_id, body=body, digest=canon.digest(body.encode()), state="running", at=at
    )
    world = World(
        definitions={(definition.name, definition.version): definition},
        keys={},
        users={},
        owner_of=lambda _: UNASSIGNED,
        origin="",
    )
    handed = [one for one in effects(standing, at, world) if isinstance(one, Handed)]
    if not handed:
        return Rejected("наружу ничего не уйдёт: команда меняет только нашу историю клиента")
    if handed[0].handler == "n8n.run" and handed[0].method not in workflows:
        return Rejected(f"потока {handed[0].method} нет в настройке commands.workflows")
    return handed[0]


def request_lines(handed: Handed) -> list[str]:
    """The request in words: how, where, with which secret by its name, and the body, indented."""
    body = msgspec.json.format(msgspec.json.encode(handed.fields), indent=2).decode()
    match handed.handler:
        case "telegram.send" | "report.send":
            return [f"Telegram, {handed.to}", handed.text]
        case "bitrix.call":
            return [f"Битрикс24, метод {handed.method}", body]
        case "n8n.run":
            return [f"n8n, поток {handed.method}", f"X-Leadpulse-Command: {handed.command_id}", body]
        case "http.post":
            secret = [f"Authorization: секрет «{handed.key}» из commands.secrets"] if handed.key else []
            return [f"POST {handed.url}", f"X-Leadpulse-Command: {handed.command_id}", *secret, body]
