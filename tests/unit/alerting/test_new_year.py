"""A fleet whose shops rest over New Year, beside clients who go on: a holiday is no decline."""

from collections.abc import Iterator
from datetime import date

from alerting.rehearsal import Rehearsal, lines
from processors.days import HOUR_MS, day_start, local_day_of
from processors.rules import builtin
from schemas.codec import event_id
from schemas.events import Event, Reservation
from schemas.types import LocalDay

DAYS = range(local_day_of(date(2025, 7, 7)), local_day_of(date(2026, 2, 1)))
"""From a Monday on."""
DECEMBER, NEW_YEAR = (
    local_day_of(date(2025, 12, 1)),
    range(local_day_of(date(2025, 12, 31)), local_day_of(date(2026, 1, 9))),
)

SHOPS, OTHERS, FADING = range(1, 9), range(9, 21), 1


def orders(lead: int, day: LocalDay) -> int:
    """Shops work from Monday to Friday and do three tenths less from December on, one of them much less; others do
    the same each day."""
    if lead in OTHERS:
        return 8
    if (day + 3) % 7 > 4 or day in NEW_YEAR:
        return 0
    return 10 if day < DECEMBER else 3 if lead == FADING else 7


def events() -> Iterator[Event]:
    """Ten minutes apart, from nine in the morning on."""
    for day in DAYS:
        for number in range(10):
            for lead in (*SHOPS, *OTHERS):
                if number < orders(lead, day):
                    ts = day_start(day) + 9 * HOUR_MS + number * 600_000 + lead
                    doc = f"R-{lead}-{day}-{number}"
                    yield Reservation(
                        event_id=event_id("wms", doc), lead_id=str(lead), ts=ts, source="wms", doc=doc, qty=10
                    )


def test_new_year_is_no_decline() -> None:
    """Three tenths less, and nine days on which no shop works, ring for nobody but for the one who fades."""
    rehearsal = Rehearsal(builtin(), ticked=False, curator=lambda _lead: "")
    told = lines(rehearsal.play((event.ts, event) for event in events()))
    assert {line.lead_id for line in told if line.rule == "volume_decline"} == {str(FADING)}
