"""Which events a lead has seen: an id that comes again within a day is a repeat. `state` is changed in place."""

from bisect import bisect_left
from itertools import islice

from processors.days import DAY_MS, HOUR_MS
from processors.sealed import CHUNK, Sealed
from processors.state import LeadState
from schemas.types import Millis

KEPT_MS = DAY_MS
"""As old as a live event may be (`processors.lead.LATE_MS`)."""


def remember(state: LeadState, event_id: str, appended: Millis) -> bool:
    """Whether the event is new. Ids are kept by append time, which only grows within a partition."""
    key = int(event_id, 16)
    ids = state.ids
    if key in ids or (state.sealed is not None and key in state.sealed.known):
        return False
    ids[key] = hour = appended // HOUR_MS
    if len(ids) & 63 == 0:
        forget(state, hour)
    if len(ids) >= CHUNK:
        _seal(state)
    return True


def _seal(state: LeadState) -> None:
    """Move full chunks of ids, oldest first, out of the state record. (A state of before this had up to 4096.)"""
    if state.sealed is None:
        state.sealed = Sealed()
    while len(state.ids) >= CHUNK:
        oldest = list(islice(state.ids, CHUNK))
        state.sealed.seal(oldest, state.ids[oldest[-1]])
        for key in oldest:
            del state.ids[key]


def forget(state: LeadState, hour: int) -> bool:
    """Drop ids that arrived a day before this hour (since 1970). Whether there were any."""
    ids, before = state.ids, hour - KEPT_MS // HOUR_MS - 1
    stale = bisect_left([*ids.values()], before)  # they stand in the order of arrival
    for key in [*islice(ids, stale)]:
        del ids[key]
    sealed = state.sealed is not None and state.sealed.forget(before)
    return stale > 0 or sealed
