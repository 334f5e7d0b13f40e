"""What the client's history is told of a command: an event of `lead.events`."""

from schemas.base import LeadEvent
from schemas.commands import CommandId, CommandName, State


class CommandChanged(LeadEvent, frozen=True, tag="command_changed"):
    """A command about this client came to another state. `title` and `words`: as the card shows them; `by`: who
    proposed, approved or refused it, by name; `why`: the reason; `what`: where the effect stands.
    `confidence_percent`: how sure its proposer was."""

    command_id: CommandId
    name: CommandName
    title: str
    state: State
    words: str = ""
    by: str = ""
    why: str = ""
    what: str = ""
    confidence_percent: int = 100
