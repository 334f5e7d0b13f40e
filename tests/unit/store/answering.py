"""Questions against a store of the test: `History` straight from its database."""

from collections.abc import Sequence

from processors.profile import Profile
from schemas.answers import Claim, Done, Figure, Found, Source, Sources, Stage, ToolCall
from schemas.types import LeadId, Millis
from streams.asking import Desk, answer
from streams.asking.model import Models
from streams.store.database import Database
from streams.store.read.passages import passages
from streams.store.read.people import people
from streams.store.read.profiles import read_profile
from streams.store.read.questions import within
from streams.store.read.tools import figure


class DatabaseHistory:
    """As `StoreHistory`, without HTTP."""

    def __init__(self, database: Database, now: Millis) -> None:
        self._database, self._now = database, now

    async def passages(self, lead: LeadId, question: str, since: str, until: str) -> Found:
        """As `History`."""
        return await passages(self._database, lead, question, lambda: self._now, within(since, until))

    async def figure(self, lead: LeadId, call: ToolCall) -> Figure:
        """As `History`."""
        return await figure(self._database, lead, call, self._now)

    async def profile(self, lead: LeadId) -> Profile:
        """As `History`."""
        return await read_profile(self._database, lead, self._now)

    async def names(self, lead: LeadId) -> Sequence[str]:
        """As `History`."""
        found: list[str] = (await people(self._database, lead, "", 0, 0)).names
        return found


def desk(database: Database, now: Millis, models: Models | None = None) -> Desk:
    """A desk at which it is always `now`."""
    return Desk(DatabaseHistory(database, now), models, clock=lambda: now)


class Told:
    """An answer, read to its end."""

    def __init__(self, stages: list[Stage]) -> None:
        self.stages = stages
        self.claims = [stage for stage in stages if isinstance(stage, Claim)]
        shown = [stage.sources for stage in stages if isinstance(stage, Sources)]
        self.sources: list[Source] = [source for sources in shown for source in sources]
        [self.done] = [stage for stage in stages if isinstance(stage, Done)]

    def text(self) -> str:
        """All that a person reads of it."""
        return "\n".join(f"{claim.text} {claim.quote}" for claim in self.claims)


async def told(at: Desk, lead: LeadId, question: str) -> Told:
    """Ask, and read to the end."""
    return Told([stage async for stage in answer(at, lead, question)])
