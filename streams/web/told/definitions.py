"""What commands there are, in words: who signs, whether one runs by itself, how good it was, what differs."""

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from processors.commands import canon
from processors.commands.desk import Desk
from processors.commands.effects import effects
from processors.commands.entitlement import INSIDE
from processors.commands.figures import ENOUGH, GOOD_PERCENT, Figures
from processors.commands.words import DOES, EFFECTS
from processors.commands.world import World
from processors.russian.plural import Forms, count
from schemas.command_defs import NEVER, Definition
from schemas.commands import Command, Handed, Param, Standing, Trigger
from schemas.types import Millis
from streams.web.words import ROLES

PROPOSALS: Final[Forms] = ("предложение", "предложения", "предложений")
CLIENTS: Final[Forms] = ("клиента", "клиентов", "клиентов")
PROOFS: Final = {
    "none": "кнопкой на странице или в Telegram",
    "button": "кнопкой в Telegram или ключом устройства",
    "passkey": "только ключом устройства",
}
NEW: Final = """name: http.example
version: 1
title: Что делает команда
effect: outward
lead: required
approval: {by: [curator, head], how: passkey}
ttl: 4h
params:
  text: {type: string, title: Текст, minLength: 1, maxLength: 1000, x-show: full}
handler: {kind: http.post, url: "https://crm.example.ru/hook"}
"""


@dataclass(frozen=True, slots=True)
class DefinitionShown:
    """A command that there is. `switch`: what an administrator may do: unlock, lock, resume, pause."""

    name: str
    version: int
    title: str
    about: str
    does: str
    effect: str
    signs: str
    auto: str
    figures: str
    why_not: str
    switches: list[tuple[str, str]]
    added: bool


def told(definition: Definition, desk: Desk, *, added: bool) -> DefinitionShown:
    """As the page lists it."""
    name, figures = definition.name, desk.figures(definition.name)
    unlocked, paused, clients = name in desk.unlocked, name in desk.paused, desk.paused_for(name)
    possible = definition.effect in INSIDE and definition.auto.min_percent < NEVER
    switches = [("resume", "Снять паузу")] if paused or clients else []
    switches += [] if paused else [("pause", "Приостановить")]
    if unlocked:
        switches.append(("lock", "Больше не выполнять саму"))
    elif possible and desk.may_unlock(name):
        switches.append(("unlock", "Пусть выполняется сама"))
    who = " или ".join(ROLES[role] for role in definition.approval.by)
    twice = ", двое" if definition.approval.count > 1 else ""
    how = definition.approval.how if definition.effect in INSIDE else "passkey"
    return DefinitionShown(
        name,
        definition.version,
        definition.title,
        definition.about,
        DOES[definition.handler.kind],
        EFFECTS[definition.effect],
        f"{who}{twice}, {PROOFS[how]}",
        _auto(definition, possible=possible, unlocked=unlocked, paused=paused) + _for_some(clients),
        _figures(figures),
        _why_not(figures) if possible and not unlocked and not desk.may_unlock(name) else "",
        switches,
        added,
    )


def _auto(definition: Definition, *, possible: bool, unlocked: bool, paused: bool) -> str:
    if paused:
        return "приостановлена: новые предложения не принимаются"
    if not possible:
        return "сама не выполняется никогда"
    least = f"при уверенности от {definition.auto.min_percent} %"
    return f"выполняется сама {least}" if unlocked else f"может выполняться сама {least}, сейчас нет"


def _for_some(clients: Sequence[str]) -> str:
    """Nothing where there are none, or all are paused anyway."""
    return f"; после пяти отказов подряд приостановлена для {count(len(clients), CLIENTS)}" if clients else ""


def _figures(figures: Figures) -> str:
    if not figures.proposed:
        return "за 90 дней не предлагалась"
    parts = [
        f"за 90 дней {count(figures.proposed, PROPOSALS)}",
        f"подписано без правок {figures.unchanged}" + (f" ({figures.percent} %)" if figures.ended else ""),
        f"с правкой {figures.edited}",
        f"отказано {figures.refused}",
    ]
    parts += [f"не ответили в срок: {figures.expired}"] if figures.expired else []
    parts += [f"выполнено без вопроса: {figures.auto}"] if figures.auto else []
    return ", ".join(parts)


def _why_not(figures: Figures) -> str:
    least = f"Чтобы она могла выполняться сама, нужно не меньше {ENOUGH} ответов и {GOOD_PERCENT} % без правок"
    return f"{least}; сейчас {figures.ended} и {figures.percent} %."


def diff(before: str, after: str) -> list[tuple[str, str]]:
    """Lines, each with `added`, `removed` or nothing; empty where nothing was before."""
    if not before:
        return []
    kinds = {"+": "added", "-": "removed"}
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=99)
    return [(kinds.get(line[:1], ""), line) for line in list(found)[3:]]


def rehearsed(definition: Definition, world: World, now: Millis) -> list[tuple[str, str]]:
    """What would be sent, with made-up params; nothing is. Name and value, a line each."""
    params = {name: _sample(name, schema) for name, schema in definition.params.items()}
    lead = "" if definition.lead == "none" else "12345"
    command = Command(
        command_id=canon.command_id(definition.name, lead, "rehearsal", params),
        name=definition.name,
        version=definition.version,
        lead_id=lead,
        params=params,
        trigger=Trigger(kind="person", id="rehearsal"),
        confidence_percent=100,
        proposed_at=now,
        expires_at=now,
        proposer="web/rehearsal",
    )
    body = canon.encoded(command)
    standing = Standing(
        command_id=command.command_id, body=body.decode(), digest=canon.digest(body), state="running", at=now
    )
    definitions = {**world.definitions, (definition.name, definition.version): definition}
    tried = dataclasses.replace(world, definitions=definitions)
    lines: list[tuple[str, str]] = []
    for one in effects(standing, now, tried):
        if isinstance(one, Handed):
            lines += _handed(one)
    return lines


def _handed(one: Handed) -> list[tuple[str, str]]:
    where = {"http.post": "POST на адрес", "n8n.run": "поток n8n", "bitrix.call": "метод Битрикс24"}
    lines = [(where.get(one.handler, one.handler), one.url or one.method or one.to)]
    lines += [("ключ", f"«{one.key}» из настроек")] if one.key else []
    lines += [("текст", one.text)] if one.text else []
    for name, raw in one.fields.items():
        lines.append((name, msgspec.json.format(bytes(raw), indent=0).decode()))
    return lines


def _sample(name: str, schema: Mapping[str, Any]) -> Param:
    if "enum" in schema:
        found: Param = schema["enum"][0]
        return found
    match schema.get("type"):
        case "integer":
            return int(schema.get("minimum", 1))
        case "boolean":
            return True
        case _:
            return f"<{schema.get('title') or name}>"
