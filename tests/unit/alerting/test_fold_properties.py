"""What holds for every log that a partition folds: replays, restarts, which tick comes, other leads change nothing."""

from collections.abc import Iterable, Sequence
from math import isfinite
from random import Random
from unittest.mock import patch

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from processors import lead as lead_fold
from processors.context import Context
from processors.days import DAY_MS, HOUR_MS
from processors.state import LeadState, encode_state
from schemas.alerts import Alert, Signal
from schemas.events import AlertAction, Baseline, Event, Fleet, Tick
from schemas.topics import LEAD_EVENTS
from schemas.types import Meta
from tests.unit.alerting.histories import LEADS, Entry, figures, fold, fresh, history, of_lead, restarted, states, step

SEEDS = st.integers(0, 1 << 32)
SOME = settings(max_examples=12, phases=[Phase.generate])
"""A seed does not shrink to anything simpler."""


@SOME
@given(SEEDS, st.floats(0, 1))
def test_a_replay_says_and_changes_nothing(seed: int, part: float) -> None:
    """Whatever part of the end of the log comes again."""
    log, partition = history(seed), fresh()
    fold(partition, log)
    before = states(partition)
    assert fold(partition, log[int(part * len(log)) :]) == []
    assert states(partition) == before


@SOME
@given(SEEDS, st.lists(st.floats(0, 1), max_size=5))
def test_restarts_and_batches_do_not_matter(seed: int, cuts: list[float]) -> None:
    """The partition written and read back at any places gives the same states and says the same."""
    log, whole, parts = history(seed), fresh(), fresh()
    expected = fold(whole, log)
    places, ticked, found = {int(cut * len(log)) for cut in cuts}, 0, []
    for n, entry in enumerate(log):
        if n in places:
            parts = restarted(parts, ticked)
        found += step(parts, entry)
        if isinstance(entry.event, Tick):
            ticked = entry.event.ts
    assert found == expected
    assert states(parts) == states(whole)


@SOME
@given(SEEDS)
def test_it_does_not_matter_which_tick_comes(seed: int) -> None:
    """With most ticks missing each lead is said the same of, at the same times, and comes to the same state.

    The figures of all clients stay the same here: an hour that is found late is found with the newer ones.
    """
    log = [entry for entry in history(seed) if not isinstance(entry.event, Fleet)]
    every, few, dice = fresh(), fresh(), Random(seed)
    kept = [e for e in log[:-1] if not isinstance(e.event, Tick) or _stays(e.event, dice)]
    last = Tick(event_id="e" * 16, ts=log[-1].meta.ts)
    end = Entry(last, replace(log[-1].meta, offset=log[-1].meta.offset + 1))
    expected, found = fold(every, [*log[:-1], end]), fold(few, [*kept, end])
    for lead in LEADS:
        assert of_lead(found, lead) == of_lead(expected, lead)
    assert states(few, fenced=False) == states(every, fenced=False)


@SOME
@given(SEEDS)
def test_a_signal_names_the_alert_it_went_into(seed: int) -> None:
    """Each alert that ever opens is named by a signal of its rule and lead, and no signal names one of another."""
    found = fold(fresh(), history(seed))
    alerts = {one.alert_id: (one.lead_id, one.rule) for one in found if isinstance(one, Alert)}
    named = {one.alert_id: (one.lead_id, one.rule) for one in found if isinstance(one, Signal) and one.alert_id}
    assert alerts
    assert named == alerts


@SOME
@given(SEEDS)
def test_no_evening_is_looked_at_twice(seed: int) -> None:
    """Whatever waits for its hour, time never goes back for a lead; and a look that finds nothing changes nothing."""
    log, last = history(seed), dict[str, int]()
    look = lead_fold.evening

    def looked(state: LeadState, now: int, context: Context, lead_id: str) -> Sequence[lead_fold.Finding]:
        assert now > last.get(lead_id, 0)
        last[lead_id], before = now, encode_state(state)
        found = look(state, now, context, lead_id)
        assert found or encode_state(state) == before
        return found

    with patch.object(lead_fold, "evening", looked):
        fold(fresh(), log)
    assert set(last) == set(LEADS)


@SOME
@given(SEEDS)
def test_other_leads_do_not_matter(seed: int) -> None:
    """Each lead alone, with the same ticks and figures of all, comes to the same state and is said the same of."""
    log, together = history(seed), fresh()
    expected = fold(together, log)
    for lead in LEADS:
        alone = fresh()
        found = fold(alone, [entry for entry in log if entry.event.lead_id in ("", lead)])
        assert found == of_lead(expected, lead)
        assert states(alone).get(lead) == states(together).get(lead)


@SOME
@given(SEEDS)
def test_late_within_the_grace_is_sorted(seed: int) -> None:
    """Up to 24 h late and in any order events come to the same days as in the order of their times."""
    dice = Random(seed)
    others = (Tick, Fleet, Baseline, AlertAction)
    events = {e.event.event_id: e.event for e in history(seed, days=12) if not isinstance(e.event, others)}.values()
    straight, late = fresh(), fresh()
    fold(straight, _appended((event.ts, event) for event in events))
    fold(late, _appended((event.ts + dice.randrange(DAY_MS), event) for event in events))
    assert figures(late) == figures(straight)


@SOME
@given(SEEDS, st.data())
def test_a_baseline_twice_is_once(seed: int, data: st.DataObject) -> None:
    """Sent again right behind itself it changes nothing."""
    log, once, twice = history(seed, days=10), fresh(), fresh()
    at = data.draw(st.sampled_from([n for n, entry in enumerate(log) if isinstance(entry.event, Baseline)]))
    again = [*log[: at + 1], log[at], *log[at + 1 :]]
    again = [Entry(entry.event, replace(entry.meta, offset=n)) for n, entry in enumerate(again)]
    assert fold(twice, again) == fold(once, log)
    assert states(twice, fenced=False) == states(once, fenced=False)


@SOME
@given(SEEDS, st.sampled_from([1, 1000, 1_000_000]))
def test_all_numbers_are_finite(seed: int, wild: int) -> None:
    """Whatever quantities a warehouse sends."""
    for result in fold(fresh(), history(seed, days=20, wild=wild)):
        _finite(msgspec.to_builtins(result))


def _appended(arrivals: Iterable[tuple[int, Event]]) -> list[Entry]:
    """The events as the broker takes them at these times."""
    ordered = sorted(arrivals, key=lambda arrival: (arrival[0], arrival[1].event_id))
    return [Entry(event, Meta(LEAD_EVENTS.name, 0, n, at)) for n, (at, event) in enumerate(ordered)]


def _stays(tick: Tick, dice: Random) -> bool:
    return tick.ts % (48 * HOUR_MS) == 0 or not dice.randrange(20)


def _finite(value: object) -> None:
    match value:
        case float():
            assert isfinite(value)
        case dict():
            for one in value.values():
                _finite(one)
        case list():
            for one in value:
                _finite(one)
        case _:
            pass
