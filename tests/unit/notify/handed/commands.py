"""Commands as the desk tells of them."""

from typing import Any

from msgspec.structs import replace

from processors.commands import canon
from processors.commands.definitions import builtin
from schemas.commands import Command, CommandChange, Param, Standing, State, Trigger
from tests.unit.notify.handed.memory import NOW

QUOTE = Trigger(kind="alert", id="a1", words="Мы, наверное, уйдём", who="Пётр", client=True)


def command(name: str = "task.bitrix", lead_id: str = "1003", number: int = 1, **fields: Any) -> Command:
    """A command with these fields; `params` as its definition's."""
    params: dict[str, Param] = fields.pop("params", {"title": "Позвонить клиенту", "text": "Спросить\nо <поставках>"})
    trigger = replace(fields.pop("trigger", QUOTE), id=f"a{number}")
    usual: dict[str, Any] = {
        "confidence_percent": 85,
        "proposed_at": NOW,
        "expires_at": NOW + 4 * 3_600_000,
        "proposer": "agent/rules",
        "why": "Клиент говорит об уходе.",
    }
    return Command(
        command_id=canon.command_id(name, lead_id, trigger.id, params),
        name=name,
        version=1,
        lead_id=lead_id,
        params=params,
        trigger=trigger,
        **usual | fields,
    )


def standing(of: Command, state: State = "asking", number: int = 1, **fields: object) -> Standing:
    """How it stands."""
    body = canon.encoded(of)
    definition = builtin()[of.name, of.version]
    return Standing(
        command_id=of.command_id,
        body=body.decode(),
        digest=canon.digest(body),
        state=state,
        at=NOW + number * 60_000,
        number=number,
        title=definition.title,
        effect=definition.effect,
        **fields,  # type: ignore[arg-type]
    )


def change(now: Standing, before: State | str = "") -> CommandChange:
    """The record of it."""
    of = canon.read(now.body)
    assert isinstance(of, Command)
    return CommandChange(
        change_id=f"{now.command_id[:8]}{now.number:08x}",
        command_id=now.command_id,
        lead_id=of.lead_id,
        name=of.name,
        at=now.at,
        before=before,  # type: ignore[arg-type]
        standing=now,
    )
