"""Definitions of the release, and the things that are proposed of, for tests of the assistant."""

from collections.abc import Collection

from msgspec.structs import replace

from processors.assistant.memory import Memory
from processors.assistant.rules import Around
from processors.commands.canon import canonical, command_id
from processors.commands.definitions import builtin, latest
from schemas.alerts import Alert, Evidence, Rule
from schemas.commands import Command, CommandChange, Param, Standing, State, Trigger
from tests.unit.processors.assistant.people import NAMES, NOW

DEFINITIONS = latest(builtin())


def filled(source: str, lead: str) -> Collection[str]:
    """What the server knows: a chat, a flow, a room."""
    known = {"identities.telegram_chat": [f"-100{lead}"], "commands.workflows": ["сверка"]}
    return [f"https://meet.example.ru/lead-{lead}"] if source == "rooms.link" and lead else known.get(source, [])


def around(memory: Memory | None = None, allowed: Collection[str] | None = None) -> Around:
    """All commands are set up, unless `allowed` says which."""
    names = DEFINITIONS.keys() if allowed is None else allowed
    return Around(names, memory or Memory(), lambda lead: NAMES.get(lead, ""))


def alert(rule: Rule = "leaving_phrase", words: str = "мы уходим к другому складу", **more: object) -> Alert:
    """One that rings."""
    told = Alert(
        alert_id="00000000000000a1",
        version=1,
        lead_id="1003",
        rule=rule,
        severity="warning",
        status="open",
        opened_at=NOW,
        updated_at=NOW,
        value=1,
        baseline=0,
        score=1,
        rings=True,
        evidence=[Evidence("00000000000000e1", NOW, "message", words, who="Анна")],
    )
    return replace(told, **more)


def command(name: str = "task.bitrix", trigger: Trigger | None = None, **more: object) -> Command:
    """One of client 1003."""
    params: dict[str, Param] = {"title": "Позвонить клиенту 1003"}
    trigger = trigger or Trigger(kind="alert", id="00000000000000a1", gravity=1)
    made = Command(
        command_id=command_id(name, "1003", trigger.id, params),
        name=name,
        version=1,
        lead_id="1003",
        params=params,
        trigger=trigger,
        confidence_percent=100,
        proposed_at=NOW,
        expires_at=NOW + 86_400_000,
        proposer="agent/rules",
    )
    return replace(made, **more)


def changed(
    of: Command, state: State, why: str = "", by: str = "Иванова", before: State | str = "asking"
) -> CommandChange:
    """A change of a command."""
    standing = Standing(
        command_id=of.command_id,
        body=canonical(of).decode(),
        digest="0" * 64,
        state=state,
        at=NOW,
        why=why,
        by=by,
        title="Поставить задачу",
    )
    return CommandChange(
        change_id=f"{of.command_id}-1",
        command_id=of.command_id,
        lead_id=of.lead_id,
        name=of.name,
        at=NOW,
        before=before,  # type: ignore[arg-type]
        standing=standing,
    )
