"""The daily report: figures that the store publishes and notify tells."""

import msgspec

from schemas.types import LeadId, Millis


class ReportLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One lead's day in the daily report."""

    lead_id: LeadId
    meetings: int = 0
    messages: int = 0
    reservations: int = 0
    alerts: int = 0


class DailyReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """Figures of a report (`daily.reports`, key = `report_id`); [`since`, `until`) in ms UTC.

    `report_id` is the Moscow date of `until` for the scheduled one; a report asked for by hand has its own id.
    """

    report_id: str
    since: Millis
    until: Millis
    meetings: int
    meeting_minutes: int
    messages: int
    reservations: int
    reserved_qty: int
    alerts_opened: int
    alerts_open: int
    alerts_unseen: int
    unassigned: int
    dead_letters: int
    leads: list[ReportLine] = []
