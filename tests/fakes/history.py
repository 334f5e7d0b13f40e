"""A client's history in memory, for questions: what a test puts in is what is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from processors.profile import Profile
from schemas.answers import Figure, Found, Passage, ToolCall
from schemas.errors import Refused
from schemas.types import LeadId


@dataclass
class FakeHistory:
    """`passages` of any clients, as the store would never give them, too: whoever asks must look himself. Figures by
    tool; a tool that is not there is refused, as a call with wrong days is. `whose`: the client that a merged lead is.
    """

    passages_of: Sequence[Passage] = ()
    figures: Mapping[str, Figure] = field(default_factory=dict)
    names_of: Sequence[str] = ()
    whose: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def passages(self, lead: LeadId, question: str, since: str, until: str) -> Found:
        """As `streams.asking.History`."""
        self.asked.append((lead, question))
        return Found(self.whose or lead, list(self.passages_of), len(self.passages_of))

    async def figure(self, lead: LeadId, call: ToolCall) -> Figure:
        """As `streams.asking.History`."""
        self.asked.append((lead, call.name))
        if call.name not in self.figures:
            raise Refused("days are YYYY-MM-DD")
        return self.figures[call.name]

    async def profile(self, lead: LeadId) -> Profile:
        """As `streams.asking.History`."""
        return Profile(lead, {})

    async def names(self, lead: LeadId) -> Sequence[str]:
        """As `streams.asking.History`."""
        return self.names_of
