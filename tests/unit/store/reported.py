"""Reports that were published, in the store."""

from msgspec.structs import replace

from schemas import events as ev
from schemas.minutes import Minutes
from schemas.reports import DailyReport
from streams.store.database import Database
from streams.store.sinks.rows import report_rows
from tests.unit.store.records import DAY, NOW
from tests.unit.store.samples import event_of

TOLD = "SELECT report_id, scheduled, body = '{}' FROM reports FINAL ORDER BY 1"
"""Which there are, and whether they are empty."""


async def put_reports(database: Database, *reports: tuple[str, str, str]) -> None:
    """Each of a day, with minutes of a lead and their summary; the last has the latest time."""
    for at, (day, lead, said) in enumerate(reports):
        minutes = replace(event_of(ev.MeetingMinutes), lead_id=lead, minutes=Minutes(said, "m"))
        since = NOW + at * DAY
        report = DailyReport(day, since, since + DAY, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, minutes=[minutes])
        await database.insert(report_rows(report, scheduled=True, published_at=NOW), day)
