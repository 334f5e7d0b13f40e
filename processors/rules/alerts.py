"""What becomes of signals (values and sources: `rules.toml`)."""

import msgspec


class AlertRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times and counts of `alerting.policy`."""

    cool_down_hours: float
    grown: float
    within_hours: float
    quiet_from: int
    quiet_until: int
    shadow_days: float
    weekly_budget: int
    group_share: float
    group_clients: int
    gather_hours: float
    escalate_hours: float
    doubted_below: float
    doubted_after: int
    evening_hour: int
    evening_hours: int

    @property
    def evening_from(self) -> int:
        """The hour of Moscow from which a day is looked back at: the first of the leads' evenings."""
        return self.evening_hour - self.evening_hours + 1
