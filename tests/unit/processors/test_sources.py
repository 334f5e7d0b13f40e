"""Whether all is well with a source: its rounds, its habit, and our own stops."""

import pytest
from msgspec.structs import replace

from processors.days import HOUR_MS
from processors.habit import WEEK
from processors.sources import LEFT_MS, Judged, judged
from schemas.rounds import SourceRound, Way
from tests.unit.processors.test_habit import MONDAY, around_the_clock, lived

ACTIVE = lived(around_the_clock, 1, 9 * WEEK)
LAST = (MONDAY + 9 * WEEK) * HOUR_MS - 1
MINUTE = 60_000


def report(ts: int, way: Way = "poll", error: str = "", well_at: int | None = None) -> SourceRound:
    """Of a system that is asked every five minutes."""
    return SourceRound("wms:a", way, ts, 5 * MINUTE, well_at=ts if well_at is None else well_at, error=error)


def state(*reports: SourceRound, after: int, began: int = 0, last: int = LAST) -> Judged:
    """So many ms after the last event."""
    return judged(reports, ACTIVE, last, LAST + after, began)


def test_who_sends_by_himself_is_judged_by_his_habit() -> None:
    """Well for an hour, silent after ten; since his last event, and it was said before when that would be."""
    well, silent = state(after=HOUR_MS), state(after=10 * HOUR_MS)
    assert (well.state, silent.state) == ("well", "silent")
    assert silent.since == LAST < well.due_at == silent.due_at <= LAST + 7 * HOUR_MS


def test_who_is_asked_is_not_silent() -> None:
    """An answer without news is an answer, also after a week."""
    later = 7 * 24 * HOUR_MS
    assert state(report(LAST + later - MINUTE), after=later) == Judged("well")


@pytest.mark.parametrize("way", ["poll", "folder"])
def test_rounds_that_fail_are_told(way: Way) -> None:
    """After two minutes, since the last that went well, with the reason."""
    failing = report(LAST + HOUR_MS, way, "ответ 503", well_at=LAST + MINUTE)
    assert state(failing, after=HOUR_MS + MINUTE) == Judged("failing", LAST + MINUTE, error="ответ 503")
    assert state(replace(failing, ts=LAST + 2 * MINUTE), after=2 * MINUTE).state == "well"


def test_a_reader_that_is_gone_is_missed() -> None:
    """After three rounds, a report and a restart: half an hour; not when what it read comes another way now."""
    gone = report(LAST)
    assert state(gone, after=29 * MINUTE).state == "well"
    assert state(gone, after=31 * MINUTE) == Judged("unread", LAST)
    hooks = LAST + 40 * MINUTE
    assert state(gone, after=41 * MINUTE, last=hooks).state == "well"


def test_a_folder_that_can_be_read_says_nothing_of_who_fills_it() -> None:
    """The file that does not come is missed."""
    assert state(report(LAST + 10 * HOUR_MS, "folder"), after=10 * HOUR_MS).state == "silent"


def test_our_own_stop_is_nobodys_silence() -> None:
    """After a start readers and senders have time to come back."""
    after = 10 * HOUR_MS
    assert state(after=after, began=LAST + after - HOUR_MS // 2).state == "well"
    assert state(after=after, began=LAST + after - HOUR_MS).state == "silent"
    assert state(report(LAST), after=after, began=LAST + after - 29 * MINUTE).state == "well"


def test_young_and_old() -> None:
    """Nothing is said of who has no habit yet, and nobody waits for ever."""
    assert judged([], ACTIVE[:20], LAST, LAST + MINUTE, 0) == Judged("new")
    assert judged([report(LAST, "folder")], [], 0, LAST + MINUTE, 0) == Judged("well")
    assert state(after=LEFT_MS + 1) == Judged("left", LAST)
