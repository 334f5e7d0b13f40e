"""Tools about commands: list_commands, propose_command, command_status. A proposal goes the way of all others: the
dispatcher judges it, a person signs. Nothing is carried out from here.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final

from processors.commands import canon, signing
from processors.commands.definitions import faults, fill, ttl_ms
from processors.commands.words import EFFECTS, STATES
from processors.days import local_day
from processors.minutes import is_order
from processors.pseudonyms.masking import TOKEN
from schemas.codec import Rejected
from schemas.command_codecs import LOG
from schemas.command_defs import Definition
from schemas.commands import Command, Param, Trigger
from schemas.errors import ConfigError
from schemas.topics import COMMANDS
from schemas.types import LeadId
from streams.engine.kafka import Output
from streams.engine.signing_keys import SigningKeyPair, load_key
from streams.mcp.house import Guest, No
from streams.mcp.telling import clock

log = logging.getLogger(__name__)


UNSURE: Final = 50
"""Percent: what another's model thinks of its own proposal says nothing, so a person is asked, always."""
PATIENCE_S, STEP_S = 6.0, 0.1
"""The dispatcher judges within a second."""
READS_ONLY: Final = "Этот токен только читает. Новый, с правом предлагать: leadpulse mcp token КТО --propose."
LONGEST_WHY: Final = 300


async def list_commands(guest: Guest, lead: str) -> str:
    """What may be proposed for a client, with the params that are asked for."""
    lead = await guest.opened(lead, "view", "list_commands")
    rows = [_definition(one) for one in guest.house.definitions().values()]
    return await guest.tell({"lead": lead}, rows, lead)


def _definition(one: Definition) -> dict[str, Any]:
    params = {name: schema for name, schema in one.params.items() if "x-from" not in schema}
    told = {name: _schema(schema) for name, schema in params.items()}
    return {"name": one.name, "text": one.title, "about": one.about, "effect": EFFECTS[one.effect], "params": told}


def _schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in schema.items() if not name.startswith("x-")}
    return told | ({"optional": True} if schema.get("x-optional") else {})


async def propose_command(guest: Guest, lead: str, name: str, params: Mapping[str, Param], why: str) -> str:
    """Put a proposal into the log, and tell how it stands."""
    if not guest.token.propose:
        await guest.log("refused", "", "propose_command")
        raise No(READS_ONLY)
    lead = await guest.opened(lead, "approve", f"propose_command {name[:52]}")
    command = _drafted(guest, lead, name, params, " ".join(why.split())[:LONGEST_WHY])
    key = _key(guest)
    proposal = signing.proposal(command, key.key_id, key.private)
    await guest.house.send([Output(COMMANDS.name, command.command_id.encode(), LOG.encode(proposal))])
    for _ in range(round(PATIENCE_S / STEP_S)):
        if command.command_id in guest.house.standings:
            break
        await asyncio.sleep(STEP_S)
    return await _told(guest, lead, command.command_id)


def _drafted(guest: Guest, lead: LeadId, name: str, given: Mapping[str, Param], why: str) -> Command:
    """Raises `No`. The same wish on the same day is the same command."""
    definition, at = guest.house.definitions().get(name), guest.house.clock()
    if definition is None:
        raise No(f"Команды {name} нет. Какие есть: list_commands.")
    if guest.token.external and any(TOKEN.search(text) for text in (why, *map(str, given.values()))):
        raise No("В тексте остались обозначения вместо имён и телефонов, например [ИМЯ_1]: человек их не поймёт.")
    if not isinstance(params := fill(definition, given, lead, guest.house.filled), Rejected) and (
        wrong := faults(definition, params)
    ):
        params = Rejected("; ".join(wrong))
    if isinstance(params, Rejected):
        raise No(f"Команду не составить: {params.reason}.")
    user = guest.user
    trigger = Trigger(
        kind="person",
        id=f"mcp/{user.user_id}/{local_day(at)}",
        words=why,
        who=f"{user.name}, через MCP",
        client=True,  # whoever proposes has read clients' words, and may do what they say
        orders=is_order(why),
    )
    about = lead if definition.lead != "none" else ""
    return Command(
        command_id=canon.command_id(name, about, trigger.id, params),
        name=name,
        version=definition.version,
        lead_id=about,
        params=params,
        trigger=trigger,
        confidence_percent=UNSURE,
        proposed_at=at,
        expires_at=at + ttl_ms(definition),
        proposer=_proposer(guest),
        why=why,
        asked_by=user.user_id,
    )


async def command_status(guest: Guest, lead: str, command_id: str) -> str:
    """How a command about this client stands."""
    lead = await guest.opened(lead, "view", "command_status")
    standing = guest.house.standings.get(command_id)
    command = None if standing is None else canon.read(standing.body)
    proposer = _proposer(guest)  # of one about no client it is told to who proposed it
    if not isinstance(command, Command) or not (command.lead_id == lead or command.proposer == proposer):
        raise No("По этому клиенту такой команды нет.")
    return await _told(guest, lead, command_id)


async def _told(guest: Guest, lead: LeadId, command_id: str) -> str:
    standing = guest.house.standings.get(command_id)
    if standing is None:
        waits = "Предложение принято, его ещё не рассмотрели. Спросите позже: command_status."
        return await guest.tell({"lead": lead, "command_id": command_id, "state": waits}, [])
    head = {
        "lead": lead,
        "command_id": command_id,
        "title": standing.title,
        "state": STATES[standing.state],
        "time": clock(standing.at),
        "by": standing.by,
        "why": standing.why,
        "what": standing.what,
    }
    return await guest.tell(head, [], lead)


def _key(guest: Guest) -> SigningKeyPair:
    """Raises `No`: where the key lies is nobody's business there."""
    try:
        return load_key(guest.house.settings.commands.keys, "mcp")
    except ConfigError as error:
        log.warning("no key to sign with", extra={"error": str(error)})
        raise No("Предложить сейчас нельзя: у MCP нет ключа подписи. Скажите об этом администратору.") from error


def _proposer(guest: Guest) -> str:
    return f"mcp/{guest.user.user_id}"
