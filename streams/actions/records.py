"""What a change of a command becomes: a record for who asks people, the client's history, and what is to be done. Pure.

Ids and times follow from the change alone, so a repeat is the same record.
"""

from collections.abc import Iterator
from typing import Final

from processors.commands.canon import read
from processors.commands.catalogue import WORDS
from processors.commands.effects import effects
from processors.commands.shown import shown
from processors.commands.world import World
from schemas.codec import EVENT, Rejected, event_id
from schemas.command_changed import CommandChanged
from schemas.command_codecs import CHANGE, DEFINITION, HANDED, LOG, STANDING
from schemas.command_defs import WordsSigned
from schemas.commands import CommandChange, CommandId, Handed, LogRecord, Standing
from schemas.topics import (
    COMMAND_DEFS,
    COMMAND_EVENTS,
    COMMAND_STATE,
    COMMANDS,
    LEAD_EVENTS,
    OUT_HTTP,
    OUT_PORTAL,
    OUT_TELEGRAM,
)
from schemas.types import Millis
from streams.engine.kafka import Output

SOURCE: Final = "commands"
NOBODYS: Final = b"-"
"""Key of a change that is about no client."""
UNTOLD: Final = frozenset({"rejected", "dropped"})
"""What nobody was asked about is no part of a client's history."""
LONGEST: Final = 300
"""Characters of a command in a client's history."""


def told(change: CommandChange, world: World) -> Iterator[Output]:
    """The change itself, for who asks and shows; and, where it is a new state, for the client's history."""
    yield Output(COMMAND_EVENTS.name, change.lead_id.encode() or NOBODYS, CHANGE.encode(change))
    if change.lead_id and change.before != change.standing.state and change.standing.state not in UNTOLD:
        yield Output(LEAD_EVENTS.name, change.lead_id.encode(), EVENT.encode(_event(change, world)))


def done(standing: Standing, at: Millis, world: World, *, begun: bool = False) -> Iterator[Output]:
    """What an approved command does: events of our own, and what outlets are handed; nothing that was `begun`."""
    for effect in effects(standing, at, world):
        if not isinstance(effect, Handed):
            yield Output(LEAD_EVENTS.name, effect.lead_id.encode(), EVENT.encode(effect))
        elif not begun:
            yield _handed(effect)


def state(command_id: CommandId, standing: Standing | None) -> Output:
    """How it stands; None: it has left."""
    return Output(COMMAND_STATE.name, command_id.encode(), None if standing is None else STANDING.encode(standing))


def words_signed(since: Millis) -> Output:
    """From then on people's words have to be attested."""
    return Output(COMMAND_DEFS.name, WORDS.encode(), DEFINITION.encode(WordsSigned(since=since)))


def of_log(record: LogRecord, key: str) -> Output:
    """A word of our own in the log."""
    return Output(COMMANDS.name, key.encode(), LOG.encode(record))


def _handed(effect: Handed) -> Output:
    key, value = effect.command_id.encode(), HANDED.encode(effect)
    match effect.handler:
        case "telegram.send" | "report.send":
            return Output(OUT_TELEGRAM.name, key, value)
        case "bitrix.call":
            return Output(OUT_PORTAL.name, key, value)
        case "http.post" | "n8n.run":
            return Output(OUT_HTTP.name, key, value)


def _event(change: CommandChange, world: World) -> CommandChanged:
    standing = change.standing
    return CommandChanged(
        event_id=event_id("command_changed", change.change_id),
        lead_id=change.lead_id,
        ts=change.at,
        source=SOURCE,
        command_id=change.command_id,
        name=change.name,
        title=standing.title,
        state=standing.state,
        words=_words(standing, world),
        by=standing.by,
        why=standing.why,
        what=standing.what,
        confidence_percent=_confidence(standing),
    )


def _confidence(standing: Standing) -> int:
    command = read(standing.body)
    return 100 if isinstance(command, Rejected) else command.confidence_percent


def _words(standing: Standing, world: World) -> str:
    """The text that it sends, else all its lines, as the card shows them; empty where its definition is gone."""
    command = read(standing.body)
    definition = None if isinstance(command, Rejected) else world.definitions.get((command.name, command.version))
    card = None if definition is None else shown(standing.body, definition)
    if card is None or isinstance(card, Rejected):
        return ""
    lines = [line.text for line in card.lines if line.full] or [line.text for line in card.lines]
    words = "; ".join(lines)
    return words if len(words) <= LONGEST else words[: LONGEST - 1].rstrip() + "…"
