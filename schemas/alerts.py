"""Signals and alerts: what `lead.signals` and `lead.alerts` carry."""

from typing import Literal, get_args

import msgspec

from schemas.types import EventId, LeadId, LocalDay, Millis, SomeEvent

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")
"""In rising order."""

Rule = Literal[
    "reservation_spike",
    "order_silence",
    "chat_silence",
    "call_silence",
    "meeting_silence",
    "reply_silence",
    "volume_decline",
    "bulk_pick",
    "broken_reservations",
    "payment_conflict",
    "leaving_phrase",
    "competitor_phrase",
    "complaint_phrase",
    "loss_phrase",
    "legal_phrase",
    "tone",
    "combined_risk",
]
RULES: tuple[Rule, ...] = get_args(Rule)

Unit = Literal["", "reservations", "pieces", "days", "percent", "points", "talks", "words"]
"""What `value` and `baseline` count; empty where they are scores."""

AlertStatus = Literal["open", "acknowledged", "snoozed", "resolved"]

Held = Literal[
    "",
    "night",
    "shadow",
    "muted",
    "left",
    "budget",
    "grouped",
    "within",
    "cooling",
    "info",
    "doubted",
    "gathering",
]
"""Why an alert stays silent: quiet hours, a source of the first days, a person's wish, the client has left, the
curator's week is full, many clients at once, another alert tells it, it has rung within the cool-down, it is only for
the card, people called its rule false too often, or first it is seen whether many clients have it."""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person can check: the event, and the words or figures in it.

    `at_ms` is the place in a recording, ms from its start. `who` said it, where that is known. `ref` is where it stands
    at its source: `chat/message`, or a recording's id.
    """

    event_id: str
    ts: Millis
    kind: str
    text: str = ""
    at_ms: int | None = None
    who: str = ""
    ref: str = ""


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule's finding on one lead. `value` against `baseline` (the client's own normal), `score` in the rule's unit.

    `window_start` is the start of what was looked at: the local day of a spike, the time of a message. `strength`
    0..1 is the continuous part for the client's score; `figures` are the numbers its text needs, by name. `origin` is
    that of the event that showed it (a tick: its own place). `alert_id`: the alert that it opened or went into (empty:
    a person's word, or its own end, keeps it from being one).
    """

    signal_id: EventId
    lead_id: LeadId
    rule: Rule
    severity: Severity
    ts: Millis
    window_start: Millis
    value: float
    baseline: float
    score: float
    strength: float = 1.0
    unit: Unit = ""
    figures: dict[str, float] = {}
    evidence: list[Evidence] = []
    origin: str = ""
    alert_id: SomeEvent = ""


class Press(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who pressed a button, so that `notify` can answer him."""

    action: str
    actor: str
    callback_id: str = ""


class Told(msgspec.Struct, frozen=True):
    """When a rule was told of last for a lead, how bad and how large it was: what comes after it must be worse."""

    at: Millis
    severity: Severity
    score: float


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of an alert (`lead.alerts`, key = lead id). (`alert_id`, `version`) is unique; the highest wins.

    `rings`: this state is news for the curator and gets a message of its own; other states only change the message.
    `held` says why a state that is news does not ring (`alerting.policy`), `ring_at` when it will (0: never);
    `within` is the rule whose alert tells of it instead (its own: the message for many clients). `escalated`: the head
    was told, nobody had looked. `rung` is how often this alert rang, `told` what its rule was told of last (None:
    never). `renewed_at`: when it rose or a person pressed, its two weeks run from there. `cleared`: over by itself.
    `moved`: over because what it rested on was another client's. `origin` is that of the event that brought this state.
    """

    alert_id: EventId
    version: int
    lead_id: LeadId
    rule: Rule
    severity: Severity
    status: AlertStatus
    opened_at: Millis
    updated_at: Millis
    value: float
    baseline: float
    score: float
    unit: Unit = ""
    evidence: list[Evidence] = []
    acknowledged_by: str = ""
    snoozed_until: Millis = 0
    rings: bool = False
    verdict: Literal["", "confirmed", "false_alarm"] = ""
    press: Press | None = None
    figures: dict[str, float] = {}
    held: Held = ""
    ring_at: Millis = 0
    within: Rule | Literal[""] = ""
    escalated: bool = False
    rung: int = 0
    told: Told | None = None
    renewed_at: Millis = 0
    cleared: bool = False
    moved: bool = False
    origin: str = ""


class CommonAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's alerts of many clients at once (`fleet.alerts`): told to all curators in one message.

    `common_id` is the same all over a local day; `clients` of `active` have an alert that opened within 24 h before
    `ts`. `version` grows with the share. `season`: how many times the ordinary all clients reserve that day, where that
    is the cause (0: not known).
    """

    common_id: str
    version: int
    rule: Rule
    ts: Millis
    day: LocalDay
    clients: int
    active: int
    season: float = 0.0
