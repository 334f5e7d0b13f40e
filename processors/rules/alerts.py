"""What becomes of signals (values and sources: `rules.toml`)."""

import msgspec

from processors.rules.bounds import Count, Hour, Number, Size


class AlertRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times and counts of `alerting.policy`."""

    cool_down_hours: Size
    grown: Size
    within_hours: Size
    quiet_from: Hour
    quiet_until: Hour
    shadow_days: Size
    weekly_budget: Count
    group_share: Size
    group_clients: Count
    season: Size
    gather_hours: Size
    escalate_hours: Size
    doubted_below: Size
    doubted_after: Count
    evening_hour: Hour
    evening_hours: Number

    def __post_init__(self) -> None:
        if self.evening_from < 0:
            raise ValueError("evening_hours: вечера должны быть в одном дне, не больше evening_hour + 1")

    @property
    def evening_from(self) -> int:
        """The hour of the local clock from which a day is looked back at: the first of the leads' evenings."""
        return self.evening_hour - self.evening_hours + 1
