"""What became of clients, from all that people said of it. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from processors.state import Became, LeadState
from schemas.outcomes import ClientOutcome, Hint, Said
from schemas.types import LeadId, Millis


def newest(said: Iterable[Said]) -> dict[LeadId, Said]:
    """The word that counts of each lead. `said` in the order of time."""
    return {one.lead_id: one for one in said}


def departures(said: Iterable[Said]) -> dict[LeadId, Said]:
    """Who left, by his last departure: `stays` takes a `left` back, another `left` corrects it, and who returned had
    left all the same. `said` in the order of time."""
    standing: dict[LeadId, Said] = {}
    settled: dict[LeadId, Said] = {}
    for one in said:
        match one.outcome:
            case "left":
                standing[one.lead_id] = one
            case "stays":
                standing.pop(one.lead_id, None)
            case "returned" if one.lead_id in standing:
                settled[one.lead_id] = standing.pop(one.lead_id)
    return settled | standing


def take(state: LeadState, event: ClientOutcome) -> None:
    """What the fold remembers (`state` is changed in place): the newest word, whichever comes last."""
    before = state.became
    if before is None or (before.ts, before.event_id) < (event.ts, event.event_id):
        state.became = Became(event.outcome, event.ts, event.event_id)


class Stage(NamedTuple):
    """A lead or deal of the portal at `ts` (ms UTC)."""

    entity: str
    entity_id: str
    stage: str
    ts: Millis
    gone: bool = False


FAILED = frozenset(("JUNK", "LOSE", "APOLOGY"))
"""Stages with which the portal is delivered and that mean failure: of leads (docs: `crm.status.entity.types`,
FINAL_UNSUCCESS_FIELD) and of deals, where another funnel has a prefix, `C5:LOSE`. A stage that people added goes for
one in process: better no hint than a wrong one."""
SUCCEEDED = frozenset(("CONVERTED", "WON"))


def hinted(lead: LeadId, stages: Iterable[Stage]) -> Hint | None:
    """Whether the portal has closed all that it has of the client, the last of it as failed. `stages`: every change of
    its lead and deals, in the order of time."""
    now: dict[tuple[str, str], Stage] = {}
    for one in stages:
        before = now.get((one.entity, one.entity_id))
        same = before is not None and before.stage == one.stage and not one.gone
        now[one.entity, one.entity_id] = one._replace(ts=before.ts) if before is not None and same else one
    living = [one for one in now.values() if not one.gone and one.stage]
    if not living or any(_bare(one) not in FAILED | SUCCEEDED for one in living):
        return None
    last = max(living, key=lambda one: (one.ts, one.entity, one.entity_id))
    return Hint(lead, last.entity, last.entity_id, last.stage, last.ts) if _bare(last) in FAILED else None


def _bare(one: Stage) -> str:
    return one.stage.rpartition(":")[2]
