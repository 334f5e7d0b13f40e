"""What became of a client: a person's word on it, and what the portal's stages hint at."""

from typing import Annotated, Literal, get_args

import msgspec

from schemas.base import LeadEvent
from schemas.types import LeadId, Millis

Outcome = Literal["left", "stays", "returned"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\d\Z")]
"""A local day, ISO."""


class ClientOutcome(LeadEvent, frozen=True, tag="client_outcome"):
    """A person says what became of the client, `since` which day; the newest word counts. Who has left rings nobody;
    `stays` takes that back as a mistake, `returned` says that he had left and is there again.
    """

    outcome: Outcome
    since: Day
    author: str
    reason: str = ""


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person's word as the read API tells it; `ts` is when he said it."""

    lead_id: LeadId
    outcome: Outcome
    since: Day
    author: str
    ts: Millis
    reason: str = ""


class Hint(msgspec.Struct, frozen=True):
    """A lead or deal that the portal has closed as failed, and nobody has said yet what it means. `ts`: since when."""

    lead_id: LeadId
    entity: str
    entity_id: str
    stage: str
    ts: Millis
