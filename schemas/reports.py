"""The daily report: what the store publishes and notify tells."""

from typing import Literal

import msgspec

from schemas.alerts import Alert
from schemas.minutes import Action, MeetingMinutes
from schemas.outcomes import Hint, Said
from schemas.rounds import SourceHealth
from schemas.types import LeadId, Millis, SomeEvent


class ReportLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One lead's day in figures. `reserved_qty` are the pieces of his reservations, whatever was taken back of them
    (`cancelled` documents, `cancelled_qty` pieces, both positive)."""

    lead_id: LeadId
    meetings: int = 0
    messages: int = 0
    reservations: int = 0
    alerts: int = 0
    reserved_qty: int = 0
    cancelled: int = 0
    cancelled_qty: int = 0


class UntoldMeeting(msgspec.Struct, frozen=True, omit_defaults=True):
    """A recorded meeting that has no minutes yet; `status` as in `Recording`."""

    lead_id: LeadId
    recording_id: str
    started_at: Millis
    duration_ms: int
    status: str = "ok"


class ChatLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a client's chats came to."""

    lead_id: LeadId
    summary: str


class DuePromise(msgspec.Struct, frozen=True, omit_defaults=True):
    """A promise that nobody has marked. `ts` is when it was made, `recording_id` in which meeting (empty: in a chat),
    `promise` its id (`processors.promises`; empty before it had one)."""

    lead_id: LeadId
    ts: Millis
    action: Action
    recording_id: str = ""
    promise: SomeEvent = ""


class SilentLead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A client who used to be active and has done nothing since `last_ts`."""

    lead_id: LeadId
    last_ts: Millis


class UnknownClient(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source's name of a client whom nobody linked to a lead, and how many events of his came."""

    kind: str
    value: str
    events: int


class Bearer(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a name in a room may mean (`processors.candidates.Candidate`): `person` is his key on `identities`."""

    person: str
    name: str
    side: Literal["staff", "client"]
    about: str = ""


class AskedName(msgspec.Struct, frozen=True, omit_defaults=True):
    """A name in a client's meeting of whom nobody is sure, the latest meeting with it (`ts`), and whom it may mean."""

    lead_id: LeadId
    recording_id: str
    ts: Millis
    name: str
    bearers: list[Bearer] = []


class DailyReport(msgspec.Struct, frozen=True, omit_defaults=True):
    """A report (`daily.reports`, key = `report_id`) of what came in [`since`, `until`), ms UTC.

    `report_id` is the local date of `until` for the scheduled one; a report asked for by hand has its own id.
    `minutes` are those whose first version came in that time; `risks` are the alerts that are not resolved, the worst
    first. What was reserved and what was taken back are told apart, as in `ReportLine`. `dead_letters` came in that
    time; `open_letters` are all that nobody has dealt with, of the last 90 days. `promises` are those whose day is the
    report's or the next one, `overdue` those whose day was in the two weeks before, the latest first.
    `outcomes` are what was said in that time of who left or returned (the last word on each); who has left is in no
    other list of risks. `hints`: clients of the warehouse whose lead or deals the portal closed as failed.
    `names` in meetings of whom nobody is sure: their curators are asked, each once.
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
    minutes: list[MeetingMinutes] = []
    untold: list[UntoldMeeting] = []
    chats: list[ChatLine] = []
    risks: list[Alert] = []
    promises: list[DuePromise] = []
    silent: list[SilentLead] = []
    unknown: list[UnknownClient] = []
    sources: list[SourceHealth] = []
    cancelled: int = 0
    cancelled_qty: int = 0
    open_letters: int = 0
    overdue: list[DuePromise] = []
    outcomes: list[Said] = []
    hints: list[Hint] = []
    names: list[AskedName] = []
