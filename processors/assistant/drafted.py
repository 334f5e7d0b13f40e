"""From an idea to the command that is signed: the server's own params, its id, how long it waits. Pure."""

from collections.abc import Mapping

from processors.assistant.ideas import Idea
from processors.commands.canon import command_id
from processors.commands.definitions import Filled, faults, fill, ttl_ms
from processors.commands.params import seen
from schemas.codec import Rejected
from schemas.command_defs import Definition
from schemas.commands import Command


def drafted(idea: Idea, definitions: Mapping[str, Definition], filled: Filled) -> Command | Rejected:
    """The command; `Rejected`, in Russian for people, where there is no such command, the server cannot fill it in, or
    its params do not fit. The same idea makes the same bytes."""
    definition = definitions.get(idea.name)
    if definition is None:
        return Rejected(f"команды {idea.name} нет")
    if definition.lead == "required" and not idea.lead_id:
        return Rejected("не сказано, о каком клиенте")
    lead = idea.lead_id if definition.lead != "none" else ""
    # a mark of direction in a client's name must not be a way to be proposed nothing about
    said = {name: seen(value) if isinstance(value, str) else value for name, value in idea.params.items()}
    params = fill(definition, said, lead, filled)
    if isinstance(params, Rejected):
        return params
    if wrong := faults(definition, params):
        return Rejected("; ".join(wrong))
    return Command(
        command_id=command_id(idea.name, lead, idea.trigger.id, params),
        name=idea.name,
        version=definition.version,
        lead_id=lead,
        params=params,
        trigger=idea.trigger,
        confidence_percent=idea.confidence,
        proposed_at=idea.at,
        expires_at=idea.at + ttl_ms(definition),
        proposer=idea.proposer,
        why=idea.why[:300],
        evidence=idea.evidence,
        asked_by=idea.who.removeprefix("web/"),
    )
